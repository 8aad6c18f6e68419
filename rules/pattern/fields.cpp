// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/fields.hpp"

#include <bit>
#include <limits>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// The first white byte at or behind `at`; the size if there is none.
std::size_t find_white_slowly(std::string_view text, std::size_t at) {
  while (at < text.size() && !is_white(text[at])) ++at;
  return at;
}

#ifdef __SSE2__  // part of every x86-64
constexpr std::size_t kStep = sizeof(__m128i);

// One bit for each white byte of the 16 at `bytes`.
unsigned white_bits(const char* bytes) {
  const __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m128i from_tab = _mm_sub_epi8(chunk, _mm_set1_epi8('\t'));
  const __m128i control =
      _mm_cmpeq_epi8(_mm_min_epu8(from_tab, _mm_set1_epi8('\r' - '\t')), from_tab);
  const __m128i blank = _mm_cmpeq_epi8(chunk, _mm_set1_epi8(' '));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, blank)));
}

std::size_t find_white(std::string_view text, std::size_t at) {
  for (; text.size() - at >= kStep; at += kStep)
    if (const unsigned bits = white_bits(text.data() + at))
      return at + static_cast<std::size_t>(std::countr_zero(bits));
  if (text.size() < kStep) return find_white_slowly(text, at);
  // The last bytes, once more with some before them.
  const std::size_t last = text.size() - kStep;
  const unsigned bits = white_bits(text.data() + last) >> (at - last);
  return bits ? at + static_cast<std::size_t>(std::countr_zero(bits)) : text.size();
}
#else
std::size_t find_white(std::string_view text, std::size_t at) {
  return find_white_slowly(text, at);
}
#endif

}  // namespace

// Where the delimiter that opens at `open` is closed.
std::size_t FieldSplitter::find_close(char close, std::size_t open, bool& exhausted) const {
  if (exhausted) return kNone;
  const std::size_t end = message_.find(close, open + 1);
  exhausted = end == kNone;
  return end;
}

void FieldSplitter::split(std::size_t count, std::vector<Field>& fields) {
  const std::string_view text = message_;
  const auto piece = [&](std::size_t begin, std::size_t end) {
    return std::string_view(text.data() + begin, end - begin);
  };
  std::size_t at = at_;
  while (fields.size() < count) {
    while (at < text.size() && is_white(text[at])) ++at;
    if (at == text.size()) break;
    std::size_t end = kNone;
    if (text[at] == '"') end = find_close('"', at, no_quote_);
    if (text[at] == '[') end = find_close(']', at, no_bracket_);
    if (end != kNone) {
      fields.push_back({piece(at + 1, end), at});
      at = end + 1;
    } else {
      end = find_white(text, at);
      fields.push_back({piece(at, end), at});
      at = end;
    }
  }
  at_ = at;
}

void split_fields(std::string_view message, std::vector<Field>& out) {
  out.clear();
  FieldSplitter(message).split(std::numeric_limits<std::size_t>::max(), out);
}

}  // namespace tocsin
