// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "rules/engine/row_codec.hpp"
#include "rules/metric/totals.hpp"

namespace tocsin {
namespace {

constexpr unsigned kMantissaBits = 52;
constexpr unsigned kFinest = kMantissaBits - 6;
constexpr double kCountMax = 9007199254740992;  // 2^53: beyond, a double cannot count samples
constexpr auto kSamplesMax = static_cast<std::uint64_t>(kCountMax);

enum class RowKind : unsigned { unavailable = 1, exact = 2, sketch = 3 };

// Doubles >= 0 are in the order of their bits.
std::uint64_t bits_of(double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

double double_of(std::uint64_t bits) {
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace

double Distribution::error_bound() const {
  if (!sketched_) return 0;
  return 1 / (std::exp2(1 + static_cast<int>(kMantissaBits - shift_)) + 1);
}

void Distribution::add(double value, std::uint64_t count) {
  if (count == 0 || !available_) return;
  if (value < 0) return make_unavailable();
  value = std::fabs(value);  // -0
  minimum_ = std::min(minimum_, value);
  maximum_ = std::max(maximum_, value);
  insert(bits_of(value) >> shift_, count);
  make_room();
}

void Distribution::add(const Totals& set) {
  if (set.count == 0) return;
  if (set.minimum != set.maximum) return make_unavailable();
  add(set.minimum, static_cast<std::uint64_t>(std::min(set.count, kCountMax)));
}

void Distribution::merge(const Distribution& other) {
  if (!other.available_) make_unavailable();
  if (!available_) return;
  minimum_ = std::min(minimum_, other.minimum_);
  maximum_ = std::max(maximum_, other.maximum_);
  if (other.shift_ > shift_) coarsen(other.shift_);
  sketched_ = sketched_ || other.sketched_;
  std::vector<Cell> mine = std::exchange(cells_, {});
  cells_.reserve(mine.size() + other.cells_.size());
  const auto append = [this](std::uint64_t key, std::uint64_t count) {
    if (!cells_.empty() && cells_.back().key == key)
      cells_.back().count += count;
    else
      cells_.push_back({key, count});
  };
  const unsigned down = shift_ - other.shift_;
  auto a = mine.begin();
  for (const Cell& b : other.cells_) {
    for (; a != mine.end() && a->key <= b.key >> down; ++a) append(a->key, a->count);
    append(b.key >> down, b.count);
  }
  for (; a != mine.end(); ++a) append(a->key, a->count);
  make_room();
}

void Distribution::insert(std::uint64_t key, std::uint64_t count) {
  const auto at = std::lower_bound(cells_.begin(), cells_.end(), key,
                                   [](const Cell& c, std::uint64_t k) { return c.key < k; });
  if (at != cells_.end() && at->key == key)
    at->count += count;
  else
    cells_.insert(at, {key, count});
}

// How coarse the buckets are is the least that fits all values together: no part of them ever needs
// more, so neither order nor merging can tell.
void Distribution::make_room() {
  if (!sketched_ && cells_.size() > kExactValuesMax) {
    sketched_ = true;
    coarsen(kFinest);
  }
  while (cells_.size() > kBucketsMax) coarsen(shift_ + 1);
}

void Distribution::coarsen(unsigned shift) {
  const unsigned down = shift - std::exchange(shift_, shift);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const Cell cell{cells_[i].key >> down, cells_[i].count};
    if (kept > 0 && cells_[kept - 1].key == cell.key)
      cells_[kept - 1].count += cell.count;
    else
      cells_[kept++] = cell;
  }
  cells_.resize(kept);
}

void Distribution::make_unavailable() {
  *this = Distribution();
  available_ = false;
}

double Distribution::value_of(std::uint64_t key) const {
  const double low = double_of(key << shift_);
  if (!sketched_) return low;
  const double high = std::min(double_of((key + 1) << shift_), std::numeric_limits<double>::max());
  return std::clamp(low * (high / (low / 2 + high / 2)), minimum_, maximum_);
}

std::vector<WeightedValue> Distribution::values() const {
  std::vector<WeightedValue> out;
  out.reserve(cells_.size() + 2);
  for (const Cell& cell : cells_) out.push_back({value_of(cell.key), cell.count});
  if (!sketched_) return out;
  // The extremes are known: one sample each is taken out of its bucket.
  if (--out.front().count == 0) out.erase(out.begin());
  out.insert(out.begin(), {minimum_, 1});
  if (--out.back().count == 0) out.pop_back();
  out.push_back({maximum_, 1});
  return out;
}

std::string Distribution::encode() const {
  RowWriter out;
  out.byte(static_cast<unsigned>(!available_ ? RowKind::unavailable
                                 : sketched_ ? RowKind::sketch
                                             : RowKind::exact));
  if (!available_) return out.take();
  if (sketched_) {
    out.byte(shift_);
    out.real(minimum_);
    out.real(maximum_);
  }
  out.number(cells_.size());
  std::uint64_t before = 0;
  for (const Cell& cell : cells_) {
    if (sketched_)
      out.number(cell.key - std::exchange(before, cell.key));
    else
      out.real(double_of(cell.key));
    out.number(cell.count);
  }
  return out.take();
}

// Whether `cells_` and what stands beside them can be the state of samples that were added.
bool Distribution::is_sound() const {
  if (!sketched_) return cells_.size() <= kExactValuesMax;
  if (cells_.empty() || cells_.size() > kBucketsMax) return false;
  if (shift_ < kFinest || shift_ > kMantissaBits) return false;
  return bits_of(minimum_) >> shift_ == cells_.front().key &&
         bits_of(maximum_) >> shift_ == cells_.back().key && minimum_ <= maximum_;
}

bool Distribution::decode(std::string_view bytes) {
  RowReader in(bytes);
  Distribution read;
  const auto kind = static_cast<RowKind>(in.byte());
  read.available_ = kind != RowKind::unavailable;
  read.sketched_ = kind == RowKind::sketch;
  if (read.sketched_) {
    read.shift_ = in.byte();
    read.minimum_ = in.real();
    read.maximum_ = in.real();
  }
  if (read.shift_ > kMantissaBits) return false;
  const std::uint64_t key_max = bits_of(std::numeric_limits<double>::max()) >> read.shift_;
  std::uint64_t before = 0, total = 0;
  for (std::size_t left = read.available_ ? in.count(read.sketched_ ? 2 : 9) : 0; left > 0;
       --left) {
    const std::uint64_t key = read.sketched_ ? before + in.number() : bits_of(in.real());
    const std::uint64_t count = in.number();
    const bool ascends = read.cells_.empty() || key > before;
    total += std::min(count, kSamplesMax + 1);
    if (!ascends || key > key_max || count == 0 || total > kSamplesMax) return false;
    read.cells_.push_back({key, count});
    before = key;
  }
  if (kind < RowKind::unavailable || kind > RowKind::sketch || !in.ok() || !in.at_end())
    return false;
  if (!read.is_sound()) return false;
  if (!read.sketched_ && !read.cells_.empty()) {
    read.minimum_ = double_of(read.cells_.front().key);
    read.maximum_ = double_of(read.cells_.back().key);
  }
  *this = std::move(read);
  return true;
}

}  // namespace tocsin
