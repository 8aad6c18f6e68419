// SPDX-License-Identifier: Apache-2.0
// A World whose long-form alarms are accompanied by naive ones, which are told the same.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/naive_alarm.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {

// An alarm on the metric Test/m and its naive companion.
struct Accompanied {
  Alarm alarm;
  naive::LongAlarm naive;
};

inline Statistic statistic_of(naive::Of of) {
  switch (of) {
    case naive::Of::count:
      return Statistic::sample_count;
    case naive::Of::sum:
      return Statistic::sum;
    case naive::Of::average:
      return Statistic::average;
    case naive::Of::minimum:
      return Statistic::minimum;
    case naive::Of::maximum:
      return Statistic::maximum;
  }
  return Statistic::sum;
}

inline Accompanied accompanied(const std::string& name, const naive::Description& d) {
  Alarm a = sum_alarm(name, d.question.n, d.question.m);
  a.evaluation_range = d.question.range;
  a.treat_missing_data = d.question.treat;
  a.statistic = statistic_of(d.statistic);
  a.comparison = d.comparison;
  a.threshold = d.threshold;
  a.period = d.period;
  a.anchor = d.fixed ? Anchor::fixed : Anchor::minute;
  return {a, naive::LongAlarm(d)};
}

inline RuleSet rules_of(const std::vector<Accompanied>& alarms, Duration lateness) {
  MetricFilter f = filter_named("f", "m");
  f.value = "$.v";
  f.minimum = 0;  // so that a sum cannot be undone
  RuleSet out = rules_with({f}, {});
  for (const Accompanied& a : alarms) out.alarms.push_back(a.alarm);
  out.log_groups[0].lateness = lateness;
  out.log_groups[0].max_stall = days{365};
  return out;
}

class NaiveWorld {
 public:
  NaiveWorld(std::vector<Accompanied> alarms, Duration lateness)
      : alarms_(std::move(alarms)), world_(rules_of(alarms_, lateness)) {}

  // A sample stamped kStart + t, read at kStart + read_at.
  void sample(Duration t, Duration read_at, double value) {
    world_.read(t, read_at, 0, value);
    follow([&](naive::LongAlarm& a, Instant w) { a.sample(kStart + t, value, w); });
  }

  void quiet_until(Duration t) {
    world_.quiet_until(t);
    follow([](naive::LongAlarm&, Instant) {});
  }

  // The wall clock is found to be at kStart + t, set back by `by`, and goes on until it is again
  // where it was; nothing is read meanwhile. The naive alarms do not notice.
  void set_back(Duration t, Duration by, Duration look_every) {
    quiet_until(t + by);
    world_.engine->clock_set_back(kStart + t, by, world_.out);
    const Duration end = t + by;
    for (; t < end; t += look_every) {
      world_.quiet_until(t);
      if (t.count() % 3 == 0) world_.restart(t);
    }
    world_.quiet_until(end);
  }

  void restart(Duration t) { world_.restart(t); }
  void reload_the_same(Duration t) { world_.reload(RuleSet(*world_.rules), t); }

  // Since the beginning.
  void check() {
    std::map<std::string, std::vector<naive::Told>> told;
    for (const Transition& t : world_.out.transitions)
      told[t.alarm].push_back({t.from, t.to, t.at});
    for (const Accompanied& a : alarms_) {
      const auto& got = told[a.alarm.name];
      const auto& wanted = a.naive.told();
      if (got == wanted) continue;
      FAIL(description(a.alarm) << "\n  told:   " << text(got) << "\n  wanted: " << text(wanted));
    }
  }

  std::size_t transitions() const { return world_.out.transitions.size(); }

 private:
  template <class Then>
  void follow(const Then& then) {
    const std::optional<Instant> watermark = world_.engine->groups()[0].watermark;
    for (Accompanied& a : alarms_) {
      if (watermark) a.naive.pass(*watermark);
      then(a.naive, watermark.value_or(kNoTime));
    }
  }

  static std::string text(const std::vector<naive::Told>& told) {
    std::string out;
    for (const naive::Told& t : told)
      out +=
          std::to_string(to_ms(t.at) - to_ms(kStart)) + " " + std::string(to_string(t.to)) + ", ";
    return out;
  }

  static std::string description(const Alarm& a) {
    return a.name + ": " + std::to_string(*a.datapoints_to_alarm) + " of " +
           std::to_string(a.evaluation_periods) + " in " + std::to_string(a.evaluation_range) +
           ", " + std::string(to_string(a.treat_missing_data)) + ", " +
           std::string(to_string(a.comparison)) + " " + std::to_string(a.threshold) + ", period " +
           std::to_string(a.period.count() / 1000) + " s" +
           (a.anchor == Anchor::fixed ? ", fixed" : "");
  }

  std::vector<Accompanied> alarms_;
  World world_;
};

}  // namespace tocsin
