// SPDX-License-Identifier: Apache-2.0
#include "sim/twins/script.hpp"

#include <algorithm>
#include <variant>

#include "rules/alarm/math_plan.hpp"
#include "rules/metric/statistic_expression.hpp"

namespace tocsin::sim {
namespace {

constexpr Instant kEpoch = instant_from_ms(1767225600000);  // 2026-01-01 00:00:00 UTC
const std::vector<std::string> kMetrics{"m", "n"};

}  // namespace

Script::Script(std::uint64_t seed) : random_(seed) {
  start_ = now_ = kEpoch + random_.range(Duration{0}, days{400});
  make_groups();
  make_metrics();
  const auto alarms = random_.range(2, 8);
  for (std::int64_t i = 0; i < alarms; ++i) add_alarm();
  for (auto more = random_.pick<int>({0, 1, 3}); more > 0; --more) add_composite();
  for (auto windows = random_.pick<int>({0, 0, 1, 2}); windows > 0; --windows) make_window();
  rules_ = std::make_shared<const RuleSet>(draft_);
  make_operations();
}

void Script::add_alarm() {
  const std::string name = "alarm-" + std::to_string(alarms_made_++);
  random_.chance(0.4) ? add_short(name) : add_long(name);
  make_attention(draft_.alarms.back());
}

void Script::make_groups() {
  for (const std::string name : {"app", "audit"}) {
    if (name == "audit" && random_.chance(0.5)) break;
    LogGroup g;
    g.name = name;
    g.input = "file";
    g.lateness = random_.pick<Duration>({Duration{0}, seconds{5}, minutes{1}, minutes{15}});
    g.max_stall = random_.pick<Duration>({minutes{10}, days{30}});
    g.max_age = random_.pick<Duration>({minutes{10}, hours{24}});
    g.dedup = random_.chance(0.5);
    draft_.log_groups.push_back(g);
  }
  draft_.topics = {{"ops"}, {"dev"}};
}

// Filters that publish a metric that long forms watch, some with dimensions, some with defaults.
void Script::make_metrics() {
  for (const std::string& metric : kMetrics) {
    const auto filters = random_.range(1, 2);
    for (std::int64_t i = 0; i < filters; ++i) {
      MetricFilter f;
      f.name = metric + "-" + std::to_string(i);
      f.log_group = random_.pick(draft_.log_groups).name;
      f.metric_namespace = "Sim";
      f.metric_name = metric;
      f.value = "$.value";
      if (random_.chance(0.7)) f.minimum = 0;
      f.unit = random_.pick<std::string>({"None", "None", "Count"});
      if (random_.chance(0.4)) f.dimensions = {{"who", "$.who"}};
      if (random_.chance(0.2)) f.dimensions.push_back({"where", "$.where"});
      if (f.dimensions.empty() && random_.chance(0.4)) {
        f.default_value = random_.pick<double>({0, 0, 2});
        f.default_per_event = random_.chance(0.2);
      }
      draft_.filters.push_back(f);
    }
  }
}

void Script::add_short(const std::string& name) {
  Alarm a;
  a.name = a.metric_name = name;
  a.metric_namespace = "Tocsin";
  a.anchor = Anchor::event;
  a.statistic =
      random_.pick<Statistic>({Statistic::sample_count, Statistic::sample_count, Statistic::sum,
                               Statistic::average, Statistic::maximum, Statistic::minimum});
  a.comparison =
      random_.pick<Comparison>({Comparison::greater_or_equal, Comparison::greater_or_equal,
                                Comparison::greater, Comparison::less, Comparison::less_or_equal});
  a.threshold = static_cast<double>(random_.range(1, 4));
  a.period = random_.pick<Duration>({seconds{30}, minutes{1}, minutes{5}, hours{1}});
  a.alarm_topics = a.ok_topics = {"ops"};
  MetricFilter f;
  f.name = f.metric_name = name;
  f.metric_namespace = "Tocsin";
  f.log_group = random_.pick(draft_.log_groups).name;
  f.value = "$.value";
  if (random_.chance(0.6)) f.minimum = 0;
  if (random_.chance(0.4)) {
    a.group_by = {"who"};
    f.dimensions = {{"who", "$.who"}};
    if (random_.chance(0.3)) a.max_keys = static_cast<std::size_t>(random_.range(1, 3));
  }
  draft_.filters.push_back(f);
  draft_.alarms.push_back(a);
}

void Script::make_extended(Alarm& a) {
  const std::string name = random_.pick<std::string>(
      {"p50", "p99.9", "tm50", "wm90", "tc90", "TS(50%:)", "TM(1:3)", "TC(1:)", "PR(:2)", "IQM"});
  a.statistic = std::get<StatisticExpression>(parse_statistic(name));
  a.evaluate_low_samples = random_.chance(0.6);
}

void Script::add_long(const std::string& name) {
  Alarm a;
  a.name = name;
  a.metric_namespace = "Sim";
  a.metric_name = random_.pick(kMetrics);
  a.anchor = random_.pick<Anchor>({Anchor::minute, Anchor::fixed});
  a.statistic =
      random_.pick<Statistic>({Statistic::sum, Statistic::sum, Statistic::sample_count,
                               Statistic::average, Statistic::maximum, Statistic::minimum});
  a.comparison =
      random_.pick<Comparison>({Comparison::greater_or_equal, Comparison::greater_or_equal,
                                Comparison::greater, Comparison::less, Comparison::less_or_equal});
  if (random_.chance(0.3)) make_extended(a);
  a.threshold = static_cast<double>(random_.range(0, 6));
  a.period = random_.pick<Duration>(
      {seconds{10}, seconds{30}, minutes{1}, minutes{1}, minutes{2}, minutes{5}, hours{1}});
  a.evaluation_periods = static_cast<int>(random_.range(1, 5));
  if (random_.chance(0.8))
    a.datapoints_to_alarm = static_cast<int>(random_.range(1, a.evaluation_periods));
  a.evaluation_range = a.evaluation_periods + static_cast<int>(random_.range(0, 3));
  a.treat_missing_data =
      random_.pick<MissingData>({MissingData::missing, MissingData::ignore, MissingData::breaching,
                                 MissingData::not_breaching});
  if (random_.chance(0.3)) a.group_by = {"who"};
  if (!a.group_by.empty() && random_.chance(0.3))
    a.max_keys = static_cast<std::size_t>(random_.range(1, 3));
  if (a.group_by.empty() && random_.chance(0.2)) a.dimensions = {{"who", "alice"}};
  if (random_.chance(0.15)) a.unit = "Count";
  a.alarm_topics = {"ops"};
  a.ok_topics = {"ops", "dev"};
  if (random_.chance(0.5)) a.insufficient_data_topics = {"dev"};
  if (random_.chance(0.3)) make_maths(a);
  draft_.alarms.push_back(a);
}

// An expression over the metrics, or a band.
void Script::make_maths(Alarm& a) {
  AlarmMaths maths;
  for (const std::string& metric : kMetrics)
    maths.metrics.push_back(
        {.id = metric,
         .expression = {},
         .metric_namespace = "Sim",
         .metric_name = metric,
         .dimensions = a.dimensions,
         .statistic = random_.pick<Statistic>(
             {Statistic::sum, Statistic::sum, Statistic::average, Statistic::sample_count}),
         .unit = a.unit});
  maths.expression = random_.pick<std::string>(
      {"m / n", "m + n", "n - m", "FILL(n, 0)", "FILL(m, REPEAT)", "DIFF(m)", "RATE(n)",
       "MAX([m, n])", "IF(m > n, m, 0)", "SUM(m) - n", "IF(HOUR(m) < 12, m)",
       "m - FIRST(ANOMALY_DETECTION_BAND(m))", "LAST(ANOMALY_DETECTION_BAND(n, 1))"});
  if (random_.chance(0.4)) {
    maths.band = random_.pick<BandComparison>(
        {BandComparison::outside, BandComparison::below, BandComparison::above});
    maths.expression = random_.pick<std::string>(
        {"ANOMALY_DETECTION_BAND(m, 0.5)", "ANOMALY_DETECTION_BAND(n, 1)"});
    if (random_.chance(0.2)) maths.excluded = {{start_, start_ + hours{2}}};
  }
  a.maths = std::make_shared<const AlarmMaths>(std::move(maths));
  a.metric_name = watched_metrics(a).front().metric_name;
}

ScriptEvent Script::event(Instant now) {
  ScriptEvent e;
  const Duration lateness = draft_.log_groups[0].lateness;
  e.time = now - random_.range(Duration{0}, lateness);
  if (random_.chance(0.5)) e.time = now;
  if (random_.chance(0.08)) e.time -= random_.range(Duration{0}, hours{3});
  if (random_.chance(0.02)) e.time = now + random_.pick<Duration>({hours{1}, days{9000}});
  if (random_.chance(0.03)) e.time = kNoTime;
  e.kind = random_.next();
  if (random_.chance(0.2)) e.kind = 0;
  e.value = random_.pick<double>({0, 1, 1, 1, 2, 3, 0.1, 7.3, -1});
  e.who = random_.pick<std::string>({"alice", "alice", "bob", "cid", "dan", ""});
  e.where = random_.pick<std::string>({"here", "there", ""});
  if (random_.chance(0.4)) {
    const bool repeated = !ids_.empty() && random_.chance(0.3);
    e.id = repeated ? random_.pick(ids_) : "id" + std::to_string(++line_);
    if (!repeated) ids_.push_back(e.id);
  }
  return e;
}

// Every stream of the group, `unread` with unread data.
void Script::look(Instant now, const std::string& group, const std::string& unread) {
  Operation o;
  o.kind = Operation::Kind::look;
  o.now = now;
  o.look = {group, now, {{group + "-1", unread == group + "-1", {}}}, {}};
  if (group == "app") o.look.streams.push_back({"app-2", unread == "app-2", {}});
  operations_.push_back(std::move(o));
}

void Script::read(Instant now) {
  Operation o;
  o.kind = Operation::Kind::read;
  o.now = now;
  o.group = random_.pick(draft_.log_groups).name;
  o.stream = o.group == "app" ? random_.pick<std::string>({"app-1", "app-1", "app-2"}) : "audit-1";
  if (random_.chance(0.7)) look(now, o.group, o.stream);
  o.more = random_.chance(0.2);
  const auto count = random_.pick<int>({1, 1, 2, 5, 20});
  for (int i = 0; i < count; ++i) o.events.push_back(event(now));
  if (random_.chance(0.7))
    std::sort(o.events.begin(), o.events.end(),
              [](const ScriptEvent& a, const ScriptEvent& b) { return a.time < b.time; });
  operations_.push_back(std::move(o));
}

void Script::go_on() {
  now_ += random_.pick<Duration>({Duration{0}, seconds{1}, seconds{10}, seconds{70}, minutes{5},
                                  random_.range(Duration{0}, minutes{30})});
  if (random_.chance(0.03)) now_ += random_.pick<Duration>({hours{3}, hours{26}, days{8}});
}

void Script::edit(Alarm& alarm) {
  const bool is_short = alarm.anchor == Anchor::event;
  switch (random_.range(0, 8)) {
    case 0:
      alarm.threshold = static_cast<double>(random_.range(0, 6));
      break;
    case 1:
      alarm.period = random_.pick<Duration>({seconds{10}, minutes{1}, minutes{2}, hours{1}});
      break;
    case 2:
      alarm.treat_missing_data = random_.pick<MissingData>(
          {MissingData::missing, MissingData::ignore, MissingData::breaching});
      alarm.evaluation_range += static_cast<int>(random_.range(0, 2));
      break;
    case 3:
      alarm.comparison = random_.pick<Comparison>({Comparison::greater_or_equal, Comparison::less});
      break;
    case 4:
      alarm.group_by =
          alarm.group_by.empty() ? std::vector<std::string>{"who"} : std::vector<std::string>{};
      for (MetricFilter& f : draft_.filters)
        if (is_short && f.name == alarm.name)
          f.dimensions = alarm.group_by.empty() ? std::vector<FieldBinding>{}
                                                : std::vector<FieldBinding>{{"who", "$.who"}};
      break;
    case 5:
      alarm.summary = alarm.summary + "!";
      alarm.ok_topics = {"dev"};
      break;
    case 6:
      rename(alarm);
      break;
    case 7:
      if (!is_short) make_extended(alarm);
      break;
    case 8:
      make_attention(alarm);
      break;
  }
}

MetricFilter& Script::some_filter() {
  const auto last = static_cast<std::int64_t>(draft_.filters.size()) - 1;
  return draft_.filters[static_cast<std::size_t>(random_.range(0, last))];
}

void Script::edit() {
  for (Alarm& a : draft_.alarms) a.was = {};
  const auto at = static_cast<std::size_t>(
      random_.range(0, static_cast<std::int64_t>(draft_.alarms.size()) - 1));
  const double luck = static_cast<double>(random_.range(0, 99));
  if (luck < 60)
    draft_.alarms[at].composite ? edit_composite(draft_.alarms[at]) : edit(draft_.alarms[at]);
  else if (luck < 70 && draft_.alarms.size() > 1)
    remove(at);
  else if (luck < 80)
    random_.chance(0.3) ? add_composite() : add_alarm();
  else if (luck < 83)
    draft_.mute_windows.clear();
  else if (luck < 86)
    make_window();
  else if (luck < 87)
    some_filter().log_group = random_.pick(draft_.log_groups).name;
  else if (luck < 90)
    draft_.log_groups[0].lateness = random_.pick<Duration>({Duration{0}, minutes{1}, minutes{15}});
  else
    draft_.filters[0].pattern_text += "x";  // its metric's datapoints start empty
  Operation o;
  o.kind = Operation::Kind::reload;
  o.now = now_;
  o.rules = std::make_shared<const RuleSet>(draft_);
  operations_.push_back(std::move(o));
}

void Script::make_operations() {
  const auto count = random_.range(20, 120);
  const bool jumps = random_.chance(0.2);
  const double edits = random_.pick<double>({0, 0, 0.05, 0.3});
  const double requests = random_.pick<double>({0, 0, 0.1, 0.4});
  for (std::int64_t i = 0; i < count; ++i) {
    go_on();
    if (jumps && random_.chance(0.03)) {
      Operation o;
      o.kind = Operation::Kind::set_back;
      o.by = random_.range(minutes{2}, hours{3});
      o.now = now_ = now_ - o.by;
      operations_.push_back(o);
    }
    if (random_.chance(edits)) edit();
    if (random_.chance(requests)) operate();
    if (random_.chance(0.6)) read(now_);
    if (random_.chance(0.5))
      for (const LogGroup& g : draft_.log_groups) look(now_, g.name, "");
    if (random_.chance(0.3)) {
      Operation o;
      o.now = now_;
      operations_.push_back(o);
    }
  }
}

}  // namespace tocsin::sim
