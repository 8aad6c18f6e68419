// SPDX-License-Identifier: Apache-2.0
// How often an alarm went to ALARM in the last 30 days of event time, counted by UTC day: at most
// 30 small numbers however often it fires, and the same in every run over the same events.
#pragma once
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "rules/engine/row_codec.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class Firings {
 public:
  static constexpr int kDays = 30;

  void add(Instant t) {
    const std::int64_t day = day_of(t);
    const auto at = std::lower_bound(days_.begin(), days_.end(), std::pair(day, std::uint64_t{0}));
    if (at != days_.end() && at->first == day)
      ++at->second;
    else
      days_.insert(at, {day, 1});
    const std::int64_t over = days_.back().first - kDays;
    std::erase_if(days_, [&](const auto& d) { return d.first <= over; });
  }
  // In the 30 days that end with the day of `t`.
  std::uint64_t until(Instant t) const {
    const std::int64_t last = day_of(t);
    std::uint64_t sum = 0;
    for (const auto& [day, count] : days_)
      if (day <= last && day > last - kDays) sum += count;
    return sum;
  }
  // When none of them counts any more; kNever: there are none.
  Instant over_at() const {
    if (days_.empty()) return kNever;
    return Instant{} + days{days_.back().first + kDays};
  }
  void forget_until(Instant t) {
    if (over_at() <= t) days_.clear();
  }
  bool empty() const { return days_.empty(); }

  void write(RowWriter& out) const {
    out.number(days_.size());
    for (const auto& [day, count] : days_) {
      out.integer(day);
      out.number(count);
    }
  }
  void read(RowReader& in) {
    days_.resize(in.count(2));
    for (auto& [day, count] : days_) {
      day = in.integer();
      count = in.number();
    }
  }

 private:
  static std::int64_t day_of(Instant t) {
    return std::chrono::floor<days>(t.time_since_epoch()).count();
  }

  std::vector<std::pair<std::int64_t, std::uint64_t>> days_;  // ascending
};

}  // namespace tocsin
