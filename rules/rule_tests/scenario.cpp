// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_tests/scenario.hpp"

#include <algorithm>
#include <map>

#include "rules/match/time/event_time.hpp"
#include "rules/metric/statistic_expression.hpp"
#include "rules/rule_tests/compact_json.hpp"
#include "rules/rule_tests/scenario_groups.hpp"
#include "rules/rule_tests/test_keys.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kEventsMax = 1'000'000;
constexpr std::size_t kBytesMax = std::size_t{1} << 30;
constexpr std::int64_t kDefaultStartMs = 1'767'225'600'000;  // 2026-01-01T00:00:00Z

// `at`: a duration since the start, or a time.
struct Moment {
  std::optional<Duration> since_start;
  Instant absolute{};
  Instant from(Instant start) const { return since_start ? start + *since_start : absolute; }
};

std::optional<Moment> read_moment(const ConfigNode& node, std::string_view key, Diagnostics& out) {
  if (node.is_scalar()) {
    if (const auto duration = parse_duration(node.scalar)) return Moment{duration, {}};
    if (const auto time = parse_rfc3339(node.scalar)) return Moment{std::nullopt, *time};
  }
  report(out, "bad-value", node,
         "`" + std::string(key) + "` must be a duration since the start, or a time",
         "such as 90s, 1h30m or 2026-01-01T00:00:00Z");
  return std::nullopt;
}

// Nothing: delivered at its own time.
struct RawEvent {
  std::optional<Moment> at;
  std::string log_group;
  std::string message;
  Instant source_time;  // of the file it stands in
  Instant own_time = kNoTime;
};

class EventList {
 public:
  EventList(const TestContext& context, Diagnostics& out) : context_(context), out_(out) {}

  void read(const ConfigNode& node) {
    ConfigReader read(node, "an event", out_);
    RawEvent event;
    if (const ConfigNode* at = read.find("at")) event.at = read_moment(*at, "at", out_);
    read.require("log_group", event.log_group);
    const ConfigNode* repeat = read.find("repeat");
    const ConfigNode* object = read.find("event");
    std::string message, file;
    const bool has_message = read.optional("message", message);
    const bool has_file = read.optional("file", file);
    read.finish();
    if ((object != nullptr) + has_message + has_file != 1)
      return report(out_, "bad-value", node, "an event has one of `event`, `message` and `file`");
    if (object != nullptr && !object->is_map())
      return config::wrong_type(*object, "event", "a map", out_);
    if (has_file && repeat != nullptr)
      return report(out_, "bad-value", *repeat, "`repeat` does not go with `file`");
    if (!has_file && !event.at) {
      if (read.map().find("at") == nullptr)
        report(out_, "missing-key", node, "an event needs `at`");
      return;
    }
    if (has_file) return add_file(node, event, file);
    add_repeated(node, event, repeat, object, message);
  }

  std::vector<RawEvent> events;

 private:
  void add(const ConfigNode& node, RawEvent event) {
    bytes_ += event.message.size();
    if (events.size() < kEventsMax && bytes_ <= kBytesMax)
      events.push_back(std::move(event));
    else if (!std::exchange(full_, true))
      report(out_, "too-large", node, "a scenario holds at most 1,000,000 events and 1 GiB");
  }

  void add_repeated(const ConfigNode& node, RawEvent event, const ConfigNode* repeat,
                    const ConfigNode* object, const std::string& message) {
    int count = 1;
    if (repeat != nullptr)
      count =
          config::integer(*repeat, "repeat", {0, static_cast<int>(kEventsMax)}, out_).value_or(0);
    for (int i = 1; i <= count && !full_; ++i) {
      event.message = object == nullptr   ? message
                      : repeat == nullptr ? compact_json(*object)
                                          : compact_json(with_suffix(*object, i));
      add(node, event);
    }
  }

  // Repeated events are different events: each has an id of its own.
  static ConfigNode with_suffix(ConfigNode object, int number) {
    for (auto& [key, value] : object.entries)
      if (key.scalar == "eventID" && value.is_scalar())
        value.scalar += "-" + std::to_string(number), value.quoted = true;
    return object;
  }

  void add_file(const ConfigNode& node, const RawEvent& event, const std::string& path) {
    auto batches = context_.load_events(path);
    if (!batches) return report(out_, "unreadable", *node.find("file"), batches.error().text);
    for (const EventBatch& batch : *batches)
      for (const EventSlice& slice : batch.events) {
        RawEvent one = event;
        one.message = std::string(batch.message(slice));
        one.source_time = batch.source_time;
        add(node, std::move(one));
      }
  }

  const TestContext& context_;
  Diagnostics& out_;
  std::size_t bytes_ = 0;
  bool full_ = false;
};

std::vector<RawEvent> read_events(ConfigReader& read, const TestContext& context) {
  EventList list(context, read.diagnostics());
  const ConfigNode* node = read.find("events");
  if (node == nullptr || node->is_null()) return {};
  if (!node->is_sequence())
    config::wrong_type(*node, "events", "a list of events", read.diagnostics());
  for (const ConfigNode& item : node->items) list.read(item);
  return std::move(list.events);
}

// Fills own_time from the events themselves; without `at`, a line that has none takes that of the
// line before it.
void find_own_times(std::vector<RawEvent>& events, const std::vector<LogGroup>& groups,
                    Instant start, Diagnostics& out) {
  for (const LogGroup& group : groups) {
    const auto times = EventTime::compile(group.time, group.input);
    if (!times) {
      out.error("bad-value", group.where, times.error().text);
      continue;
    }
    Instant before = kNoTime;
    for (RawEvent& event : events) {
      if (event.log_group != group.name) continue;
      const Instant near = event.at ? event.at->from(start) : event.source_time;
      event.own_time = times->find(event.message, near);
      if (event.own_time == kNoTime && !event.at) event.own_time = before;
      before = event.own_time;
    }
  }
}

std::optional<Instant> read_start(ConfigReader& read) {
  const ConfigNode* node = read.find("start");
  if (node == nullptr) return std::nullopt;
  const auto time = parse_rfc3339(node->scalar);
  if (!time)
    report(read.diagnostics(), "bad-value", *node, "`start` must be a time",
           "such as 2026-01-01T00:00:00Z");
  return time;
}

Instant first_own_time(const std::vector<RawEvent>& events) {
  Instant first = kNever;
  for (const RawEvent& event : events)
    if (!event.at && event.own_time != kNoTime) first = std::min(first, event.own_time);
  return first == kNever ? instant_from_ms(kDefaultStartMs) : first;
}

std::vector<ScenarioEvent> schedule(std::vector<RawEvent> raw, Instant start) {
  std::vector<ScenarioEvent> events;
  events.reserve(raw.size());
  for (RawEvent& event : raw) {
    const Instant own = event.own_time;
    const Instant at = event.at ? event.at->from(start) : own == kNoTime ? start : own;
    events.push_back({std::max(at, start), own == kNoTime ? at : own, std::move(event.log_group),
                      std::move(event.message)});
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const ScenarioEvent& a, const ScenarioEvent& b) { return a.at < b.at; });
  return events;
}

std::vector<Instant> read_restarts(ConfigReader& read, Instant start) {
  std::vector<Instant> restarts;
  const ConfigNode* node = read.find("restart_at");
  if (node == nullptr || node->is_null()) return restarts;
  const std::span<const ConfigNode> items =
      node->is_sequence() ? std::span(node->items) : std::span(node, 1);
  for (const ConfigNode& item : items)
    if (const auto moment = read_moment(item, "restart_at", read.diagnostics()))
      restarts.push_back(moment->from(start));
  std::sort(restarts.begin(), restarts.end());
  return restarts;
}

ExpectedAlarm read_expected_alarm(ConfigReader& read) {
  ExpectedAlarm expected;
  read.require("alarm", expected.alarm);
  read.require_name("state", expected.state, kStateNames);
  read.optional("key", expected.key);
  return expected;
}

ExpectedMessages read_expected_messages(ConfigReader& read) {
  ExpectedMessages expected;
  read.require("notified", expected.topic);
  int count = 0;
  if (read.optional("count", count, Bounds<int>{0, 1'000'000'000}))
    expected.count = static_cast<std::size_t>(count);
  read.optional("contains", expected.contains, ListForm::scalar_or_list);
  return expected;
}

void read_statistic(ConfigReader& read, StatisticExpression& statistic) {
  std::string name;
  if (!read.optional("statistic", name)) return;
  const auto parsed = parse_statistic(name);
  if (const auto* known = std::get_if<StatisticExpression>(&parsed)) {
    statistic = *known;
    return;
  }
  const auto& error = std::get<StatisticError>(parsed);
  report(read.diagnostics(), "bad-value", *read.map().find("statistic"),
         "`statistic`: " + error.text, error.hint);
}

ExpectedMetric read_expected_metric(ConfigReader& read) {
  ExpectedMetric expected;
  read.require("metric", expected.metric);
  read.optional("dimensions", expected.dimensions);
  std::sort(expected.dimensions.begin(), expected.dimensions.end());
  read.optional("period", expected.period, Bounds<Duration>{seconds{1}, days{7}});
  read_statistic(read, expected.statistic);
  if (const ConfigNode* value = read.find_required("value"); value != nullptr && !value->is_null())
    expected.value = config::number(*value, "value", {}, read.diagnostics());
  return expected;
}

std::optional<Expectation> read_expectation(const ConfigNode& node, Instant start,
                                            Duration lateness, Diagnostics& out) {
  ConfigReader read(node, "an expectation", out);
  const ConfigNode* at = read.find_required("at");
  const auto moment = at == nullptr ? std::nullopt : read_moment(*at, "at", out);
  Expectation expectation;
  expectation.line = node.where.line;
  if (node.find("alarm") != nullptr) {
    expectation.what = read_expected_alarm(read);
  } else if (node.find("notified") != nullptr) {
    expectation.what = read_expected_messages(read);
  } else if (node.find("metric") != nullptr) {
    expectation.what = read_expected_metric(read);
  } else {
    report(out, "bad-value", node, "an expectation has `alarm`, `notified` or `metric`");
    return std::nullopt;
  }
  read.finish();
  if (!moment) return std::nullopt;
  expectation.at = moment->from(start);
  if (auto* metric = std::get_if<ExpectedMetric>(&expectation.what)) {
    metric->start = expectation.at;
    expectation.at += metric->period + lateness;
  }
  return expectation;
}

std::vector<Expectation> read_expectations(ConfigReader& read, Instant start, Duration lateness) {
  std::vector<Expectation> expectations;
  const ConfigNode* node = read.find_required("expect");
  if (node == nullptr) return expectations;
  if (!node->is_sequence())
    config::wrong_type(*node, "expect", "a list of expectations", read.diagnostics());
  for (const ConfigNode& item : node->items)
    if (auto expectation = read_expectation(item, start, lateness, read.diagnostics()))
      expectations.push_back(std::move(*expectation));
  std::stable_sort(expectations.begin(), expectations.end(),
                   [](const Expectation& a, const Expectation& b) { return a.at < b.at; });
  return expectations;
}

}  // namespace

Scenario read_scenario(const ConfigNode& test, const TestContext& context, Diagnostics& out) {
  Scenario scenario;
  ConfigReader read(test, "a scenario", out);
  allow_common_keys(read);
  std::vector<RawEvent> events = read_events(read, context);
  ScenarioGroups groups(read);
  for (const RawEvent& event : events) groups.add(event.log_group, event.message);
  scenario.rules = groups.build_rules(context, out);
  const std::optional<Instant> start = read_start(read);
  if (scenario.rules != nullptr)
    find_own_times(events, scenario.rules->log_groups,
                   start.value_or(instant_from_ms(kDefaultStartMs)), out);
  scenario.start = start.value_or(first_own_time(events));
  scenario.events = schedule(std::move(events), scenario.start);
  scenario.restarts = read_restarts(read, scenario.start);
  scenario.expectations = read_expectations(read, scenario.start, groups.lateness());
  read.finish();
  return scenario;
}

}  // namespace tocsin
