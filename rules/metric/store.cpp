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
  const auto [at, made] = series_.try_emplace(id);
  if (!made) return *at->second;
  at->second = std::make_unique<StoredSeries>(shape);
  at->second->id = at->first;
  ++unwatched_of(id);  // until watch()
  return *at->second;
}

std::size_t& MetricStore::unwatched_of(std::string_view id) {
  const std::string_view metric = metric_of_series(id);
  const auto at = unwatched_.find(metric);
  return at != unwatched_.end() ? at->second : unwatched_[std::string(metric)];
}

void MetricStore::one_unwatched_less(std::string_view id) {
  const auto at = unwatched_.find(metric_of_series(id));
  if (--at->second == 0) unwatched_.erase(at);
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

void MetricStore::watch(StoredSeries& series, KeyEntry& key) {
  std::vector<KeyEntry*>& watchers = series.watchers;
  if (std::find(watchers.begin(), watchers.end(), &key) != watchers.end()) return;
  if (watchers.empty()) one_unwatched_less(series.id);
  const auto at = std::lower_bound(watchers.begin(), watchers.end(), &key,
                                   [](const auto* a, const auto* b) { return is_before(*a, *b); });
  watchers.insert(at, &key);
}

void MetricStore::order_watchers() {
  for (auto& [id, stored] : series_) {
    std::vector<KeyEntry*>& watchers = stored->watchers;
    std::sort(watchers.begin(), watchers.end(),
              [](const auto* a, const auto* b) { return is_before(*a, *b); });
    watchers.shrink_to_fit();
  }
}

void MetricStore::unwatch(StoredSeries& series, const KeyEntry& key) {
  if (std::erase(series.watchers, &key) == 0 || !series.watchers.empty()) return;
  ++unwatched_of(series.id);
  const bool keyed = series.id.find(std::string{kPart, '*'}) != std::string_view::npos;
  if (keyed || !series.series.newest()) erase(series_.find(series.id));
}

std::pair<MetricStore::Map::iterator, MetricStore::Map::iterator> MetricStore::of_metric(
    std::string_view metric) {
  std::string first(metric);
  first += kPart;
  std::string last(metric);
  last += static_cast<char>(kPart + 1);
  return {series_.lower_bound(first), series_.lower_bound(last)};
}

void MetricStore::forget_rows(const StoredSeries& stored) {
  const std::string id(stored.id);
  stored.series.cells().numbers([&](std::uint64_t number) {
    gone_.push_back({"series", row_id(id, static_cast<std::int64_t>(number)), std::nullopt});
  });
  stored.series.cells().value_times([&](Instant t) {
    gone_.push_back({"values", row_id(id, to_ms(t)), std::nullopt});
  });
  stored.series.default_minutes([&](Instant minute) {
    gone_.push_back({"default", row_id(id, to_ms(minute)), std::nullopt});
  });
}

MetricStore::Map::iterator MetricStore::erase(Map::iterator at) {
  StoredSeries& stored = *at->second;
  forget_rows(stored);
  if (stored.dirty) dirty_[stored.dirty_place] = nullptr;
  if (stored.watchers.empty()) one_unwatched_less(stored.id);
  return series_.erase(at);
}

void MetricStore::forget(std::string_view metric, Instant until) {
  auto [at, end] = of_metric(metric);
  while (at != end) {
    StoredSeries& s = *at->second;
    s.series.forget_until(until);
    touched(s);
    const bool old = s.series.newest().value_or(kNoTime) <= until;
    at = old && s.watchers.empty() ? erase(at) : std::next(at);
  }
}

void MetricStore::remove_metric(std::string_view metric) {
  auto [at, end] = of_metric(metric);
  while (at != end) {
    StoredSeries& s = *at->second;
    if (s.watchers.empty()) {
      at = erase(at);
      continue;
    }
    forget_rows(s);
    s.series = Series(s.series.shape());
    ++at;
  }
}

void MetricStore::set_shape(std::string_view metric, const SeriesShape& shape) {
  for (auto [at, end] = of_metric(metric); at != end; ++at) {
    at->second->series.set_shape(shape);
    touched(*at->second);
  }
}

void MetricStore::collect(std::vector<StateRow>& out) {
  out.insert(out.end(), std::make_move_iterator(gone_.begin()),
             std::make_move_iterator(gone_.end()));
  gone_.clear();
  for (StoredSeries* s : dirty_) {
    if (s == nullptr) continue;
    s->dirty = false;
    const std::string id(s->id);
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
