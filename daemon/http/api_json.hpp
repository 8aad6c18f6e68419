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
Json from(const OutboxEntry& dead_letter);  // with its message
Json from(const TestDelivery& delivery);
Json from(const DaemonStatus& status, const StateCounts& alarms, const Readiness& ready);
// What the rules say of an alarm.
Json from(const Alarm& alarm, const RuleSet& rules);

// Invalid UTF-8 becomes U+FFFD.
std::string text(const Json& json);

}  // namespace tocsin::api_json
