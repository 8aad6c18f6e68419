// SPDX-License-Identifier: Apache-2.0
// The API's values as JSON. docs/api.md describes the members; times are RFC 3339 UTC, null for
// none.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "daemon/http/api_source.hpp"

namespace tocsin::api_json {

using Json = nlohmann::ordered_json;

Json time(Instant t);
Json from(const AlarmStatus& status);
// Its status, and under "keys" how many there are in each state; null without group_by.
Json from(const AlarmSummary& summary);
Json from(const StateCounts& counts);
// As in CloudWatch's DescribeAlarmHistory: HistoryData is JSON in a text.
Json from(const HistoryItem& item);
Json from(const Transition& transition);
Json from(const StreamReport& stream);
Json from(const DeadLetter& letter);  // with its message
Json from(const TestDelivery& delivery);
Json from(const TopicView& topic);
// Of the alarms in ALARM: for how many nobody is told, or somebody is there already.
struct Attention {
  std::size_t held = 0, acknowledged = 0, disabled = 0;
  std::size_t silences = 0, mute_windows = 0;  // active now
  bool complete = true;                        // false: there are more in ALARM than were counted
};
Json from(const Attention& attention);
Json from(const DaemonStatus& status, const StateCounts& alarms, const Readiness& ready);
Json from(const Silence& silence, Instant now);  // "status": SCHEDULED or ACTIVE
Json from(const MuteWindowStatus& window);
// What evaluation sees now; `alarm` is what the rules say of it.
Json from(const Outlook& outlook, const Alarm& alarm);
// What the rules say of an alarm.
Json from(const Alarm& alarm, const RuleSet& rules);

// Invalid UTF-8 becomes U+FFFD.
std::string text(const Json& json);

}  // namespace tocsin::api_json
