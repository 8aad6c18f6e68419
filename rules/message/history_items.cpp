// SPDX-License-Identifier: Apache-2.0
#include "rules/message/history_items.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "rules/message/alarm_configuration.hpp"
#include "rules/message/names.hpp"
#include "rules/message/text.hpp"
#include "tocsin/json_builder.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kSummaryCharacters = 255;
constexpr std::size_t kDataCharacters = 4095;
constexpr std::size_t kErrorCharacters = 1024;

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool fits(const std::string& data) { return data.size() <= kDataCharacters; }

JsonBuilder state_json(AlarmState state, const std::string& reason, const std::string& data,
                       bool with_data) {
  JsonBuilder out{{"stateValue", to_string(state)}, {"stateReason", reason}};
  if (with_data && Json::accept(data)) out.add("stateReasonData", JsonBuilder::raw(data));
  return out;
}

// The reason data of the old state go first if it is too long, then those of the new one.
std::string state_update_data(const Transition& t) {
  std::string text;
  for (const auto& [old_data, new_data] : {std::pair(true, true), {false, true}, {false, false}}) {
    text =
        JsonBuilder{{"version", "1.0"},
                    {"oldState", state_json(t.from, t.from_reason, t.from_reason_data, old_data)},
                    {"newState", state_json(t.to, t.reason, t.reason_data, new_data)}}
            .text();
    if (fits(text)) break;
  }
  return text;
}

struct ChangeWords {
  const char* type;
  const char* past;
};

ChangeWords words_of(ConfigurationChange change) {
  switch (change) {
    case ConfigurationChange::created:
      return {"Create", "created"};
    case ConfigurationChange::updated:
      return {"Update", "updated"};
    case ConfigurationChange::deleted:
      return {"Delete", "deleted"};
  }
  return {"?", "?"};
}

Json with_configuration(const ChangeWords& words, Json configuration) {
  return {{"version", "1.0"},
          {"type", words.type},
          {std::string(words.past) + "Alarm", std::move(configuration)}};
}

Json names_of(const Alarm& alarm, const RuleSet& rules) {
  return {{"alarmName", alarm.name}, {"alarmArn", alarm_arn(rules.identity, alarm.name)}};
}

std::string configuration_data(const ChangeWords& words, const Alarm& alarm, const RuleSet& rules) {
  Json configuration = history_configuration(alarm, rules);
  std::string text = dump(with_configuration(words, configuration));
  if (fits(text)) return text;
  if (!alarm.description.empty()) {
    configuration["alarmDescription"] = cut_code_points(to_valid_utf8(alarm.description), 100);
    text = dump(with_configuration(words, configuration));
  }
  for (const char* list : {"dimensions", "metrics", "alarmRule"}) {
    if (fits(text)) return text;
    configuration.erase(list);
    text = dump(with_configuration(words, configuration));
  }
  return fits(text) ? text : dump(with_configuration(words, names_of(alarm, rules)));
}

// The message as CloudWatch would have sent it. What is ours is its last member, whose name stands
// in no text of the others like this: quotes are escaped there.
std::string published(const Notification& message) {
  const std::string& text = message.cloudwatch_message;
  const auto ours = text.find(",\"x-source\":");
  return ours == std::string::npos ? text : text.substr(0, ours) + "}";
}

std::string_view action_state(DeliveryRecord::Fate fate) {
  switch (fate) {
    case DeliveryRecord::Fate::delivered:
      return "Succeeded";
    case DeliveryRecord::Fate::retry:
      return "InProgress";
    case DeliveryRecord::Fate::dead:
      return "Failed";
  }
  return "?";
}

std::string action_summary(const Notification& message, const DeliveryRecord& record,
                           const std::string& error) {
  if (record.fate == DeliveryRecord::Fate::delivered)
    return "Successfully executed action " + message.topic_arn;
  const bool failed = record.fate == DeliveryRecord::Fate::dead;
  return (failed ? "Failed to execute action " : "Executing action ") + message.topic_arn +
         ". Received error: \"" + error + "\"";
}

std::string action_data(const Notification& message, const DeliveryRecord& record,
                        const std::string& endpoint, const std::string& error) {
  const std::string message_text = published(message);
  std::string text;
  for (const auto& [with_message, with_endpoint] :
       {std::pair(true, true), {false, true}, {false, false}}) {
    // Most messages are too long: found out before they are made text again.
    if (with_message && !fits(message_text)) continue;
    JsonBuilder data{{"version", "1.0"},
                     {"type", "Action"},
                     {"actionState", action_state(record.fate)},
                     {"notificationResource", message.topic_arn},
                     {"stateUpdateTimestamp", to_ms(message.transition.decided_at)}};
    if (with_message) data.add("publishedMessage", message_text);
    data.add("error", error.empty() ? JsonBuilder::Value(nullptr) : error);
    if (with_endpoint) data.add("endpoint", endpoint);
    data.add("attempts", record.attempts);
    text = std::move(data).text();
    if (fits(text)) break;
  }
  return text;
}

}  // namespace

HistoryItem state_update_item(const Transition& t) {
  HistoryItem out;
  out.alarm = t.alarm;
  out.alarm_type = t.alarm_type;
  out.key = t.key;
  out.time = t.decided_at;
  out.type = t.key.empty() ? "StateUpdate" : "AlarmContributorStateUpdate";
  out.summary = std::string("Alarm updated from ")
                    .append(to_string(t.from))
                    .append(" to ")
                    .append(to_string(t.to));
  out.data = state_update_data(t);
  return out;
}

HistoryItem configuration_item(ConfigurationChange change, const Alarm& alarm, const RuleSet& rules,
                               Instant now) {
  const ChangeWords words = words_of(change);
  HistoryItem out;
  out.alarm = alarm.name;
  out.alarm_type = alarm_type_of(alarm);
  out.time = now;
  out.type = "ConfigurationUpdate";
  out.summary = "Alarm \"" + cut_code_points(to_one_line(alarm.name), kSummaryCharacters - 20) +
                "\" " + words.past;
  out.data = configuration_data(words, alarm, rules);
  return out;
}

HistoryItem note_item(const std::string& alarm, AlarmType type, const AlarmKey& key,
                      const std::string& note, Instant now) {
  HistoryItem out;
  out.alarm = alarm;
  out.alarm_type = type;
  out.key = key;
  out.time = now;
  out.type = "ConfigurationUpdate";
  out.summary = cut_code_points(to_one_line(note), kSummaryCharacters);
  out.data = JsonBuilder{{"version", "1.0"}, {"type", "Note"}, {"note", out.summary}}.text();
  return out;
}

bool is_told_in_history(const DeliveryRecord& record) {
  return record.fate != DeliveryRecord::Fate::retry || record.attempts <= 1;
}

std::optional<HistoryItem> action_item(const Notification& message, const DeliveryRecord& record,
                                       const std::string& endpoint) {
  if (!is_told_in_history(record)) return std::nullopt;
  const bool delivered = record.fate == DeliveryRecord::Fate::delivered;
  const std::string error =
      delivered ? "" : cut_code_points(to_one_line(record.detail), kErrorCharacters);
  const Transition& t = message.transition;
  HistoryItem out;
  out.alarm = t.alarm;
  out.alarm_type = t.alarm_type;
  out.key = t.key;
  out.time = record.at;
  out.type = t.key.empty() ? "Action" : "AlarmContributorAction";
  out.summary = cut_code_points(action_summary(message, record, error), kSummaryCharacters);
  out.data = action_data(message, record, endpoint, error);
  return out;
}

std::vector<HistoryItem> action_items(const Notification& message, const DeliveryRecord& record,
                                      const std::string& endpoint) {
  std::vector<HistoryItem> out;
  const auto add = [&](const Notification& n, const std::string& where) {
    if (auto item = action_item(n, record, where)) out.push_back(std::move(*item));
  };
  if (message.digest.empty()) add(message, endpoint);
  for (const DigestLine& line : message.digest) {
    Notification one;
    one.topic_arn = message.topic_arn;
    one.transition.alarm = line.alarm;
    one.transition.alarm_type = line.alarm_type;
    one.transition.key = line.key;
    one.transition.decided_at = line.decided_at;
    one.cloudwatch_message = line.summary;
    add(one, endpoint + ", in digest " + message.message_id);
  }
  return out;
}

}  // namespace tocsin
