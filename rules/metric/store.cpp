// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/store.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tocsin {
namespace {

// Separators that no name holds: names have no control characters.
constexpr char kPart = '\x1e';
constexpr char kItem = '\x1d';
constexpr char kRow = '\x1f';

std::string row_id(const std::string& id, std::int64_t number) {
  return id + kRow + std::to_string(number);
}

std::optional<std::pair<std::string, std::int64_t>> split_row_id(std::string_view id) {
  const std::size_t at = id.rfind(kRow);
  if (at == std::string_view::npos) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data() + at + 1, id.data() + id.size(), number);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return std::pair{std::string(id.substr(0, at)), number};
}

// Values come from events and may hold anything: separators in them are written as two bytes.
void append_value(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c >= '\x1b' && c <= '\x1f') {
      out += '\x1b';
      out += static_cast<char>(c + 0x40);
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string series_id(std::string_view metric, std::string_view unit, bool exact,
                      const Dimensions& dimensions) {
  std::string out(metric);
  out.append(1, kPart).append(unit).append(1, kPart).append(exact ? "=" : "*");
  for (const auto& [name, value] : dimensions) {
    out += kItem;
    append_value(out, name);
    out += kItem;
    append_value(out, value);
  }
  return out;
}

std::string_view metric_of_series(std::string_view id) { return id.substr(0, id.find(kPart)); }

StoredSeries& MetricStore::watched(const std::string& id, const SeriesShape& shape) {
  std::unique_ptr<StoredSeries>& held = series_[id];
  if (held) return *held;
  held = std::make_unique<StoredSeries>(shape);
  ++unwatched_of(id);  // until watch()
  return *held;
}

std::size_t& MetricStore::unwatched_of(std::string_view id) {
  const std::string_view metric = metric_of_series(id);
  const auto at = unwatched_.find(metric);
  return at != unwatched_.end() ? at->second : unwatched_[std::string(metric)];
}

StoredSeries* MetricStore::kept(const std::string& id, const SeriesShape& shape) {
  if (StoredSeries* s = find(id)) return s;
  if (unwatched_of(id) >= kMaxUnwatched) {
    ++refused_;
    return nullptr;
  }
  return &watched(id, shape);
}

StoredSeries* MetricStore::find(const std::string& id) {
  const auto at = series_.find(id);
  return at == series_.end() ? nullptr : at->second.get();
}

const StoredSeries* MetricStore::find(const std::string& id) const {
  const auto at = series_.find(id);
  return at == series_.end() ? nullptr : at->second.get();
}

void MetricStore::watch(const std::string& id, KeyEntry& key) {
  std::vector<KeyEntry*>& watchers = series_.at(id)->watchers;
  if (std::find(watchers.begin(), watchers.end(), &key) != watchers.end()) return;
  if (watchers.empty()) --unwatched_of(id);
  const auto at = std::lower_bound(watchers.begin(), watchers.end(), &key,
                                   [](const auto* a, const auto* b) { return is_before(*a, *b); });
  watchers.insert(at, &key);
}

void MetricStore::order_watchers() {
  for (auto& [id, stored] : series_)
    std::sort(stored->watchers.begin(), stored->watchers.end(),
              [](const auto* a, const auto* b) { return is_before(*a, *b); });
}

void MetricStore::unwatch(const std::string& id, const KeyEntry& key) {
  const auto at = series_.find(id);
  if (at == series_.end() || std::erase(at->second->watchers, &key) == 0) return;
  if (at->second->watchers.empty()) ++unwatched_of(id);
  const bool keyed = id.find(std::string(1, kPart) + '*') != std::string::npos;
  if (keyed && at->second->watchers.empty()) erase(at);
}

std::pair<MetricStore::Map::iterator, MetricStore::Map::iterator> MetricStore::of_metric(
    std::string_view metric) {
  std::string first(metric);
  first += kPart;
  std::string last(metric);
  last += static_cast<char>(kPart + 1);
  return {series_.lower_bound(first), series_.lower_bound(last)};
}

MetricStore::Map::iterator MetricStore::erase(Map::iterator at) {
  const std::string& id = at->first;
  at->second->series.cells().numbers([&](std::uint64_t number) {
    gone_.push_back({"series", row_id(id, static_cast<std::int64_t>(number)), std::nullopt});
  });
  at->second->series.cells().value_times([&](Instant t) {
    gone_.push_back({"values", row_id(id, to_ms(t)), std::nullopt});
  });
  at->second->series.default_minutes([&](Instant minute) {
    gone_.push_back({"default", row_id(id, to_ms(minute)), std::nullopt});
  });
  dirty_.erase(id);
  if (at->second->watchers.empty()) --unwatched_of(id);
  return series_.erase(at);
}

void MetricStore::forget(std::string_view metric, Instant until) {
  auto [at, end] = of_metric(metric);
  while (at != end) {
    StoredSeries& s = *at->second;
    s.series.forget_until(until);
    dirty_.insert(at->first);
    const bool old = s.series.newest().value_or(kNoTime) <= until;
    at = old && s.watchers.empty() ? erase(at) : std::next(at);
  }
}

void MetricStore::remove_metric(std::string_view metric) {
  auto [at, end] = of_metric(metric);
  while (at != end) at = erase(at);
}

void MetricStore::set_shape(std::string_view metric, const SeriesShape& shape) {
  for (auto [at, end] = of_metric(metric); at != end; ++at) {
    at->second->series.set_shape(shape);
    touched(at->first);
  }
}

void MetricStore::collect(std::vector<StateRow>& out) {
  out.insert(out.end(), std::make_move_iterator(gone_.begin()),
             std::make_move_iterator(gone_.end()));
  gone_.clear();
  for (const std::string& id : dirty_) {
    StoredSeries* s = find(id);
    if (s == nullptr) continue;
    const auto put = [&](const char* kind, std::int64_t number, std::optional<std::string> value) {
      out.push_back({kind, row_id(id, number), std::move(value)});
    };
    s->series.cells().collect(
        [&](std::uint64_t n, std::string bytes) {
          put("series", static_cast<std::int64_t>(n), std::move(bytes));
        },
        [&](std::uint64_t n) { put("series", static_cast<std::int64_t>(n), std::nullopt); });
    s->series.cells().collect_values(
        [&](Instant t, std::string bytes) { put("values", to_ms(t), std::move(bytes)); },
        [&](Instant t) { put("values", to_ms(t), std::nullopt); });
    s->series.collect_defaults(
        [&](Instant minute, std::string bytes) { put("default", to_ms(minute), std::move(bytes)); },
        [&](Instant minute) { put("default", to_ms(minute), std::nullopt); });
  }
  dirty_.clear();
}

bool MetricStore::restore(const StateRow& row) {
  const auto id = split_row_id(row.id);
  if (!id || !row.value) return false;
  if (row.kind == "values") {
    StoredSeries* known = find(id->first);
    return known != nullptr &&
           known->series.cells().restore_values(instant_from_ms(id->second), *row.value);
  }
  Series& series = watched(id->first, {}).series;
  if (row.kind == "default")
    return series.restore_defaults(instant_from_ms(id->second), *row.value);
  return series.cells().restore_chunk(static_cast<std::uint64_t>(id->second), *row.value);
}

}  // namespace tocsin
