// SPDX-License-Identifier: Apache-2.0
// Ids of state rows that name several things: docs/state-format.md, section "Engine rows".
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin {

// Names of alarms and groups and keys' canonical JSON hold none.
inline constexpr char kRowIdSeparator = '\x1f';

inline std::string join_row_id(std::string_view a, std::string_view b) {
  return std::string(a).append(1, kRowIdSeparator).append(b);
}

// At the first separator; all of it and nothing if there is none.
inline std::pair<std::string, std::string> split_row_id(std::string_view id) {
  const std::size_t at = std::min(id.find(kRowIdSeparator), id.size());
  return {std::string(id.substr(0, at)), std::string(id.substr(std::min(at + 1, id.size())))};
}

}  // namespace tocsin
