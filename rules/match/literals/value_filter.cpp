// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/value_filter.hpp"

#include <algorithm>
#include <string>

namespace tocsin {
namespace {

constexpr std::size_t kBytes = 16;
// Lengths in which beginnings are compared: each costs every value a look.
constexpr std::size_t kLengths[] = {16, 12, 10, 8, 6, 5, 4, 3, 2, 1};

std::uint64_t low_bytes(std::size_t count) {
  return count == 0 ? 0 : ~std::uint64_t{0} >> (64 - 8 * std::min<std::size_t>(count, 8));
}

}  // namespace

ValueBeginning ValueBeginning::of(std::string_view text, bool whole) {
  std::string bytes(text.substr(0, kBytes));
  if (whole && bytes.size() < kBytes) bytes += '"';
  ValueBeginning value;
  value.length = kBytes;
  if (!whole) {
    const auto* const known = std::find_if(std::begin(kLengths), std::end(kLengths),
                                           [&](std::size_t l) { return l <= bytes.size(); });
    value.length = known == std::end(kLengths) ? 0 : *known;
  }
  for (std::size_t i = 0; i < std::min(bytes.size(), value.length); ++i)
    (i < 8 ? value.first : value.second) |= std::uint64_t{static_cast<unsigned char>(bytes[i])}
                                            << (8 * (i % 8));
  return value;
}

void ValueFilter::seal() {
  if (values_.empty()) return;
  // A sixteenth of the bits is set at most.
  const auto bits = std::max(static_cast<unsigned>(std::bit_width(values_.size())) + 4, 6u);
  shift_ = 64 - bits;
  bits_.assign((std::size_t{1} << bits) / 64, 0);
  for (const auto& [name, value] : values_) {
    const std::uint64_t bit = hash(name, value.first, value.second) >> shift_;
    bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    const Mask mask{low_bytes(value.length),
                    low_bytes(value.length - std::min<std::size_t>(value.length, 8))};
    const bool is_known = std::any_of(masks_.begin(), masks_.end(), [&](const Mask& m) {
      return m.first == mask.first && m.second == mask.second;
    });
    if (!is_known) masks_.push_back(mask);
  }
  values_ = {};
}

}  // namespace tocsin
