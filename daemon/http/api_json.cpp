// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/api_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "rules/match/time/event_time.hpp"
#include "rules/message/condition.hpp"
#include "rules/message/names.hpp"
#include "rules/ruleset/long_form.hpp"
#include "tocsin/config_values.hpp"

namespace tocsin::api_json {
namespace {

// A value that holds JSON text becomes a member of the document, not a text in it; what is no JSON
// stays a text.
Json embedded(const std::string& text) {
  if (text.empty()) return nullptr;
  Json parsed = Json::parse(text, nullptr, false);
  return parsed.is_discarded() ? Json(text) : parsed;
}

Json time(const std::optional<Instant>& t) { return t ? api_json::time(*t) : Json(); }

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json key_of(const AlarmKey& key) {
  Json out = Json::object();
  for (const auto& [name, value] : key) out[name] = value;
  return out;
}

Json pairs(const std::vector<std::pair<std::string, std::string>>& list) { return key_of(list); }

Json from_group(const GroupReport& g) {
  return {{"log_group", g.log_group},
          {"watermark", time(g.watermark)},
          {"partial_data", g.partial_data},
          {"unreadable", g.unreadable},
          {"events", g.events},
          {"bytes", g.bytes},
          {"matched", g.matched},
          {"repeats", g.repeats},
          {"dropped_late", g.dropped_late},
          {"dropped_example", g.dropped_example},
          {"samples_refused", g.refused},
          {"ids_forgotten", g.ids_forgotten},
          {"replaced_times", g.replaced_times}};
}

Json from_hold(const ActionHold& hold) {
  return {{"by", to_string(hold.by)},
          {"name", hold.name},
          {"why", hold.why},
          {"who", hold.who},
          {"since", api_json::time(hold.since)},
          {"until", time(hold.until)}};
}

Json from_actions(const ActionStatus& a) {
  const auto& ack = a.acknowledged;
  return {{"enabled", a.enabled},
          {"switched_by", a.switched_by},
          {"shadow", a.shadow},
          {"hold", a.hold ? from_hold(*a.hold) : Json()},
          {"waiting", a.waiting},
          {"acknowledged", ack ? Json{{"who", ack->who},
                                      {"comment", ack->comment},
                                      {"at", api_json::time(ack->at)},
                                      {"until", time(ack->until)}}
                               : Json()},
          {"next_repeat", time(a.next_repeat)},
          {"next_escalation", time(a.next_escalation)},
          {"escalated_to", a.escalated_to},
          {"flapping", a.flapping},
          {"set_by", a.set_by}};
}

}  // namespace

Json time(Instant t) { return t == kNoTime || t == kNever ? Json() : Json(format_rfc3339(t)); }

Json from(const StateCounts& counts) {
  return {
      {"ALARM", counts.alarm}, {"OK", counts.ok}, {"INSUFFICIENT_DATA", counts.insufficient_data}};
}

Json from(const AlarmSummary& summary) {
  Json out = from(summary.status);
  out["keys"] = summary.keys.total() > 0 ? from(summary.keys) : Json();
  return out;
}

Json from(const AlarmStatus& a) {
  return {{"alarm", a.alarm},
          {"key", key_of(a.key)},
          {"state", to_string(a.state)},
          {"reason", a.reason},
          {"reason_data", embedded(a.reason_data)},
          {"state_since", time(a.state_since)},
          {"updated_at", time(a.updated_at)},
          {"evaluation_state", to_string(a.evaluation_state)},
          {"note", a.note},
          {"actions", from_actions(a.actions)}};
}

Json from(const Silence& s, Instant now) {
  return {{"id", s.id},
          {"status", s.from > now ? "SCHEDULED" : "ACTIVE"},
          {"alarms", s.targets.alarms},
          {"tags", pairs(s.targets.tags)},
          {"from", time(s.from)},
          {"until", time(s.until)},
          {"reason", s.reason},
          {"author", s.author},
          {"created", time(s.created)}};
}

Json from(const MuteWindowStatus& w) {
  const MuteWindow& window = w.window;
  return {{"name", window.name},
          {"description", window.description},
          {"status", to_string(w.when)},
          {"alarms", window.targets.alarms},
          {"tags", pairs(window.targets.tags)},
          {"begin", time(w.begin)},
          {"end", time(w.end)},
          {"schedule", window.expression},
          {"duration", format_duration(window.duration)},
          {"time_zone", window.time_zone},
          {"start", time(window.start)},
          {"expire", time(window.expire)},
          {"rule_location", window.where.file.text() + ":" + std::to_string(window.where.line)}};
}

Json from(const Outlook& o, const Alarm& alarm) {
  Json datapoints = Json::array();
  for (std::size_t i = 0; i < o.datapoints.size(); ++i) {
    const Datapoint& p = o.datapoints[i];
    const std::optional<bool>& breaching = o.breaching[i];
    datapoints.push_back(
        {{"start", time(p.start)},
         {"value", number(p.value)},
         {"sample_count", p.sample_count},
         {"breaching", breaching ? Json(*breaching) : Json()},
         {"band", p.band ? Json{{"low", p.band->low}, {"high", p.band->high}} : Json()},
         {"open", i >= o.closed}});
  }
  const bool by_band = alarm.maths != nullptr && alarm.maths->band;
  const int periods = alarm.anchor == Anchor::event ? 1 : alarm.evaluation_periods;
  return {{"datapoints", std::move(datapoints)},
          {"evaluation_periods", periods},
          {"datapoints_to_alarm", alarm.datapoints_to_alarm.value_or(periods)},
          {"comparison", by_band ? to_string(*alarm.maths->band) : to_string(alarm.comparison)},
          {"threshold", by_band ? Json() : Json(alarm.threshold)},
          {"next_evaluation", time(o.next_evaluation)}};
}

Json from(const HistoryItem& item) {
  Json out{{"AlarmName", item.alarm},        {"AlarmType", to_string(item.alarm_type)},
           {"Timestamp", time(item.time)},   {"HistoryItemType", item.type},
           {"HistorySummary", item.summary}, {"HistoryData", item.data}};
  if (item.key.empty()) return out;
  out["AlarmContributorId"] = contributor_id(item.key);
  out["AlarmContributorAttributes"] = key_of(item.key);
  return out;
}

Json from(const Transition& t) {
  Json datapoints = Json::array();
  for (const Datapoint& p : t.datapoints)
    datapoints.push_back(
        {{"start", time(p.start)}, {"value", number(p.value)}, {"sample_count", p.sample_count}});
  Json events = Json::array();
  for (const Evidence& e : t.events)
    events.push_back({{"time", time(e.time)},
                      {"source", e.source},
                      {"position", e.position},
                      {"message", e.message}});
  Json children = Json::array();
  for (const ChildState& c : t.children)
    children.push_back({{"alarm", c.alarm},
                        {"state", to_string(c.state)},
                        {"decides", c.decides},
                        {"changed_at", time(c.changed_at)}});
  return {{"id", t.id},
          {"sequence", t.sequence},
          {"alarm", t.alarm},
          {"key", key_of(t.key)},
          {"from", to_string(t.from)},
          {"to", to_string(t.to)},
          {"at", time(t.at)},
          {"decided_at", time(t.decided_at)},
          {"late", t.late},
          {"again", t.again},
          {"silent", t.silent},
          {"reason", t.reason},
          {"value", number(t.value)},
          {"since", time(t.since)},
          {"events_total", t.events_total},
          {"datapoints", std::move(datapoints)},
          {"evaluation_state", to_string(t.evaluation_state)},
          {"children", std::move(children)},
          {"events", std::move(events)}};
}

Json from(const StreamReport& s) {
  return {{"log_group", s.log_group},
          {"stream", s.stream},
          {"newest", time(s.newest)},
          {"last_read", time(s.last_read)},
          {"unread", s.unread},
          {"stalled", s.stalled},
          {"events", s.events},
          {"bytes", s.bytes},
          {"replaced_times", s.replaced_times}};
}

Json from(const DeadLetter& d) {
  return {{"id", d.id},
          {"message_id", d.message_id},
          {"topic", d.topic},
          {"endpoint", d.endpoint_label},
          {"attempts", d.attempts},
          {"created", time(d.created)},
          {"given_up", time(d.given_up)},
          {"status", d.status},
          {"permanent", d.permanent},
          {"detail", d.detail},
          {"message", embedded(d.notification)}};
}

Json from(const TopicView& topic) {
  Json subscriptions = Json::array();
  for (const SubscriptionView& s : topic.subscriptions)
    subscriptions.push_back({{"id", s.id},
                             {"endpoint", s.endpoint_label},
                             {"state", s.state},
                             {"origin", s.origin},
                             {"author", s.author},
                             {"detail", s.detail}});
  return {{"name", topic.name}, {"arn", topic.arn}, {"subscriptions", std::move(subscriptions)}};
}

Json from(const TestDelivery& d) {
  return {{"endpoint", d.endpoint_label}, {"state", d.state}, {"detail", d.detail}};
}

Json from(const Attention& a) {
  return {{"held", a.held},         {"acknowledged", a.acknowledged}, {"disabled", a.disabled},
          {"silences", a.silences}, {"mute_windows", a.mute_windows}, {"complete", a.complete}};
}

static Json from_channels(const std::vector<ChannelTrouble>& channels) {
  Json out = Json::array();
  for (const ChannelTrouble& c : channels)
    out.push_back({{"topic", c.topic},
                   {"subscription", c.label},
                   {"failing_since", time(c.since)},
                   {"detail", c.detail},
                   {"dead_letters", c.dead_letters},
                   {"told", c.told}});
  return out;
}

static Json from_dead_men(const std::vector<DeadManReport>& dead_men) {
  Json out = Json::array();
  for (const DeadManReport& d : dead_men)
    out.push_back({{"topic", d.topic},
                   {"to", d.label},
                   {"last_ok", time(d.last_ok)},
                   {"failure", d.failure.empty() ? Json() : Json(d.failure)},
                   {"withheld", d.withheld.empty() ? Json() : Json(d.withheld)}});
  return out;
}

Json from(const DaemonStatus& s, const StateCounts& alarms, const Readiness& ready) {
  Json groups = Json::array();
  for (const GroupReport& g : s.groups) groups.push_back(from_group(g));
  return {{"version", s.version},
          {"config_file", s.config_file},
          {"pid", s.pid},
          {"now", time(s.now)},
          {"started_at", time(s.started_at)},
          {"reloaded_at", time(s.reloaded_at)},
          {"reload_error", s.reload_error},
          {"disabled_subscriptions", s.disabled},
          {"ready", ready.ok},
          {"not_ready_because", ready.why},
          {"alarms", from(alarms)},
          {"log_groups", std::move(groups)},
          {"keys_dropped", s.keys_dropped},
          {"channels", from_channels(s.channels)},
          {"dead_man", from_dead_men(s.dead_men)},
          {"outbox",
           {{"waiting", s.store.outbox_rows},
            {"held", s.held_messages},
            {"oldest", time(s.outbox_oldest)},
            {"overflows", s.store.outbox_overflows},
            {"dead_letters", s.store.dead_letters}}},
          {"disk_reserve_held", s.store.reserve_held}};
}

// What it watches, as in rule files: of an alarm by maths each metric and expression.
static Json metrics_of(const Alarm& a) {
  if (a.composite) return Json::array();
  Json item = long_form(a);
  return item.contains("metrics") ? item["metrics"] : Json::array({item["metric"]});
}

namespace {

Json from_composite(const Composite& c) {
  Json suppressor;
  if (c.suppressor)
    suppressor = {{"alarm", c.suppressor->alarm},
                  {"wait", format_duration(c.suppressor->wait)},
                  {"extension", format_duration(c.suppressor->extension)}};
  return {{"rule", c.rule}, {"children", c.children}, {"suppressor", std::move(suppressor)}};
}

}  // namespace

Json from(const Alarm& a, const RuleSet& rules) {
  const auto fed = std::find_if(rules.filters.begin(), rules.filters.end(), [&](const auto& f) {
    return f.metric_namespace == a.metric_namespace && f.metric_name == a.metric_name;
  });
  const MetricFilter* filter = fed == rules.filters.end() ? nullptr : &*fed;
  return {{"name", a.name},
          {"arn", alarm_arn(rules.identity, a.name)},
          {"description", a.description},
          {"condition", condition_text(a, filter)},
          {"composite", a.composite ? from_composite(*a.composite) : Json()},
          {"log_group", filter ? Json(filter->log_group) : Json()},
          {"pattern", filter ? Json(filter->pattern_text) : Json()},
          {"metrics", metrics_of(a)},
          {"group_by", a.group_by},
          {"severity", to_string(a.severity)},
          {"runbook", a.runbook},
          {"tags", pairs(a.tags)},
          {"actions_enabled", a.actions_enabled},
          {"topics",
           {{"alarm", a.alarm_topics},
            {"ok", a.ok_topics},
            {"insufficient_data", a.insufficient_data_topics}}},
          {"rule_location", a.where.file.text() + ":" + std::to_string(a.where.line)}};
}

std::string text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tocsin::api_json
