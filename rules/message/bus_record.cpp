// SPDX-License-Identifier: Apache-2.0
#include "rules/message/bus_record.hpp"

#include <utility>

#include "rules/match/time/event_time.hpp"
#include "rules/message/alarm_configuration.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/names.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

// A dimension's value has at most 1,024 characters in CloudWatch.
constexpr std::size_t kValueCharacters = 1024;

// "2026-03-14T11:41:02Z"
std::string whole_seconds(Instant t) {
  return format_rfc3339(std::chrono::floor<seconds>(t)).substr(0, 19) + "Z";
}

JsonBuilder envelope(const std::string& id, const char* detail_type, const std::string& arn,
                     Instant time, const Identity& identity) {
  return {{"version", "0"},
          {"id", id},
          {"detail-type", detail_type},
          {"source", "aws.cloudwatch"},
          {"account", identity.account_id},
          {"time", whole_seconds(time)},
          {"region", identity.region},
          {"resources", std::vector{arn}}};
}

JsonBuilder state_json(AlarmState state, const std::string& reason, const std::string& data,
                       Instant at, EvaluationState evaluation = EvaluationState::normal) {
  JsonBuilder out{{"value", to_string(state)}};
  if (!reason.empty()) out.add("reason", reason);
  if (!data.empty()) out.add("reasonData", data);
  out.add("timestamp", format_cloudwatch(at));
  if (evaluation != EvaluationState::normal) out.add("evaluationState", to_string(evaluation));
  return out;
}

// Only what a suppressor holds is told of the state; mute windows have a member of their own.
bool is_suppressor(HeldBy by) {
  return by == HeldBy::wait_period || by == HeldBy::extension_period || by == HeldBy::suppressor;
}

void add_suppression(JsonBuilder& state, const Transition& t) {
  if (!t.hold || !is_suppressor(t.hold->by)) return;
  const std::string by(to_string(t.hold->by));
  state.add("actionsSuppressedBy", by);
  state.add("actionsSuppressedReason", "Actions suppressed by " + by);
}

void add_mute(JsonBuilder& detail, const Transition& t, const Identity& identity) {
  if (!t.hold || is_suppressor(t.hold->by)) return;
  JsonBuilder mute{{"mutedByArn", mute_rule_arn(identity, t.hold->name)},
                   {"muteWindowStart", format_cloudwatch(t.hold->since)}};
  if (t.hold->until) mute.add("muteWindowEnd", format_cloudwatch(*t.hold->until));
  detail.add("muteDetail", mute);
}

JsonBuilder contributor_json(const AlarmKey& key) {
  JsonBuilder attributes;
  for (const auto& [name, value] : key)
    attributes.add(name, cut_code_points(to_valid_utf8(value), kValueCharacters));
  return {{"id", contributor_id(key)}, {"attributes", attributes}};
}

const char* operation_of(ConfigurationChange change) {
  switch (change) {
    case ConfigurationChange::created:
      return "create";
    case ConfigurationChange::updated:
      return "update";
    case ConfigurationChange::deleted:
      return "delete";
  }
  return "?";
}

}  // namespace

BusRecord state_change_record(const Transition& t, const Alarm& alarm, const RuleSet& rules) {
  const bool contributor = !t.key.empty();
  const std::string arn = alarm_arn(rules.identity, alarm.name);
  BusRecord out{.id = uuid_v5("tocsin:event:" + t.id),
                .alarm = alarm.name,
                .dedup_key = dedup_key(arn, t.key),
                .sequence = t.sequence,
                .json = {}};
  JsonBuilder record = envelope(
      out.id,
      contributor ? "CloudWatch Alarm Contributor State Change" : "CloudWatch Alarm State Change",
      arn, t.decided_at, rules.identity);
  JsonBuilder detail{{"alarmName", alarm.name}};
  if (contributor) detail.add("alarmContributor", contributor_json(t.key));
  JsonBuilder state = state_json(t.to, t.reason, contributor ? "" : t.reason_data, t.decided_at,
                                 t.evaluation_state);
  add_suppression(state, t);
  detail.add("state", state);
  if (!contributor)
    detail.add("previousState",
               state_json(t.from, t.from_reason, t.from_reason_data, t.from_updated));
  detail.add("configuration", bus_configuration(alarm, rules.identity));
  add_mute(detail, t, rules.identity);
  record.add("detail", detail);
  out.json = std::move(record).text();
  return out;
}

BusRecord configuration_change_record(ConfigurationChange change, const Alarm& alarm,
                                      const Alarm* before, const AlarmStatus& status,
                                      const RuleSet& rules, Instant now) {
  const std::string arn = alarm_arn(rules.identity, alarm.name);
  JsonBuilder configuration = full_bus_configuration(alarm, rules.identity);
  configuration.add("timestamp", format_cloudwatch(now));
  JsonBuilder detail{
      {"alarmName", alarm.name},
      {"operation", operation_of(change)},
      {"state", state_json(status.state, {}, {}, status.updated_at, status.evaluation_state)},
      {"configuration", configuration}};
  if (before != nullptr)
    detail.add("previousConfiguration", full_bus_configuration(*before, rules.identity));
  BusRecord out{.id = uuid_v5("tocsin:configuration:" + arn + ":" + std::to_string(to_ms(now)) +
                              ":" + detail.text()),
                .alarm = alarm.name,
                .dedup_key = arn,
                .sequence = 0,
                .json = {}};
  JsonBuilder record =
      envelope(out.id, "CloudWatch Alarm Configuration Change", arn, now, rules.identity);
  record.add("detail", detail);
  out.json = std::move(record).text();
  return out;
}

Notification bus_message(BusRecord record) {
  Notification out;
  out.message_id = out.transition.id = std::move(record.id);
  out.topic = kEventBusTopic;
  out.dedup_key = std::move(record.dedup_key);
  out.transition.alarm = std::move(record.alarm);
  out.transition.sequence = record.sequence;
  out.event_record = std::move(record.json);
  return out;
}

}  // namespace tocsin
