// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/literal_buckets.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "rules/match/literals/literal_scan.hpp"

namespace tocsin {
namespace {

// Merges the two groups that this costs least, until few are left.
class Merger {
 public:
  explicit Merger(std::vector<LiteralBucket> groups) : groups_(std::move(groups)) {
    for (const LiteralBucket& bucket : groups_) costs_.push_back(bucket.cost());
    added_.assign(groups_.size(), std::vector<double>(groups_.size(), kNever));
    for (std::size_t i = 0; i < groups_.size(); ++i) weigh(i);
  }

  std::vector<LiteralBucket> merge_to(std::size_t count) && {
    while (groups_.size() > count && merge_cheapest()) continue;
    return std::move(groups_);
  }

 private:
  static constexpr double kNever = std::numeric_limits<double>::infinity();

  // added_[i][k], k < i: what a merge of the two would add to the positions that pass.
  void weigh(std::size_t i) {
    for (std::size_t k = 0; k < groups_.size(); ++k) {
      if (k == i || groups_[k].shape() != groups_[i].shape()) continue;
      added_[std::max(i, k)][std::min(i, k)] =
          groups_[i].cost_with(groups_[k]) - costs_[i] - costs_[k];
    }
  }

  bool merge_cheapest() {
    std::size_t into = 0, from = 0;
    double least = kNever;
    for (std::size_t i = 0; i < groups_.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (added_[i][k] < least) least = added_[i][k], into = k, from = i;
    if (least == kNever) return false;
    groups_[into].add(groups_[from]);
    costs_[into] = groups_[into].cost();
    const auto gone = static_cast<std::ptrdiff_t>(from);
    groups_.erase(groups_.begin() + gone);
    costs_.erase(costs_.begin() + gone);
    added_.erase(added_.begin() + gone);
    for (auto& row : added_) row.erase(row.begin() + gone);
    weigh(into);
    return true;
  }

  std::vector<LiteralBucket> groups_;
  std::vector<double> costs_;
  std::vector<std::vector<double>> added_;
};

void include(LogSample::Positions& positions, const LogSample::Positions& more) {
  for (std::size_t i = 0; i < positions.size(); ++i) positions[i] |= more[i];
}

// Positions that all places of a window share; `word(place, i)`: 64 of those of one. Thousands of
// buckets are weighed so when many literals are compiled: no branches, and no call to count bits.
template <class Word>
std::size_t count_common(const Word& word) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < LogSample::kBytesMax / 64; ++i) {
    std::uint64_t bits = word(0, i);
    for (std::size_t place = 1; place < kWindowBytes; ++place) bits &= word(place, i);
    bits -= bits >> 1 & 0x5555'5555'5555'5555;
    bits = (bits & 0x3333'3333'3333'3333) + (bits >> 2 & 0x3333'3333'3333'3333);
    bits = (bits + (bits >> 4)) & 0x0F0F'0F0F'0F0F'0F0F;
    bits += bits >> 8;
    bits += bits >> 16;
    sum += (bits + (bits >> 32)) & 0x7F;
  }
  return static_cast<std::size_t>(sum);
}

}  // namespace

void LiteralBucket::allow(std::size_t place, char byte) {
  const LogSample& sample = LogSample::get();
  const auto value = static_cast<unsigned char>(byte);
  Place& at = places_[place];
  bytes_[place].set(value);
  if (at.classes.test(class_of(value))) return;
  at.classes.set(class_of(value));
  include(at.positions, sample.where(place, class_of(value)));
  at.frequency += sample.frequency(class_of(value));
}

void LiteralBucket::allow_all(std::size_t place) {
  bytes_[place].set();
  places_[place].classes.set();
  places_[place].positions.fill(~std::uint64_t{0});
  places_[place].frequency = 1;
}

void LiteralBucket::add(const LiteralWindow& window) {
  std::size_t place = 0;
  for (const char c : window.before) allow(0, c);
  if (!window.before.empty()) ++place;
  for (std::size_t i = 0; i < window.text.size() && place < kWindowBytes; ++i)
    allow(place++, window.text[i]);
  while (place < kWindowBytes) allow_all(place++);
}

void LiteralBucket::add(const LiteralBucket& other) {
  for (std::size_t i = 0; i < kWindowBytes; ++i) {
    Place& place = places_[i];
    bytes_[i] |= other.bytes_[i];
    place.frequency = frequency_with(place, other.places_[i]);
    place.classes |= other.places_[i].classes;
    include(place.positions, other.places_[i].positions);
  }
}

bool LiteralBucket::includes(const LiteralBucket& other) const {
  for (std::size_t i = 0; i < kWindowBytes; ++i)
    if ((other.bytes_[i] & ~bytes_[i]).any()) return false;
  return true;
}

double LiteralBucket::cost() const {
  double expected = static_cast<double>(LogSample::kBytesMax);
  for (const Place& place : places_) expected *= std::min(place.frequency, 1.0);
  const std::size_t passed =
      count_common([&](std::size_t i, std::size_t word) { return places_[i].positions[word]; });
  return static_cast<double>(passed) + expected / 4;
}

double LiteralBucket::frequency_with(const Place& a, const Place& b) {
  double sum = a.frequency + b.frequency;
  for (std::uint64_t both = (a.classes & b.classes).to_ullong(); both != 0; both &= both - 1)
    sum -= LogSample::get().frequency(static_cast<std::size_t>(std::countr_zero(both)));
  return sum;
}

double LiteralBucket::cost_with(const LiteralBucket& other) const {
  double expected = static_cast<double>(LogSample::kBytesMax);
  for (std::size_t i = 0; i < kWindowBytes; ++i)
    expected *= std::min(frequency_with(places_[i], other.places_[i]), 1.0);
  const std::size_t passed = count_common([&](std::size_t i, std::size_t word) {
    return places_[i].positions[word] | other.places_[i].positions[word];
  });
  return static_cast<double>(passed) + expected / 4;
}

std::vector<LiteralBucket> merge_buckets(std::vector<LiteralBucket> buckets) {
  return Merger(std::move(buckets)).merge_to(kLiteralBuckets);
}

}  // namespace tocsin
