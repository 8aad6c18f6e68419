// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/default_values.hpp"

#include "rules/engine/row_codec.hpp"
#include "rules/engine/row_id.hpp"
#include "rules/metric/series.hpp"

namespace tocsin {

DefaultValues::Minute& DefaultValues::event(Instant t) {
  const Instant minute = floor_to(t, minutes{1});
  const auto [at, created] = minutes_.try_emplace(minute);
  if (created) {
    waiting_.insert(minute);
    touched(minute);
  }
  return at->second;
}

void DefaultValues::touched(Instant t) { dirty_hours_.insert(floor_to(t, hours{1})); }

Instant DefaultValues::publish_next() {
  const Instant minute = *waiting_.begin();
  waiting_.erase(waiting_.begin());
  minutes_[minute].published = true;
  touched(minute);
  return minute;
}

void DefaultValues::forget(Instant until) {
  while (!minutes_.empty() && minutes_.begin()->first <= until) {
    touched(minutes_.begin()->first);
    waiting_.erase(minutes_.begin()->first);
    minutes_.erase(minutes_.begin());
  }
}

void DefaultValues::collect(const std::string& group, std::vector<StateRow>& out) {
  for (const Instant hour : dirty_hours_) {
    RowWriter row;
    bool any = false;
    for (auto at = minutes_.lower_bound(hour); at != minutes_.end() && at->first < hour + hours{1};
         ++at) {
      any = true;
      row.number(static_cast<std::uint64_t>((at->first - hour) / minutes{1}));
      row.flag(at->second.published);
      row.number(at->second.matched.size());
      for (const std::string& filter : at->second.matched) row.text(filter);
    }
    const std::string id = join_row_id(group, std::to_string(to_ms(hour)));
    out.push_back({"minutes", id, any ? std::optional(row.take()) : std::nullopt});
  }
  dirty_hours_.clear();
}

bool DefaultValues::restore(std::int64_t hour, std::string_view bytes) {
  RowReader row(bytes);
  while (!row.at_end()) {
    const std::uint64_t offset = row.number();
    Minute m;
    m.published = row.flag();
    for (std::size_t n = row.count(1); n > 0; --n) m.matched.insert(row.text());
    if (!row.ok() || offset >= 60) return false;
    const Instant minute = instant_from_ms(hour) + minutes{static_cast<int>(offset)};
    if (!m.published) waiting_.insert(minute);
    minutes_[minute] = std::move(m);
  }
  return true;
}

}  // namespace tocsin
