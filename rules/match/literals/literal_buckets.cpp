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

}  // namespace

void LiteralBucket::allow(std::size_t place, char byte) {
  const LogSample& sample = LogSample::get();
  const auto value = static_cast<unsigned char>(byte);
  Place& at = places_[place];
  bytes_[place].set(value);
  if (at.classes.test(class_of(value))) return;
  at.classes.set(class_of(value));
  at.positions |= sample.where(place, class_of(value));
  at.frequency += sample.frequency(class_of(value));
}

void LiteralBucket::allow_all(std::size_t place) {
  bytes_[place].set();
  places_[place].classes.set();
  places_[place].positions.set();
  places_[place].frequency = 1;
}

void LiteralBucket::add(const LiteralWindow& window) {
  std::size_t place = 0;
  if (window.behind_separator) {
    for (const char c : kValueSeparators) allow(0, c);
    ++place;
  }
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
    place.positions |= other.places_[i].positions;
  }
}

bool LiteralBucket::includes(const LiteralBucket& other) const {
  for (std::size_t i = 0; i < kWindowBytes; ++i)
    if ((other.bytes_[i] & ~bytes_[i]).any()) return false;
  return true;
}

double LiteralBucket::cost() const {
  LogSample::Positions passed = places_[0].positions;
  double expected = static_cast<double>(LogSample::kBytesMax);
  for (const Place& place : places_) {
    passed &= place.positions;
    expected *= std::min(place.frequency, 1.0);
  }
  return static_cast<double>(passed.count()) + expected / 4;
}

double LiteralBucket::frequency_with(const Place& a, const Place& b) {
  double sum = a.frequency + b.frequency;
  for (std::uint64_t both = (a.classes & b.classes).to_ullong(); both != 0; both &= both - 1)
    sum -= LogSample::get().frequency(static_cast<std::size_t>(std::countr_zero(both)));
  return sum;
}

double LiteralBucket::cost_with(const LiteralBucket& other) const {
  LogSample::Positions passed;
  passed.set();
  double expected = static_cast<double>(LogSample::kBytesMax);
  for (std::size_t i = 0; i < kWindowBytes; ++i) {
    passed &= places_[i].positions | other.places_[i].positions;
    expected *= std::min(frequency_with(places_[i], other.places_[i]), 1.0);
  }
  return static_cast<double>(passed.count()) + expected / 4;
}

std::vector<LiteralBucket> merge_buckets(std::vector<LiteralBucket> buckets) {
  return Merger(std::move(buckets)).merge_to(kLiteralBuckets);
}

}  // namespace tocsin
