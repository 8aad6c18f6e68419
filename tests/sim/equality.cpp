// SPDX-License-Identifier: Apache-2.0
// When two runs are equal: spec/time.md section 9.
#include <algorithm>
#include <tuple>

#include "rules/engine.hpp"
#include "sim/checker.hpp"

namespace tocsin::sim {
namespace {

using Lines = std::vector<std::string>;
using ByAlarm = std::map<std::string, std::vector<const Transition*>>;

ByAlarm by_alarm(const std::vector<Transition>& transitions) {
  ByAlarm out;
  for (const Transition& t : transitions) out[name_of(t.alarm, t.key)].push_back(&t);
  return out;
}

const Alarm& alarm_of(const World& world, const Transition& t) {
  return alarm_named(world, t.alarm);
}

std::string with_datapoints(const Transition& t) {
  std::string out = text_of(t) + " [";
  for (const Datapoint& d : t.datapoints)
    out += std::to_string(to_ms(d.start)) + "=" + (d.value ? std::to_string(*d.value) : "none") +
           "/" + std::to_string(d.sample_count) + " ";
  return out + "]";
}

Lines in_full(const std::vector<const Transition*>& all, bool datapoints) {
  Lines out;
  for (const Transition* t : all) out.push_back(datapoints ? with_datapoints(*t) : text_of(*t));
  return out;
}

// The same number of ALARMs, and the same ends of them at the same times.
Lines episodes(const std::vector<const Transition*>& all) {
  Lines out;
  const auto alarms = std::count_if(all.begin(), all.end(),
                                    [](const Transition* t) { return t->to == AlarmState::alarm; });
  out.push_back(std::to_string(alarms) + " ALARMs");
  for (const Transition* t : all)
    if (t->from == AlarmState::alarm) out.push_back(text_of(*t));
  return out;
}

void compare(const std::string& name, const Lines& other, const Lines& mine, Ledger& ledger) {
  if (other == mine) return;
  const std::size_t shorter = std::min(other.size(), mine.size());
  std::size_t i = 0;
  while (i < shorter && other[i] == mine[i]) ++i;
  ledger.fault("equal", name + ": " + (i < mine.size() ? mine[i] : "nothing") +
                            "\n    without crashes: " + (i < other.size() ? other[i] : "nothing"));
}

struct Merged {
  const Stream* stream;
  const Line* line;
  std::size_t position;
};

std::vector<Merged> merged(const World& world) {
  std::vector<Merged> out;
  for (const Stream& s : world.streams)
    for (std::size_t i = 0; i < s.lines.size(); ++i)
      if (s.lines[i].kind != 0) out.push_back({&s, &s.lines[i], i});
  std::stable_sort(out.begin(), out.end(), [](const Merged& a, const Merged& b) {
    return std::tie(a.line->time, a.stream->group, a.stream->name, a.position) <
           std::tie(b.line->time, b.stream->group, b.stream->name, b.position);
  });
  return out;
}

MatchBatch batch_of(const World& world, const Merged& m) {
  MatchBatch batch;
  batch.rules = world.rules;
  batch.log_group = m.stream->group;
  batch.stream = batch.source = m.stream->name;
  batch.add_event(m.line->time);
  batch.read_at = batch.source_time = m.line->time;
  MatchedEvent event{0, m.position, "{}", m.line->event_id, {}};
  for (std::uint32_t f = 0; f < world.rules->filters.size(); ++f) {
    const MetricFilter& filter = world.rules->filters[f];
    if (filter.log_group != m.stream->group || (m.line->kind >> f & 1U) == 0) continue;
    Sample sample{f, m.line->value, {}};
    if (!filter.dimensions.empty())
      sample.dimensions.push_back(m.line->key.empty() ? std::nullopt : std::optional(m.line->key));
    event.samples.push_back(std::move(sample));
  }
  if (!event.samples.empty()) batch.matches.push_back(std::move(event));
  return batch;
}

std::vector<Transition> replayed(const World& world) {
  Engine engine(world.rules, world.start, {.replay = true});
  Effects out;
  engine.restore({}, world.start, out);
  for (const Merged& m : merged(world)) engine.apply(batch_of(world, m), m.line->time, out);
  engine.finish(world.end, out);
  return std::move(out.transitions);
}

// Whether red of replay, from its ALARM to what follows, meets red that was shown. An ALARM that
// came on a later sample than replay's has its beginning moved back unseen, so that `within` before
// its end is the least that it stood for.
bool is_shown(const Transition& alarm, Instant ended, Duration within,
              const std::vector<const Transition*>& shown) {
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i]->to != AlarmState::alarm) continue;
    const Instant until = i + 1 < shown.size() ? shown[i + 1]->at : kNever;
    const Instant from = std::min(shown[i]->at, until - within);
    if (from <= ended && until >= alarm.at) return true;
  }
  return false;
}

// A closed period is not opened again; absence is judged by the clock of each run.
bool is_short_form(const World& world, const Alarm& alarm) {
  if (alarm.composite)
    return std::all_of(
        alarm.composite->children.begin(), alarm.composite->children.end(),
        [&](const auto& child) { return is_short_form(world, alarm_named(world, child)); });
  const bool upward =
      alarm.comparison == Comparison::greater || alarm.comparison == Comparison::greater_or_equal;
  using Kind = StatisticExpression::Kind;
  const Kind kind = alarm.statistic.kind;
  const bool by_absence =
      !upward && (kind == Kind::sample_count || kind == Kind::sum || kind == Kind::trimmed_count);
  return alarm.anchor == Anchor::event && !by_absence;
}

}  // namespace

void check_equal(const World& world, const Ledger& other, Ledger& ledger) {
  if (world.order == Order::wild) return;
  ByAlarm theirs = by_alarm(other.transitions), mine = by_alarm(ledger.transitions);
  for (const auto& [name, all] : mine) theirs[name];
  for (const auto& [name, all] : theirs) {
    const Alarm& alarm = alarm_of(world, *(all.empty() ? mine[name] : all).front());
    // A composite is shown with its children as they become known, and covers what replay tells.
    if (alarm.composite) continue;
    // How far an idle look had brought the watermark decides whether a period was still open when
    // an early breach stepped in: of long forms the episodes are the same.
    if (world.order == Order::ordered && alarm.anchor == Anchor::event)
      compare(name, in_full(all, world.distinct_times), in_full(mine[name], world.distinct_times),
              ledger);
    else
      compare(name, episodes(all), episodes(mine[name]), ledger);
  }
}

void check_covered(const World& world, Ledger& ledger) {
  ByAlarm shown = by_alarm(ledger.transitions);
  const std::vector<Transition> told = replayed(world);
  for (const auto& [name, all] : by_alarm(told)) {
    const Alarm& alarm = alarm_of(world, *all.front());
    // A composite covers what its children, told in full, were at once.
    const Order wanted = alarm.composite ? Order::ordered : Order::wild;
    if (world.order != wanted || !is_short_form(world, alarm)) continue;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Instant ended = i + 1 < all.size() ? all[i + 1]->at : kNever;
      const Duration within = alarm.composite ? Duration{0} : alarm.period;
      if (all[i]->to == AlarmState::alarm && !is_shown(*all[i], ended, within, shown[name]))
        ledger.fault("covered", text_of(*all[i]));
    }
  }
}

}  // namespace tocsin::sim
