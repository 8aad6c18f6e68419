// SPDX-License-Identifier: Apache-2.0
#include "rules/message/bus_record.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "rules/match/time/event_time.hpp"
#include "rules/message/alarm_configuration.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/names.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

// A dimension's value has at most 1,024 characters in CloudWatch.
constexpr std::size_t kValueCharacters = 1024;

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

// "2026-03-14T11:41:02Z"
std::string whole_seconds(Instant t) {
  return format_rfc3339(std::chrono::floor<seconds>(t)).substr(0, 19) + "Z";
}

Json envelope(const std::string& id, const char* detail_type, const std::string& arn, Instant time,
              const Identity& identity) {
  return {{"version", "0"},
          {"id", id},
          {"detail-type", detail_type},
          {"source", "aws.cloudwatch"},
          {"account", identity.account_id},
          {"time", whole_seconds(time)},
          {"region", identity.region},
          {"resources", Json::array({arn})}};
}

Json state_json(AlarmState state, const std::string& reason, const std::string& data, Instant at,
                EvaluationState evaluation = EvaluationState::normal) {
  Json out{{"value", to_string(state)}};
  if (!reason.empty()) out["reason"] = reason;
  if (!data.empty()) out["reasonData"] = data;
  out["timestamp"] = format_cloudwatch(at);
  if (evaluation != EvaluationState::normal) out["evaluationState"] = to_string(evaluation);
  return out;
}

// Only what a suppressor holds is told of the state; mute windows have a member of their own.
bool is_suppressor(HeldBy by) {
  return by == HeldBy::wait_period || by == HeldBy::extension_period || by == HeldBy::suppressor;
}

void add_hold(Json& detail, const Transition& t, const Identity& identity) {
  if (!t.hold) return;
  const std::string by(to_string(t.hold->by));
  if (is_suppressor(t.hold->by)) {
    detail["state"]["actionsSuppressedBy"] = by;
    detail["state"]["actionsSuppressedReason"] = "Actions suppressed by " + by;
    return;
  }
  detail["muteDetail"] = {{"mutedByArn", mute_rule_arn(identity, t.hold->name)},
                          {"muteWindowStart", format_cloudwatch(t.hold->since)}};
  if (t.hold->until) detail["muteDetail"]["muteWindowEnd"] = format_cloudwatch(*t.hold->until);
}

Json contributor_json(const AlarmKey& key) {
  Json attributes = Json::object();
  for (const auto& [name, value] : key)
    attributes[name] = cut_code_points(to_valid_utf8(value), kValueCharacters);
  return {{"id", contributor_id(key)}, {"attributes", std::move(attributes)}};
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
  Json record = envelope(
      out.id,
      contributor ? "CloudWatch Alarm Contributor State Change" : "CloudWatch Alarm State Change",
      arn, t.decided_at, rules.identity);
  Json detail{{"alarmName", alarm.name}};
  if (contributor) detail["alarmContributor"] = contributor_json(t.key);
  detail["state"] = state_json(t.to, t.reason, contributor ? "" : t.reason_data, t.decided_at,
                               t.evaluation_state);
  if (!contributor)
    detail["previousState"] = state_json(t.from, t.from_reason, t.from_reason_data, t.from_updated);
  detail["configuration"] = bus_configuration(alarm, rules.identity);
  add_hold(detail, t, rules.identity);
  record["detail"] = std::move(detail);
  out.json = dump(record);
  return out;
}

BusRecord configuration_change_record(ConfigurationChange change, const Alarm& alarm,
                                      const Alarm* before, const AlarmStatus& status,
                                      const RuleSet& rules, Instant now) {
  const std::string arn = alarm_arn(rules.identity, alarm.name);
  Json detail{
      {"alarmName", alarm.name},
      {"operation", operation_of(change)},
      {"state", state_json(status.state, {}, {}, status.updated_at, status.evaluation_state)},
      {"configuration", full_bus_configuration(alarm, rules.identity)}};
  detail["configuration"]["timestamp"] = format_cloudwatch(now);
  if (before != nullptr)
    detail["previousConfiguration"] = full_bus_configuration(*before, rules.identity);
  BusRecord out{.id = uuid_v5("tocsin:configuration:" + arn + ":" + std::to_string(to_ms(now)) +
                              ":" + dump(detail)),
                .alarm = alarm.name,
                .dedup_key = arn,
                .sequence = 0,
                .json = {}};
  Json record = envelope(out.id, "CloudWatch Alarm Configuration Change", arn, now, rules.identity);
  record["detail"] = std::move(detail);
  out.json = dump(record);
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
