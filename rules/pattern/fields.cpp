// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/fields.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "rules/pattern/byte_bits.hpp"
#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kPiece = ByteBits::kSize;

}  // namespace

// Looks at the piece that `at` is in, unless it is the last one looked at.
inline void FieldSplitter::enter_piece(std::size_t at) {
  const std::size_t begin = at & ~(kPiece - 1);
  if (begin == piece_) return;
  piece_ = begin;
  const std::size_t size = message_.size(), left = size - begin;
  // The last piece is read together with bytes before it.
  const bool ends = left < kPiece && size >= kPiece;
  const std::size_t before = ends ? kPiece - left : 0;
  const ByteBits bytes(message_.data() + begin - before, left + before);
  white_ = bytes.white() >> before;
  quotes_ = bytes.equal('"') >> before;
}

// The first byte at or behind `at` whose bit is set; the size if there is none.
template <class Bits>
inline std::size_t FieldSplitter::find(std::size_t at, const Bits& bits) {
  while (at < message_.size()) {
    enter_piece(at);
    const std::uint64_t left = bits() >> (at - piece_);
    if (left != 0)
      return std::min(message_.size(), at + static_cast<std::size_t>(std::countr_zero(left)));
    at = piece_ + kPiece;
  }
  return message_.size();
}

// Where the delimiter that opens at `open` is closed; npos: nowhere, or it is none.
inline std::size_t FieldSplitter::find_close(std::size_t open) {
  std::size_t end = kNone;
  if (message_[open] == '"' && !no_quote_) {
    end = find(open + 1, [this] { return quotes_; });
    no_quote_ = end == message_.size();
    if (no_quote_) end = kNone;
  } else if (message_[open] == '[' && !no_bracket_) {
    end = message_.find(']', open + 1);
    no_bracket_ = end == kNone;
  }
  return end;
}

void FieldSplitter::split(std::size_t count, std::vector<Field>& fields) {
  FieldSplitter rest = *this;  // what nobody else sees may stay in registers
  for (std::size_t known = fields.size(); known < count; ++known) {
    const std::size_t begin = rest.find(rest.at_, [&] { return ~rest.white_; });
    rest.at_ = begin;
    if (begin == message_.size()) break;
    std::size_t end = rest.find_close(begin);
    const bool is_delimited = end != kNone;
    if (!is_delimited) end = rest.find(begin, [&] { return rest.white_; });
    rest.at_ = is_delimited ? end + 1 : end;
    const std::size_t text = is_delimited ? begin + 1 : begin;
    fields.push_back({std::string_view(message_.data() + text, end - text), begin});
  }
  *this = rest;
}

void split_fields(std::string_view message, std::vector<Field>& out) {
  out.clear();
  FieldSplitter(message).split(std::numeric_limits<std::size_t>::max(), out);
}

}  // namespace tocsin
