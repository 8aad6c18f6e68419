// SPDX-License-Identifier: Apache-2.0
#include "rules/match/prefilter.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "rules/match/required_literals.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kBlock = kLiteralBytesMin;
constexpr unsigned kHashBits = 15;
constexpr std::size_t kShiftMax = 255;

std::uint32_t hash_block(const char* at) {
  const auto byte = [&](int i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(at[i]));
  };
  return ((byte(0) | byte(1) << 8 | byte(2) << 16) * 0x9E3779B1u) >> (32 - kHashBits);
}

}  // namespace

Prefilter::Prefilter(const std::vector<const ast::Json*>& patterns)
    : no_patterns_(patterns.empty()) {
  for (const ast::Json* pattern : patterns) {
    const auto required = required_literals(*pattern);
    if (required)
      literals_.insert(literals_.end(), required->begin(), required->end());
    else
      always_ = true;
  }
  if (!no_patterns_ && !always_) build_table();
}

void Prefilter::build_table() {
  std::sort(literals_.begin(), literals_.end());
  literals_.erase(std::unique(literals_.begin(), literals_.end()), literals_.end());
  window_ = kShiftMax;
  for (const std::string& literal : literals_) window_ = std::min(window_, literal.size());
  shift_.assign(std::size_t{1} << kHashBits, static_cast<std::uint8_t>(window_ - kBlock + 1));
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    const char* text = literals_[i].data();
    for (std::size_t at = 0; at + kBlock <= window_; ++at) {
      const auto distance = static_cast<std::uint8_t>(window_ - kBlock - at);
      std::uint8_t& shift = shift_[hash_block(text + at)];
      shift = std::min(shift, distance);
    }
    ends_.emplace_back(hash_block(text + window_ - kBlock), i);
  }
  std::sort(ends_.begin(), ends_.end());
}

bool Prefilter::is_candidate(EventView& event) const {
  if (no_patterns_) return false;
  const std::string_view message = event.message();
  const std::size_t first = message.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (message[first] != '{' && message[first] != '['))
    return false;
  // With \u any character can be written otherwise.
  return always_ || has_literal(message) || event.has_unicode_escape();
}

bool Prefilter::has_literal(std::string_view text) const {
  std::size_t at = window_ - kBlock;
  while (at + kBlock <= text.size()) {
    const std::uint32_t hash = hash_block(text.data() + at);
    const std::size_t shift = shift_[hash];
    if (shift > 0) {
      at += shift;
      continue;
    }
    const std::string_view rest = text.substr(at + kBlock - window_);
    auto end = std::lower_bound(ends_.begin(), ends_.end(), std::pair(hash, std::uint32_t{0}));
    for (; end != ends_.end() && end->first == hash; ++end)
      if (rest.starts_with(literals_[end->second])) return true;
    ++at;
  }
  return false;
}

}  // namespace tocsin
