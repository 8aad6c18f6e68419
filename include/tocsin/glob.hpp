// SPDX-License-Identifier: Apache-2.0
// Names by pattern, as an operator types them: `*` is any run of bytes, also none; `?` is one
// character; all else is itself, in its case. Text in, answer out; time is at most the product of
// the lengths.
#pragma once
#include <cstddef>
#include <string_view>

namespace tocsin {

inline bool has_glob(std::string_view pattern) {
  return pattern.find_first_of("*?") != std::string_view::npos;
}

inline bool glob_matches(std::string_view pattern, std::string_view text) {
  // The rest of a UTF-8 character behind its first byte.
  const auto continues = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  std::size_t p = 0, t = 0;
  // Only the newest star can have taken too little: what an older one took fits already.
  std::size_t star = std::string_view::npos, retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      for (++t; continues(t);) ++t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace tocsin
