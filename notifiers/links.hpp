// SPDX-License-Identifier: Apache-2.0
// Which texts of a message may become a link. Pure.
#pragma once
#include <cstddef>
#include <string_view>

namespace tocsin {

inline constexpr std::size_t kLinkMax = 2000;

// An http or https URL that no markup can be broken out of.
inline bool is_link(std::string_view text) {
  return (text.starts_with("https://") || text.starts_with("http://")) && text.size() <= kLinkMax &&
         text.find_first_of(" |<>\n\t\"") == std::string_view::npos;
}

}  // namespace tocsin
