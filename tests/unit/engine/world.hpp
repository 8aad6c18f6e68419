// SPDX-License-Identifier: Apache-2.0
// A small world for tests of the Engine: one log group "app" with one stream, and a store in
// memory.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rules/engine.hpp"

namespace tocsin {

inline constexpr Instant kStart = instant_from_ms(1767225600000);  // 2026-01-01 00:00:00 UTC

inline MetricFilter filter_named(const std::string& name, const std::string& metric = {}) {
  MetricFilter f;
  f.name = name;
  f.log_group = "app";
  f.metric_namespace = metric.empty() ? "Tocsin" : "Test";
  f.metric_name = metric.empty() ? name : metric;
  return f;
}

inline Alarm count_alarm(const std::string& name, double threshold, Duration within) {
  Alarm a;
  a.name = name;
  a.anchor = Anchor::event;
  a.metric_namespace = "Tocsin";
  a.metric_name = name;
  a.statistic = Statistic::sample_count;
  a.threshold = threshold;
  a.period = within;
  a.alarm_topics = a.ok_topics = {"ops"};
  return a;
}

inline Alarm sum_alarm(const std::string& name, int n, int m) {
  Alarm a;
  a.name = name;
  a.metric_namespace = "Test";
  a.metric_name = "m";
  a.threshold = 2;
  a.evaluation_periods = n;
  a.datapoints_to_alarm = m;
  a.evaluation_range = n + 2;
  a.alarm_topics = {"ops"};
  return a;
}

inline RuleSet rules_with(std::vector<MetricFilter> filters, std::vector<Alarm> alarms) {
  RuleSet out;
  LogGroup g;
  g.name = "app";
  g.input = "file";
  g.lateness = seconds{0};
  out.log_groups = {g};
  out.topics = {{"ops"}};
  out.filters = std::move(filters);
  out.alarms = std::move(alarms);
  return out;
}

// One stream that is always read to its end.
struct World {
  std::shared_ptr<const RuleSet> rules;
  std::unique_ptr<Engine> engine;
  Effects out;
  StateImage stored;

  explicit World(RuleSet set)
      : rules(std::make_shared<const RuleSet>(std::move(set))),
        engine(std::make_unique<Engine>(rules, kStart)) {
    engine->restore({}, kStart, out);
  }

  // A matched event at kStart + t, read at once.
  void event(Duration t, std::uint32_t filter = 0, double value = 1,
             std::vector<std::optional<std::string>> dimensions = {}, const std::string& id = {}) {
    read(t, t, filter, value, std::move(dimensions), id);
  }
  // The same, read at kStart + read_at.
  void read(Duration t, Duration read_at, std::uint32_t filter = 0, double value = 1,
            std::vector<std::optional<std::string>> dimensions = {}, const std::string& id = {}) {
    MatchBatch b;
    b.rules = rules;
    b.log_group = "app";
    b.stream = b.source = "a.log";
    b.add_event(kStart + t);
    b.read_at = b.source_time = kStart + read_at;
    b.matches.push_back({0,
                         7,
                         "message at " + std::to_string(t.count()),
                         id,
                         {{filter, value, std::move(dimensions)}}});
    engine->apply(b, kStart + read_at, out);
  }

  void quiet_until(Duration t) {
    engine->look({"app", kStart + t, {{"a.log", false, {}}}, {}}, kStart + t, out);
  }

  // "t name FROM>TO" of what was decided since the last call.
  std::vector<std::string> told() {
    std::vector<std::string> lines;
    for (const Transition& t : std::exchange(out, {}).transitions)
      lines.push_back(std::to_string((t.at - kStart).count()) + " " + t.alarm +
                      (t.key.empty() ? "" : "/" + t.key[0].second) + " " +
                      std::string(to_string(t.from)) + ">" + std::string(to_string(t.to)));
    return lines;
  }

  void save() {
    StateDelta delta;
    engine->collect(delta);
    const auto same = [](const StateRow& a) {
      return [&](const StateRow& b) { return a.kind == b.kind && a.id == b.id; };
    };
    for (StateRow& row : delta.rows) {
      std::erase_if(stored.rows, same(row));
      if (row.value) stored.rows.push_back(row);
    }
    for (const AlarmStatus& s : delta.alarms) {
      std::erase_if(stored.alarms,
                    [&](const auto& x) { return x.alarm == s.alarm && x.key == s.key; });
      stored.alarms.push_back(s);
    }
    for (const auto& [alarm, key] : delta.removed)
      std::erase_if(stored.alarms, [&](const auto& x) { return x.alarm == alarm && x.key == key; });
    stored.seen.insert(stored.seen.end(), delta.seen.begin(), delta.seen.end());
    stored.next_sequence = delta.next_sequence;
  }

  void restart(Duration t) {
    save();
    engine = std::make_unique<Engine>(rules, kStart + t);
    engine->restore(stored, kStart + t, out);
  }

  void reload(RuleSet set, Duration t) {
    rules = std::make_shared<const RuleSet>(std::move(set));
    engine->swap_rules(rules, kStart + t, out);
  }
};

using Lines = std::vector<std::string>;

}  // namespace tocsin
