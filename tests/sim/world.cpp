// SPDX-License-Identifier: Apache-2.0
#include "sim/world.hpp"

#include <algorithm>

#include "support/composite_of.hpp"

namespace tocsin::sim {
namespace {

constexpr Instant kEpoch = instant_from_ms(1767225600000);  // 2026-01-01 00:00:00 UTC

MetricFilter filter_of(const Alarm& alarm, const std::string& group) {
  MetricFilter f;
  f.name = alarm.name;
  f.log_group = group;
  f.metric_namespace = alarm.metric_namespace;
  f.metric_name = alarm.metric_name;
  f.value = "$.value";
  f.minimum = 0;
  for (const std::string& name : alarm.group_by) f.dimensions.push_back({name, "$." + name});
  return f;
}

constexpr StatisticExpression kMedian{StatisticExpression::Kind::percentile, true, {}, 50};
constexpr StatisticExpression kAboveTwo{StatisticExpression::Kind::trimmed_count, false, 2, {}};

void make_short(Alarm& a, Random& random) {
  a.anchor = Anchor::event;
  a.metric_namespace = "Tocsin";
  a.metric_name = a.name;
  a.statistic = random.pick<StatisticExpression>(
      {Statistic::sample_count, Statistic::sample_count, Statistic::sum, Statistic::average,
       Statistic::maximum, Statistic::minimum, kMedian, kAboveTwo});
  a.comparison =
      random.pick<Comparison>({Comparison::greater_or_equal, Comparison::greater_or_equal,
                               Comparison::greater, Comparison::less, Comparison::less_or_equal});
  a.threshold = static_cast<double>(random.range(1, 4));
  a.period = random.pick<Duration>({seconds{30}, minutes{1}, minutes{5}, minutes{10}});
}

void make_long(Alarm& a, Random& random) {
  a.anchor = random.pick<Anchor>({Anchor::minute, Anchor::fixed});
  a.metric_namespace = "Sim";
  a.metric_name = a.name;
  a.statistic = random.pick<StatisticExpression>(
      {Statistic::sum, Statistic::sum, Statistic::sample_count, Statistic::average,
       Statistic::maximum, Statistic::minimum, kMedian, kAboveTwo});
  a.comparison =
      random.pick<Comparison>({Comparison::greater_or_equal, Comparison::greater_or_equal,
                               Comparison::greater, Comparison::less});
  a.threshold = static_cast<double>(random.range(1, 4));
  a.period = random.pick<Duration>({seconds{10}, minutes{1}, minutes{1}, minutes{2}, minutes{5}});
  a.evaluation_periods = static_cast<int>(random.range(1, 4));
  a.datapoints_to_alarm = static_cast<int>(random.range(1, a.evaluation_periods));
  a.evaluation_range = a.evaluation_periods + std::max(2, a.evaluation_periods / 3);
  a.treat_missing_data =
      random.pick<MissingData>({MissingData::missing, MissingData::ignore, MissingData::breaching,
                                MissingData::not_breaching});
}

std::vector<std::string> some_topics(Random& random) {
  return random.pick<std::vector<std::string>>({{"ops"}, {"ops"}, {"dev"}, {"ops", "dev"}});
}

}  // namespace

World::World(std::uint64_t number) : seed(number), start(kEpoch) {
  Random random(seed);
  order = random.pick<Order>({Order::ordered, Order::ordered, Order::disordered, Order::wild});
  distinct_times = random.chance(0.7);
  start = kEpoch + seconds{random.range(0, 3600)};
  end = start + random.pick<Duration>({minutes{20}, hours{1}, hours{2}, hours{4}});
  pace = random.pick<Duration>({seconds{2}, seconds{15}, seconds{60}});
  make_rules(random);
  make_streams(random);
  make_endpoints(random);
}

void World::make_rules(Random& random) {
  auto made = std::make_shared<RuleSet>();
  const int groups = order == Order::ordered ? 1 : static_cast<int>(random.range(1, 2));
  for (int i = 0; i < groups; ++i) {
    LogGroup g;
    g.name = i == 0 ? "app" : "audit";
    g.input = "file";
    g.lateness = random.pick<Duration>({seconds{5}, seconds{5}, minutes{1}, minutes{15}});
    g.max_stall = order == Order::wild ? Duration{minutes{5}} : Duration{hours{12}};
    g.max_age = random.pick<Duration>({minutes{10}, hours{24}});
    if (order == Order::wild) g.max_age = hours{24};
    g.dedup = random.chance(0.7);
    made->log_groups.push_back(g);
  }
  made->topics = {{"ops"}, {"dev"}};
  const auto count = random.range(1, 5);
  for (std::int64_t i = 0; i < count; ++i) {
    Alarm a;
    a.name = "alarm-" + std::to_string(i);
    const bool is_short = random.chance(0.55);
    if (random.chance(0.4)) a.group_by = {"who"};
    is_short ? make_short(a, random) : make_long(a, random);
    a.alarm_topics = some_topics(random);
    if (random.chance(0.7)) a.ok_topics = a.alarm_topics;
    if (random.chance(0.2)) a.insufficient_data_topics = {"dev"};
    const std::string& group = random.pick(made->log_groups).name;
    MetricFilter filter = filter_of(a, group);
    if (!is_short && a.group_by.empty() && random.chance(0.3)) filter.default_value = 0;
    made->filters.push_back(filter);
    if (!is_short && groups > 1 && random.chance(0.4)) {
      filter.name += "-too";
      filter.log_group = group == "app" ? "audit" : "app";
      made->filters.push_back(filter);
    }
    made->alarms.push_back(std::move(a));
  }
  for (auto more = random.pick<int>({0, 0, 1, 2}); more > 0; --more) add_composite(*made, random);
  rules = made;
}

// Over alarms and composites made before it.
void World::add_composite(RuleSet& made, Random& random) {
  const auto child = [&] { return '"' + random.pick(made.alarms).name + '"'; };
  const auto state = [&] { return random.pick<std::string>({"ALARM", "ALARM", "OK"}); };
  Alarm a;
  a.name = "composite-" + std::to_string(made.alarms.size());
  const std::string first = state() + "(" + child() + ")", second = state() + "(" + child() + ")";
  auto composite = composite_of(
      random.pick<std::string>({first, first + " AND " + second, first + " OR NOT " + second,
                                "AT_LEAST(2, NOT OK, (" + child() + ", " + child() + "))"}));
  if (random.chance(0.4))
    composite->suppressor = {random.pick(made.alarms).name,
                             random.pick<Duration>({Duration{0}, minutes{2}}),
                             random.pick<Duration>({Duration{0}, minutes{5}})};
  a.composite = std::move(composite);
  a.alarm_topics = a.ok_topics = some_topics(random);
  made.alarms.push_back(std::move(a));
}

void World::make_streams(Random& random) {
  for (const LogGroup& group : rules->log_groups) {
    const auto count = order == Order::ordered ? 1 : random.range(1, 3);
    for (std::int64_t i = 0; i < count; ++i) {
      Stream stream{group.name, group.name + "-" + std::to_string(i) + ".log", {}, {}};
      fill(stream, random);
      streams.push_back(std::move(stream));
    }
  }
}

// Lines come in bursts with idle phases between them.
void World::fill(Stream& stream, Random& random) {
  const auto group = std::find_if(rules->log_groups.begin(), rules->log_groups.end(),
                                  [&](const LogGroup& g) { return g.name == stream.group; });
  const Duration lateness = group->lateness;
  const bool defaults =
      std::any_of(rules->filters.begin(), rules->filters.end(),
                  [](const MetricFilter& f) { return f.default_value.has_value(); });
  std::vector<std::string> ids;
  Instant written = start;
  bool forged = false;
  const Duration gap = (end - start) / random.range(20, 200);
  for (Instant t = start + random.range(seconds{1}, minutes{5}); t < end;) {
    Line line;
    line.time = t;
    line.kind = random.next();
    line.value = static_cast<double>(random.pick<int>({0, 1, 1, 1, 2, 3, 7}));
    line.key = random.pick<std::string>({"alice", "alice", "bob", ""});
    Duration delay = random.range(Duration{0}, lateness);
    if (order == Order::wild && random.chance(0.1)) delay += random.range(lateness, minutes{40});
    line.written = t + delay;
    if (order == Order::ordered) line.written = written = std::max(written, line.written);
    // A single forged time moves nothing, but for that of a stream's first line; two running do.
    forged = !defaults && !stream.lines.empty() && !forged && random.chance(0.02);
    if (forged) {
      line.kind = 0;
      line.time = random.chance(0.5) ? line.written + days{5000} : line.written + hours{1};
    } else if (order == Order::wild && random.chance(0.03)) {
      line.time = kNoTime;
      line.kind = 0;
    } else if (random.chance(0.4)) {
      line.event_id = !ids.empty() && order != Order::wild && random.chance(0.2)
                          ? random.pick(ids)
                          : stream.name + std::to_string(ids.size());
      if (line.event_id == stream.name + std::to_string(ids.size())) ids.push_back(line.event_id);
    }
    stream.lines.push_back(std::move(line));
    t += Duration{distinct_times ? 1 : 0};
    const double luck = static_cast<double>(random.range(0, 99));
    if (luck < 40)
      t += random.range(Duration{0}, seconds{2});
    else if (luck < 90)
      t += random.range(Duration{0}, 2 * gap);
    else
      t += random.range(gap, 10 * gap);
  }
  std::stable_sort(stream.lines.begin(), stream.lines.end(),
                   [](const Line& a, const Line& b) { return a.written < b.written; });
  if (order == Order::wild && random.chance(0.5)) {
    const Instant from = start + random.range(Duration{0}, end - start);
    stream.unreadable.emplace_back(from, from + random.range(minutes{1}, hours{1}));
  }
}

void World::make_endpoints(Random& random) {
  for (const Topic& topic : rules->topics) {
    const auto count = random.range(1, 3);
    for (std::int64_t i = 0; i < count; ++i) {
      Endpoint e;
      e.id = topic.name + "/" + std::to_string(i);
      e.label = "fake " + e.id;
      e.retry_for = random.pick<Duration>({minutes{5}, hours{1}, hours{24}});
      if (random.chance(0.3)) e.group = "mail";
      Manners& m = manners[e.id];
      m.slowest = random.pick<Duration>({milliseconds{50}, seconds{2}, seconds{40}});
      if (random.chance(0.5)) m.retry = random.pick<double>({0.05, 0.5, 0.9});
      if (random.chance(0.3)) m.rejected = 0.1;
      if (random.chance(0.3)) m.timeout = 0.2;
      if (random.chance(0.5)) m.lost_answer = random.pick<double>({0.1, 0.5});
      if (random.chance(0.3)) {
        m.down_from = start + random.range(Duration{0}, end - start);
        m.down_to = m.down_from + random.pick<Duration>({minutes{3}, hours{1}, days{3}});
      }
      endpoints[topic.name].push_back(std::move(e));
    }
  }
}

const char* to_string(Order order) {
  switch (order) {
    case Order::ordered:
      return "ordered";
    case Order::disordered:
      return "disordered";
    case Order::wild:
      return "wild";
  }
  return "?";
}

}  // namespace tocsin::sim
