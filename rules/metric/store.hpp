// SPDX-License-Identifier: Apache-2.0
// All series of all metrics, by name. A series is one combination of dimension values (exact, as
// CloudWatch has it) or what one key of an alarm with group_by sees: the sum over all other
// dimensions.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/metric/series.hpp"
#include "tocsin/effects.hpp"

namespace tocsin {

struct KeyEntry;
// By alarm and key: who is asked first must not depend on who came first. Defined beside KeyEntry.
bool is_before(const KeyEntry& a, const KeyEntry& b);

using Dimensions = std::vector<std::pair<std::string, std::string>>;  // in order of name

// `unit`: only samples of that unit; empty: all. `exact`: no dimensions beside these.
std::string series_id(std::string_view metric, std::string_view unit, bool exact,
                      const Dimensions& dimensions);
// The metric that a series belongs to.
std::string_view metric_of_series(std::string_view id);

struct StoredSeries {
  explicit StoredSeries(const SeriesShape& shape) : series(shape) {}
  std::string_view id;  // lives in the store
  Series series;
  std::vector<KeyEntry*> watchers;  // in order
  bool dirty = false;               // in the store's list
  std::size_t dirty_place = 0;      // there
};

class MetricStore {
 public:
  // Series of one metric that no alarm watches; beyond it new ones are not kept, and counted.
  static constexpr std::size_t kMaxUnwatched = 10'000;

  // Made if it is not there; watch() follows.
  StoredSeries& watched(const std::string& id, const SeriesShape& shape);
  // Made if there is room for one more that nobody watches; else nullptr.
  StoredSeries* kept(const std::string& id, const SeriesShape& shape);
  StoredSeries* find(const std::string& id);
  const StoredSeries* find(const std::string& id) const;

  // Again: nothing happens. Not while watchers are being walked through.
  void watch(StoredSeries& series, KeyEntry& key);
  // After names of alarms have changed.
  void order_watchers();
  // A keyed or empty series that nobody watches any more goes at once.
  void unwatch(StoredSeries& series, const KeyEntry& key);

  void touched(StoredSeries& series) {
    if (std::exchange(series.dirty, true)) return;
    series.dirty_place = dirty_.size();
    dirty_.push_back(&series);
  }
  // Forgets what is older than watermark - retention of the metric; removes series that are empty
  // and watched by nobody.
  void forget(std::string_view metric, Instant until);
  // Empties its series; those that are watched stay.
  void remove_metric(std::string_view metric);
  void set_shape(std::string_view metric, const SeriesShape& shape);
  std::uint64_t refused() const { return refused_; }

  void collect(std::vector<StateRow>& out);
  // Rows of kind "series" and "default", then "values". false: damaged.
  bool restore(const StateRow& row);

 private:
  using Map = std::map<std::string, std::unique_ptr<StoredSeries>, std::less<>>;
  Map::iterator erase(Map::iterator at);
  void forget_rows(const StoredSeries& stored);
  std::size_t& unwatched_of(std::string_view id);
  void one_unwatched_less(std::string_view id);
  std::pair<Map::iterator, Map::iterator> of_metric(std::string_view metric);

  Map series_;
  std::map<std::string, std::size_t, std::less<>> unwatched_;  // by metric; none of 0 is kept
  std::vector<StoredSeries*> dirty_;                           // nullptr: gone
  std::vector<StateRow> gone_;
  std::uint64_t refused_ = 0;
};

}  // namespace tocsin
