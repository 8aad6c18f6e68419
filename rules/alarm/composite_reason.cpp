// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/composite_reason.hpp"

#include <nlohmann/json.hpp>

#include "rules/message/human_time.hpp"
#include "rules/message/names.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTextCharacters = 1023;
constexpr std::size_t kDataCharacters = 4000;

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

Reason composite_reason(const Identity& identity, const std::string& alarm, AlarmState to,
                        std::span<const ChildState> children, bool created) {
  std::string text;
  Json triggering = Json::array();
  for (const ChildState& child : children) {
    if (!child.changed_at) continue;
    const std::string arn = alarm_arn(identity, child.alarm);
    text.append(text.empty() ? "" : "; ").append(arn).append(" transitioned to ");
    text.append(to_string(child.state))
        .append(" at ")
        .append(format_reason_time(*child.changed_at));
    triggering.push_back({{"arn", arn},
                          {"state",
                           {{"value", to_string(child.state)},
                            {"timestamp", format_cloudwatch(*child.changed_at)}}}});
  }
  if (text.empty())
    text = alarm_arn(identity, alarm) + (created ? " was created" : " was updated") +
           " and its alarm rule evaluates to " + std::string(to_string(to));
  Reason reason{cut_code_points(to_valid_utf8(text), kTextCharacters), {}};
  reason.data = dump({{"triggeringAlarms", triggering}});
  while (reason.data.size() > kDataCharacters && !triggering.empty()) {
    triggering.erase(triggering.size() - 1);
    reason.data = dump({{"triggeringAlarms", triggering}});
  }
  return reason;
}

}  // namespace tocsin
