// SPDX-License-Identifier: Apache-2.0
// /api/v1/status: what the daemon does, and what of what is red needs somebody.
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "daemon/http/api_call.hpp"

namespace tocsin {
namespace {

using api_json::Json;

// Beyond these, numbers of what is red mean little.
constexpr std::size_t kRedCounted = 10'000;

Result<api_json::Attention> attention_of(const ApiCall& call) {
  const Result<EngineGlance> glance = call.source.glance({});
  if (!glance) return glance.error();
  const Instant now = call.source.now();
  const ActiveMutes mutes = glance->mutes->active(now);
  const Result<std::vector<AlarmStatus>> red = call.source.alarms(
      {.alarm = {}, .pattern = {}, .state = AlarmState::alarm, .after = {}, .limit = kRedCounted});
  if (!red) return red.error();
  api_json::Attention out;
  out.complete = red->size() < kRedCounted;
  const std::shared_ptr<const AlarmIndex> rules = call.source.rules();
  std::set<std::string_view> held, acknowledged, disabled;  // an alarm counts once, not its keys
  for (const AlarmStatus& status : *red) {
    const Alarm* rule = rules->alarm(status.alarm);
    const bool muted = rule != nullptr && mutes.hold_of(status.alarm, rule->tags);
    if (status.actions.hold || muted) held.insert(status.alarm);
    if (status.actions.acknowledged) acknowledged.insert(status.alarm);
    if (!status.actions.enabled) disabled.insert(status.alarm);
  }
  out.held = held.size();
  out.acknowledged = acknowledged.size();
  out.disabled = disabled.size();
  for (const Silence& silence : glance->mutes->silences())
    out.silences += silence.from <= now && now < silence.until ? 1 : 0;
  for (const MuteWindowStatus& window : glance->mutes->windows(now))
    out.mute_windows += window.when == MuteWindowStatus::When::active ? 1 : 0;
  return out;
}

}  // namespace

ApiResponse get_status(const ApiCall& call) {
  const Result<StateCounts> alarms = call.source.state_counts();
  if (!alarms) return failed(alarms.error());
  Json body = api_json::from(call.source.status(), *alarms, call.source.ready());
  // A busy engine is no reason to say nothing.
  const Result<api_json::Attention> attention = attention_of(call);
  body["attention"] = attention ? api_json::from(*attention) : Json();
  return json_response(body);
}

}  // namespace tocsin
