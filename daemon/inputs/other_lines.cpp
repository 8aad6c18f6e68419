// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/other_lines.hpp"

#include <string_view>

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

constexpr std::size_t kStep = 512;

// Whether among kStep bytes a line break stands that no '{' follows; reads one byte more. A loop
// that compilers turn into vector instructions.
[[gnu::always_inline]] inline bool has_other_begin(const char* bytes) {
  unsigned char found = 0;
  for (std::size_t i = 0; i < kStep; ++i)
    found |= static_cast<unsigned char>((bytes[i] == '\n') & (bytes[i + 1] != '{'));
  return found != 0;
}

std::size_t skip_objects_anywhere(std::string_view bytes, std::size_t from) {
  while (from + kStep < bytes.size() && !has_other_begin(bytes.data() + from)) from += kStep;
  return from;
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] std::size_t skip_objects_avx2(std::string_view bytes, std::size_t from) {
  while (from + kStep < bytes.size() && !has_other_begin(bytes.data() + from)) from += kStep;
  return from;
}
#endif

// The first place at or behind `from` from which on a line break may stand that no '{' follows;
// never behind one that does.
std::size_t skip_objects(std::string_view bytes, std::size_t from) {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2");
  if (has_avx2) return skip_objects_avx2(bytes, from);
#endif
  return skip_objects_anywhere(bytes, from);
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
