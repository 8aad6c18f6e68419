// SPDX-License-Identifier: Apache-2.0
// What channels that write files have in common. Pure.
#pragma once
#include <string>

#include "tocsin/notifier.hpp"

namespace tocsin {

// Absolute, no directory by its end, fit for the system.
inline bool is_path_of_file(const std::string& path) {
  constexpr std::size_t kPathBytesMax = 4096;
  return !path.empty() && path.size() <= kPathBytesMax && path.find('\0') == std::string::npos &&
         path.front() == '/' && path.back() != '/';
}

inline Delivery file_outcome(const Response& answer, const std::string& path) {
  if (answer.status >= 200 && answer.status <= 299)
    return {.outcome = Delivery::Outcome::delivered, .detail = "written to " + path};
  const bool refused = answer.failure == Response::Failure::refused_target;
  return {.outcome = refused ? Delivery::Outcome::rejected : Delivery::Outcome::retry,
          .detail = path + ": " + (answer.detail.empty() ? "cannot be written" : answer.detail)};
}

}  // namespace tocsin
