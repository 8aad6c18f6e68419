// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/record_scanner.hpp"

#include <bit>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tocsin {
namespace {

constexpr std::size_t kWordMax = 16;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
// '[' and '{', ']' and '}' differ in one bit.
bool is_open(char c) { return (c | 0x20) == '{'; }
bool is_close(char c) { return (c | 0x20) == '}'; }

#if defined(__SSE2__)
constexpr std::size_t kBlock = 64;

struct BlockMasks {
  std::uint64_t quote = 0, backslash = 0, open = 0, close = 0;
};

BlockMasks classify(const char* bytes) {
  BlockMasks masks;
  const __m128i fold = _mm_set1_epi8(0x20);
  for (unsigned part = 0; part < 4; ++part) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + part * 16));
    const __m128i folded = _mm_or_si128(v, fold);
    const auto bits = [part](__m128i equal) {
      return std::uint64_t(std::uint32_t(_mm_movemask_epi8(equal))) << (part * 16);
    };
    masks.quote |= bits(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
    masks.backslash |= bits(_mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
    masks.open |= bits(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')));
    masks.close |= bits(_mm_cmpeq_epi8(folded, _mm_set1_epi8('}')));
  }
  return masks;
}

// The bytes that a backslash before them escapes.
std::uint64_t escaped_bytes(std::uint64_t backslash, bool& carry) {
  std::uint64_t escaped = carry ? 1 : 0;
  carry = false;
  for (; backslash != 0; backslash &= backslash - 1) {
    const int at = std::countr_zero(backslash);
    if ((escaped >> at & 1) != 0) continue;
    if (at == 63)
      carry = true;
    else
      escaped |= std::uint64_t{2} << at;
  }
  return escaped;
}

// Bit i: the exclusive or of all bits up to i.
std::uint64_t prefix_xor(std::uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}
#endif

}  // namespace

bool JsonNesting::step(char c) {
  const bool was_escaped = is_escaped;
  is_escaped = !was_escaped && c == '\\';
  if (c == '"' && !was_escaped) {
    in_string = !in_string;
    return false;
  }
  if (in_string) return false;
  if (is_open(c)) ++depth;
  if (is_close(c)) --depth;
  return true;
}

std::size_t JsonNesting::close(std::string_view bytes) {
  std::size_t at = 0;
#if defined(__SSE2__)
  for (; at + kBlock <= bytes.size(); at += kBlock) {
    const BlockMasks masks = classify(bytes.data() + at);
    const std::uint64_t quote = masks.quote & ~escaped_bytes(masks.backslash, is_escaped);
    const std::uint64_t string = prefix_xor(quote) ^ (in_string ? ~std::uint64_t{0} : 0);
    in_string = (string >> 63) != 0;
    const std::uint64_t open = masks.open & ~string, close = masks.close & ~string;
    const auto closed = std::uint64_t(std::popcount(close));
    if (depth > closed) {
      depth += std::uint64_t(std::popcount(open)) - closed;
      continue;
    }
    for (std::uint64_t both = open | close; both != 0; both &= both - 1) {
      const int bit = std::countr_zero(both);
      depth += (open >> bit & 1) != 0 ? 1 : std::uint64_t(-1);
      if (depth > 0) continue;
      in_string = is_escaped = false;
      return at + std::size_t(bit) + 1;
    }
  }
#endif
  while (at < bytes.size())
    if (step(bytes[at++]) && depth == 0) break;
  return at;
}

void RecordScanner::scan(std::string_view chunk, std::vector<Record>& out) {
  if (offset_ == 0 && chunk.substr(0, 3) == "\xEF\xBB\xBF") {
    chunk.remove_prefix(3);
    offset_ = 3;
  }
  while (!chunk.empty() && verdict_ != Verdict::lines) {
    const std::size_t used = step(chunk, out);
    chunk.remove_prefix(used);
    offset_ += used;
  }
}

std::uint64_t RecordScanner::keep_from() const {
  const bool is_held =
      place_ == Place::record || (verdict_ == Verdict::undecided && place_ != Place::top);
  return is_held ? begin_ : offset_;
}

// Uses at least one byte of `rest`.
std::size_t RecordScanner::step(std::string_view rest, std::vector<Record>& out) {
  const char c = rest.front();
  switch (place_) {
    case Place::top:
      step_top(c);
      return 1;
    case Place::header:
      step_header(c, out);
      return 1;
    case Place::array:
      step_array(c);
      return 1;
    case Place::skipped_scalar:
      step_skipped_scalar(c);
      return 1;
    case Place::skipped_string:
      nesting_.step(c);
      if (!nesting_.in_string) place_ = Place::array;
      return 1;
    case Place::skipped_nest:
    case Place::record: {
      const std::size_t used = nesting_.close(rest);
      if (nesting_.depth == 0) {
        if (place_ == Place::record) out.push_back({begin_, offset_ + used, index_++});
        place_ = are_bare_objects_ ? Place::top : Place::array;
      }
      return used;
    }
    case Place::failed:
      return rest.size();
  }
  return rest.size();
}

void RecordScanner::begin_nest(Place place) {
  place_ = place;
  nesting_ = {.depth = 1};
  begin_ = offset_;
}

void RecordScanner::step_top(char c) {
  if (is_space(c)) return;
  if (c == '{') {
    begin_nest(are_bare_objects_ ? Place::record : Place::header);
    is_records_value_ = has_records_ = false;
    return;
  }
  if (verdict_ == Verdict::undecided) {
    verdict_ = Verdict::lines;
    return;
  }
  ++broken_;
  place_ = Place::failed;
}

void RecordScanner::step_header(char c, std::vector<Record>& out) {
  const bool was_in_string = nesting_.in_string;
  const bool is_structure = nesting_.step(c);
  if (c == '\n') {
    spans_lines_ = true;
    // No JSON string holds a line break: the first line is broken, the others may not be.
    if (was_in_string && verdict_ == Verdict::undecided) verdict_ = Verdict::lines;
  }
  if (!is_structure) {
    if (nesting_.depth != 1) return;
    if (!was_in_string) {
      word_.clear();
      is_records_value_ = false;
    } else if (nesting_.in_string && word_.size() < kWordMax) {
      word_ += c;
    }
    return;
  }
  if (nesting_.depth == 0) return end_object(out);
  if (c == '[' && nesting_.depth == 2 && is_records_value_) {
    verdict_ = Verdict::records;
    has_records_ = true;
    place_ = Place::array;
  }
  if (!is_space(c)) is_records_value_ = c == ':' && nesting_.depth == 1 && word_ == "Records";
}

void RecordScanner::end_object(std::vector<Record>& out) {
  place_ = Place::top;
  if (has_records_) return;
  if (verdict_ == Verdict::records) {
    ++broken_;
    return;
  }
  if (!spans_lines_) {
    verdict_ = Verdict::lines;
    return;
  }
  verdict_ = Verdict::records;
  are_bare_objects_ = true;
  out.push_back({begin_, offset_ + 1, index_++});
}

void RecordScanner::step_array(char c) {
  if (is_space(c) || c == ',') return;
  if (c == ']') {
    place_ = Place::header;
    nesting_ = {.depth = 1};
  } else if (c == '{') {
    begin_nest(Place::record);
  } else if (c == '[') {
    skip_element(Place::skipped_nest);
  } else if (c == '"') {
    skip_element(Place::skipped_string);
    nesting_.in_string = true;
  } else {
    skip_element(Place::skipped_scalar);
  }
}

void RecordScanner::skip_element(Place place) {
  begin_nest(place);
  ++broken_;
  ++index_;
}

void RecordScanner::step_skipped_scalar(char c) {
  if (c == '}') {
    place_ = Place::failed;
    return;
  }
  if (!is_space(c) && c != ',' && c != ']') return;
  place_ = Place::array;
  step_array(c);
}

}  // namespace tocsin
