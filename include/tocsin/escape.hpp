// SPDX-License-Identifier: Apache-2.0
// What stands for a character where a text from outside becomes part of a markup language.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin {

// For HTML, text and quoted attributes alike.
inline std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

inline constexpr std::size_t kLinkMax = 2000;

// An http or https URL that no markup can be broken out of: it may become a link.
inline bool is_link(std::string_view text) {
  return (text.starts_with("https://") || text.starts_with("http://")) && text.size() <= kLinkMax &&
         text.find_first_of(" |<>\n\t\"") == std::string_view::npos;
}

// For the part of Markdown that Adaptive Cards render.
inline std::string escape_card(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_[]()~#").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace tocsin
