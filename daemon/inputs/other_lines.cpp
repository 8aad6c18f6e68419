// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/other_lines.hpp"

#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tocsin {
namespace {

bool is_other(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t first = line.find_first_not_of(" \t");
  return first != std::string_view::npos && line[first] != '{';
}

bool is_other_line(std::string_view bytes, std::size_t begin) {
  if (begin == bytes.size() || bytes[begin] == '{') return false;
  const std::string_view rest = bytes.substr(begin);
  return is_other(rest.substr(0, rest.find('\n')));
}

// The first place at or behind `from` from which on a line break may stand that no '{' follows;
// never behind one that does.
std::size_t skip_objects(std::string_view bytes, std::size_t from) {
#if defined(__SSE2__)
  constexpr std::size_t kStep = 64;
  const __m128i line_break = _mm_set1_epi8('\n'), brace = _mm_set1_epi8('{');
  for (; from + kStep < bytes.size(); from += kStep) {
    __m128i found = _mm_setzero_si128();
    for (std::size_t part = 0; part < kStep; part += sizeof found) {
      const auto at = [&](std::size_t offset) {
        return _mm_loadu_si128(
            reinterpret_cast<const __m128i*>(bytes.data() + from + part + offset));
      };
      found = _mm_or_si128(
          found, _mm_andnot_si128(_mm_cmpeq_epi8(at(1), brace), _mm_cmpeq_epi8(at(0), line_break)));
    }
    if (_mm_movemask_epi8(found) != 0) break;
  }
#endif
  return from;
}

std::uint64_t count_in_lines(std::string_view bytes) {
  std::uint64_t others = is_other_line(bytes, 0) ? 1 : 0;
  std::size_t at = 0;
  while ((at = bytes.find('\n', skip_objects(bytes, at))) != std::string_view::npos)
    if (is_other_line(bytes, ++at)) ++others;
  return others;
}

}  // namespace

std::uint64_t count_other_lines(const EventBlock& block) {
  if (!block.events) return count_in_lines(block.bytes);
  std::uint64_t others = 0;
  for (const EventSlice& event : *block.events)
    if (is_other(block.bytes.substr(event.offset, event.length))) ++others;
  return others;
}

}  // namespace tocsin
