// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/value_filter.hpp"

#include <algorithm>
#include <string>

namespace tocsin {
namespace {

constexpr std::size_t kBytes = ValueFilter::kBytes;
// Lengths in which values are compared: each costs every value a look.
constexpr std::size_t kLengths[] = {16, 12, 10, 8, 6, 5, 4, 3, 2, 1};

std::size_t length_for(std::size_t bytes) {
  const auto* const known = std::find_if(std::begin(kLengths), std::end(kLengths),
                                         [&](std::size_t length) { return length <= bytes; });
  return known == std::end(kLengths) ? 0 : *known;
}

// `count` of the sixteen bytes from `begin` on count, and are `bytes` and zeros.
ValueBeginning placed(std::string_view bytes, std::size_t begin, std::size_t count) {
  ValueBeginning value;
  for (std::size_t i = begin; i < begin + count; ++i) {
    const std::size_t shift = 8 * (i % 8), from = i - begin;
    const std::uint64_t byte = from < bytes.size() ? static_cast<unsigned char>(bytes[from]) : 0;
    (i < 8 ? value.first : value.second) |= byte << shift;
    (i < 8 ? value.mask.first : value.mask.second) |= std::uint64_t{0xFF} << shift;
  }
  return value;
}

}  // namespace

ValueBeginning ValueBeginning::of(std::string_view text, bool whole) {
  std::string bytes(text.substr(0, kBytes));
  if (whole && bytes.size() < kBytes) bytes += '"';
  return placed(bytes, 0, whole ? kBytes : length_for(bytes.size()));
}

ValueBeginning ValueBeginning::suffix(std::string_view text) {
  const std::string bytes = std::string(text) + '"';
  const std::size_t length = length_for(std::min(bytes.size(), kBytes));
  return placed(std::string_view(bytes).substr(bytes.size() - length), kBytes - length, length);
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
    if (std::find(masks_.begin(), masks_.end(), value.mask) == masks_.end())
      masks_.push_back(value.mask);
  }
  values_ = {};
}

}  // namespace tocsin
