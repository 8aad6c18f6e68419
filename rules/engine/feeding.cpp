// SPDX-License-Identifier: Apache-2.0
// What feeds what under the present rules: log groups their filters, these metrics and the alarms,
// whose clocks go by the groups.
#include <algorithm>

#include "rules/alarm/math_plan.hpp"
#include "rules/engine/alarm_row.hpp"
#include "rules/engine/state.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

bool feeds(const MetricFilter& f, const Alarm& a) {
  if (a.anchor == Anchor::event) return f.name == a.name && metric_of(f) == metric_of(a);
  return metric_of(f) == metric_of(a);
}

}  // namespace

FiltersByMetric filters_by_metric(const RuleSet& rules) {
  FiltersByMetric out;
  for (const MetricFilter& f : rules.filters) out[metric_of(f)].push_back(&f);
  return out;
}

std::set<std::string> Engine::State::groups_of(const Alarm& alarm) const {
  if (alarm.composite) return groups_under(*alarm.composite);
  std::set<std::string> out;
  if (!alarm.maths) {
    for (const MetricFilter* f : publishers_of(metric_of(alarm)))
      if (feeds(*f, alarm) && groups.contains(f->log_group)) out.insert(f->log_group);
    return out;
  }
  for (const AlarmMetric& m : watched_metrics(alarm))
    for (const MetricFilter* f : publishers_of(metric_of(m)))
      if (groups.contains(f->log_group)) out.insert(f->log_group);
  return out;
}

std::span<const MetricFilter* const> Engine::State::publishers_of(std::string_view metric) const {
  const auto found = publishers.find(metric);
  return found == publishers.end() ? std::span<const MetricFilter* const>() : found->second;
}

void Engine::State::build_metrics() {
  metrics.clear();
  for (const MetricFilter& f : rules->filters) {
    MetricState& m = metrics[metric_of(f)];
    m.name = metric_of(f);
    m.retention = options.metric_retention;
    m.shape.values = options.keep_values;
  }
  for (AlarmBook& book : books)
    if (!book.is_short() && !book.is_composite()) add_metrics(book);
  for (auto& [name, m] : metrics) {
    std::set<std::string> from;
    for (const MetricFilter* f : publishers_of(name))
      if (groups.contains(f->log_group)) from.insert(f->log_group);
    m.clock = &clock_for(from);
    store.set_shape(name, m.shape);
  }
}

void Engine::State::route() {
  std::set<std::string> watched;  // by long forms
  for (const Alarm& a : rules->alarms)
    if (!a.composite && a.anchor != Anchor::event)
      for (const AlarmMetric& m : watched_metrics(a)) watched.insert(metric_of(m));
  routes.assign(rules->filters.size(), {});
  for (std::size_t i = 0; i < rules->filters.size(); ++i) {
    const MetricFilter& f = rules->filters[i];
    AlarmBook* const book = books.find(f.name);
    if (book != nullptr && book->is_short() && feeds(f, *book->spec)) routes[i].short_book = book;
    // A short form's own metric is not filed twice unless a long form watches it.
    if (routes[i].short_book == nullptr || watched.contains(metric_of(f)))
      routes[i].metric = &metrics.at(metric_of(f));
  }
}

void Engine::State::link_clocks() {
  for (auto& [names, clock] : clocks) clock->owners.clear();
  for (auto& [name, group] : groups) {
    group->clock->owners.push_back(group.get());
    group->clocks = {group->clock};
    for (auto& [names, clock] : clocks)
      if (clock.get() != group->clock && names.contains(name)) group->clocks.push_back(clock.get());
  }
}

}  // namespace tocsin
