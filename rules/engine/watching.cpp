// SPDX-License-Identifier: Apache-2.0
// Which series the long-form alarms watch, for how long their metrics are kept, and what alarms by
// maths are made of.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

#include "rules/engine/alarm_row.hpp"
#include "rules/engine/state.hpp"
#include "tocsin/result.hpp"
#include "tocsin/stable_hash.hpp"

namespace tocsin {
namespace {

std::vector<AlarmMetric> metrics_of(const AlarmBook& book) {
  return book.maths ? book.maths->plan.metrics : watched_metrics(*book.spec);
}

bool is_learned_from(const MathPlan& plan, std::size_t metric) {
  return std::any_of(plan.bands.begin(), plan.bands.end(), [metric](const auto& band) {
    return std::find(band.of.inputs.begin(), band.of.inputs.end(), metric) != band.of.inputs.end();
  });
}

bool is_whole_literal(const std::string& value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && end == value.data() + value.size() && std::trunc(number) == number;
}

// Whether a metric's datapoints say how many events there were.
bool counts_events(const AlarmMetric& m, std::span<const MetricFilter* const> publishers) {
  if (m.statistic == StatisticExpression(Statistic::sample_count)) return true;
  return m.statistic == StatisticExpression(Statistic::sum) &&
         std::all_of(publishers.begin(), publishers.end(),
                     [](const MetricFilter* f) { return is_whole_literal(f->value); });
}

bool is_percent(const AlarmMetric& m, std::span<const MetricFilter* const> publishers) {
  const auto percent = [](const MetricFilter* f) { return f->unit == "Percent"; };
  if (!m.unit.empty()) return m.unit == "Percent";
  return !publishers.empty() && std::all_of(publishers.begin(), publishers.end(), percent);
}

// So long after each hour the bands of a key learn anew: by its names, the same in every run.
Duration renewal_of(const KeyEntry& entry) {
  const std::uint64_t hash = hash_bytes(entry.book->spec->name + '\n' + entry.id());
  return minutes{
      static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(kBandRenewal / minutes{1}))};
}

// Each once.
std::vector<StoredSeries*> watched_by(const KeyEntry& entry) {
  if (entry.series != nullptr) return {entry.series};
  if (entry.maths() == nullptr) return {};
  std::vector<StoredSeries*> out = entry.maths()->series;
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

std::string series_of(const AlarmMetric& metric, const Alarm& alarm, const AlarmKey& key) {
  Dimensions all = metric.dimensions;
  all.insert(all.end(), key.begin(), key.end());
  std::sort(all.begin(), all.end());
  return series_id(metric_of(metric), metric.unit, alarm.group_by.empty(), all);
}

Shared<std::string> Engine::State::datapoints_of_alarm(const Alarm& alarm) const {
  static const Shared<std::string> kNone = datapoints_of({});
  const auto of_metric = [&](const std::string& name) {
    const auto known = metric_datapoints.find(name);
    return known == metric_datapoints.end() ? kNone : known->second;
  };
  if (!alarm.maths) return of_metric(metric_of(alarm));
  std::string all;
  for (const AlarmMetric& m : watched_metrics(alarm)) all += *of_metric(metric_of(m));
  return all;
}

std::shared_ptr<const MathSpec> Engine::State::math_spec(const Alarm& alarm) const {
  auto made = make_math_plan(*alarm.maths);
  // Whatever comes here was compiled before: by the rules' decoder, or with its row.
  TOCSIN_ASSERT(std::holds_alternative<MathPlan>(made));
  auto out = std::make_shared<MathSpec>();
  out->plan = std::get<MathPlan>(std::move(made));
  out->band = alarm.maths->band;
  const auto& bands = out->plan.result.program.bands();
  for (std::size_t i = 0; i < bands.size(); ++i) {
    BandTraining how{alarm.period, false, false, alarm.maths->excluded};
    const AlarmMetric& m = out->plan.metrics[out->plan.bands[i].of.inputs.front()];
    // Of an expression there is no telling.
    if (m.id == bands[i].id) {
      how.counts = counts_events(m, publishers_of(metric_of(m)));
      how.percent = is_percent(m, publishers_of(metric_of(m)));
    }
    out->training.push_back(std::move(how));
  }
  return out;
}

// What the alarm needs of its metrics.
void Engine::State::add_metrics(AlarmBook& book) {
  const std::vector<AlarmMetric> watched = metrics_of(book);
  for (std::size_t i = 0; i < watched.size(); ++i) {
    const AlarmMetric& w = watched[i];
    MetricState& m = metrics[metric_of(w)];
    m.name = metric_of(w);
    if (book.spec->period < minutes{1}) m.shape.cell = seconds{10};
    if (!w.statistic.simple()) m.shape.values = true;
    Duration kept = book.long_spec->oldest() + 2 * book.spec->period + hours{1};
    if (book.maths && is_learned_from(book.maths->plan, i))
      kept += kBandHistory + kBandFreeze + 2 * kBandRenewal;
    m.retention = std::max({m.retention, options.metric_retention, kept});
    if (book.maths) m.readers.insert(&clock_for(groups_of(*book.spec)));
    if (book.spec->group_by.empty()) {
      if (!w.unit.empty()) m.units.insert(w.unit);
      continue;
    }
    Dimensions fixed = w.dimensions;
    std::sort(fixed.begin(), fixed.end());
    m.views.push_back({fixed, book.spec->group_by, w.unit, {&book}});
  }
}

void Engine::State::unwatch_series(KeyEntry& entry) {
  if (entry.series != nullptr) store.unwatch(*std::exchange(entry.series, nullptr), entry);
  if (entry.maths() != nullptr)
    for (StoredSeries* s : watched_by(entry)) store.unwatch(*s, entry);
  entry.set_maths(nullptr);
}

// Watches what its book's alarm says, and that only.
const DatapointSource& Engine::State::watch_series(KeyEntry& entry) {
  const AlarmBook& book = *entry.book;
  const std::vector<StoredSeries*> before = watched_by(entry);
  std::vector<StoredSeries*> wanted;
  std::vector<const DatapointSource*> sources;
  for (const AlarmMetric& m : metrics_of(book)) {
    const std::string id = series_of(m, *book.spec, entry.key());
    wanted.push_back(&store.watched(id, metrics[metric_of(m)].shape));
    sources.push_back(&wanted.back()->series);
    store.watch(*wanted.back(), entry);
  }
  for (StoredSeries* s : before)
    if (std::find(wanted.begin(), wanted.end(), s) == wanted.end()) store.unwatch(*s, entry);
  entry.series = nullptr;
  entry.set_maths(nullptr);
  if (!book.maths) {
    entry.series = wanted.front();
    return *sources.front();
  }
  entry.set_maths(std::make_unique<MathKey>(book.maths, std::move(wanted), std::move(sources),
                                            renewal_of(entry)));
  entry.maths()->source.red_since([&entry] {
    return entry.long_form() != nullptr ? entry.long_form()->red_since() : std::nullopt;
  });
  return entry.maths()->source;
}

void Engine::State::bind_series(AlarmBook& book) {
  for (const auto& [id, entry] : book.keys()) entry->long_form()->bind(watch_series(*entry));
}

}  // namespace tocsin
