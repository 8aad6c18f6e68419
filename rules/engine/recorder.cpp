// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/recorder.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "rules/alarm/reason.hpp"
#include "rules/message/message.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kSummaryCharacters = 255;
constexpr std::size_t kDataCharacters = 4095;

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json state_json(AlarmState state, const std::string& reason, const std::string& data,
                bool with_data) {
  Json out{{"stateValue", to_string(state)}, {"stateReason", reason}};
  if (!with_data || data.empty()) return out;
  Json nested = Json::parse(data, nullptr, false);
  if (!nested.is_discarded()) out["stateReasonData"] = std::move(nested);
  return out;
}

// The reason data of the old state go first if it is too long, then those of the new one.
std::string state_update(const AlarmStatus& before, const Transition& t) {
  std::string text;
  for (const auto& [old_data, new_data] : {std::pair(true, true), {false, true}, {false, false}}) {
    text = dump({{"version", "1.0"},
                 {"oldState", state_json(t.from, before.reason, before.reason_data, old_data)},
                 {"newState", state_json(t.to, t.reason, t.reason_data, new_data)}});
    if (text.size() <= kDataCharacters) break;
  }
  return text;
}

Json key_json(const AlarmKey& key) {
  Json out = Json::object();
  for (const auto& [name, value] : key) out[name] = value;
  return out;
}

// The leading periods of the range without data say nothing.
std::vector<Datapoint> told_datapoints(const std::vector<Datapoint>& range) {
  const auto first = std::find_if(range.begin(), range.end(),
                                  [](const Datapoint& d) { return d.value.has_value(); });
  return {first, range.end()};
}

std::optional<double> newest_value(const Alarm& alarm, AlarmState to,
                                   const std::vector<Datapoint>& range) {
  std::optional<double> newest;
  for (const Datapoint& d : range) {
    if (!d.value) continue;
    const bool telling =
        is_breaching(*d.value, alarm.comparison, alarm.threshold) == (to == AlarmState::alarm);
    if (telling || !newest) newest = d.value;
  }
  return newest;
}

double events_of(const Alarm& alarm, const Change& c) {
  if (alarm.anchor == Anchor::event) return c.samples;
  double out = 0;
  for (const Datapoint& d : c.datapoints)
    if (d.value && is_breaching(*d.value, alarm.comparison, alarm.threshold)) out += d.sample_count;
  return out;
}

}  // namespace

RuleSet rules_of(const Alarm& alarm, const RuleSet& rules) {
  RuleSet out;
  out.identity = rules.identity;
  out.log_groups = rules.log_groups;
  out.topics = rules.topics;
  out.alarms = {alarm};
  for (const MetricFilter& f : rules.filters)
    if (f.metric_namespace == alarm.metric_namespace && f.metric_name == alarm.metric_name)
      out.filters.push_back(f);
  return out;
}

Transition Recorder::describe(KeyEntry& entry, const Change& c) {
  const Alarm& alarm = entry.book->spec;
  Transition t;
  t.alarm = alarm.name;
  t.key = entry.key;
  t.from = c.from;
  t.to = c.to;
  t.at = c.at;
  t.decided_at = now_;
  t.late = c.late;
  t.again = c.again;
  const bool first_ok =
      !entry.told && c.from == AlarmState::insufficient_data && c.to == AlarmState::ok;
  t.silent = c.silent || first_ok;
  Reason reason;
  if (c.forgotten) {
    reason.text = kReasonKeyForgotten;
  } else if (alarm.anchor == Anchor::event) {
    reason = short_form_reason(alarm, c.to, c.value, c.samples, c.at, now_);
    t.value = c.value;
    t.datapoints = {{c.at - alarm.period, c.value, c.samples}};
  } else {
    reason = long_form_reason(alarm, c.to, c.datapoints, c.early, now_);
    t.datapoints = told_datapoints(c.datapoints);
    t.value = newest_value(alarm, c.to, t.datapoints);
  }
  t.reason = std::move(reason.text);
  t.reason_data = std::move(reason.data);
  return t;
}

void Recorder::tell(KeyEntry& entry, Transition t) {
  t.sequence = next_sequence_++;
  t.id = uuid_v5(alarm_arn(rules_.identity, t.alarm) + "\n" + canonical_key(t.key) + "\n" +
                 std::to_string(t.sequence));
  t.since = entry.since;
  entry.since = t.at;
  entry.told = true;
  const AlarmStatus before = std::exchange(
      entry.status, {t.alarm, t.key, t.to, t.reason, t.reason_data, t.at, now_, entry.status.note});
  entry.status_dirty = entry.dirty = true;
  out_.history.push_back({t.alarm, t.key, now_, "StateUpdate",
                          std::string("Alarm updated from ")
                              .append(to_string(t.from))
                              .append(" to ")
                              .append(to_string(t.to)),
                          state_update(before, t)});
  for (Notification& n : make_notifications(t, rules_)) out_.notifications.push_back(std::move(n));
  out_.transitions.push_back(std::move(t));
}

void Recorder::changed(KeyEntry& entry, const Change& change, bool current) {
  Transition t = describe(entry, change);
  if (change.to == AlarmState::alarm)
    entry.events_total = static_cast<std::uint64_t>(events_of(entry.book->spec, change));
  t.events_total = entry.events_total;
  if (change.from == AlarmState::alarm && change.to != AlarmState::alarm) entry.events_total = 0;
  t.events = entry.evidence.events(entry.book->spec.evidence,
                                   current && change.to == AlarmState::alarm, change.at);
  tell(entry, std::move(t));
}

void Recorder::closed(KeyEntry& entry, Instant at, const char* reason) {
  Transition t;
  t.alarm = entry.book->spec.name;
  t.key = entry.key;
  t.from = entry.machine->state();
  t.to = AlarmState::ok;
  t.at = at;
  t.decided_at = now_;
  t.reason = reason;
  t.events_total = entry.events_total;
  tell(entry, std::move(t));
}

void Recorder::created(const AlarmBook& book, const AlarmKey& key) {
  configured(book.spec, key, "Create");
}

void Recorder::configured(const Alarm& alarm, const AlarmKey& key, const char* type) {
  const std::string word = *type == 'C' ? "created" : *type == 'U' ? "updated" : "deleted";
  const std::string name = cut_code_points(to_one_line(alarm.name), kSummaryCharacters - 20);
  Json config{{"alarmName", alarm.name}};
  if (!key.empty()) config["key"] = key_json(key);
  Json data{{"version", "1.0"}, {"type", type}, {word + "Alarm", config}};
  std::string text = dump(data);
  // A key's values may be long; its names say enough then.
  if (text.size() > kDataCharacters) text = dump({{"version", "1.0"}, {"type", type}});
  out_.history.push_back({alarm.name, key, now_, "ConfigurationUpdate",
                          "Alarm \"" + name + "\" " + word, std::move(text)});
}

void Recorder::noted(const std::string& alarm, const AlarmKey& key, const std::string& summary) {
  out_.history.push_back({alarm, key, now_, "ConfigurationUpdate", summary,
                          dump({{"version", "1.0"}, {"type", "Note"}, {"note", summary}})});
}

}  // namespace tocsin
