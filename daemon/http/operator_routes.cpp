// SPDX-License-Identifier: Apache-2.0
// What a person changes: states set by hand, acknowledgements, switched actions, silences. Over the
// unix socket only; the answer comes when it is stored.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/http/alarm_cursor.hpp"
#include "daemon/http/api_body.hpp"
#include "daemon/http/api_call.hpp"
#include "tocsin/glob.hpp"
#include "tocsin/operator.hpp"
#include "tocsin/suggest.hpp"

namespace tocsin {
namespace {

using api_json::Json;

// SwitchActions takes no more at a time.
constexpr std::size_t kSwitchedAtOnce = 100;

// The alarms that a name or pattern means; an alarm of that very name comes first, also one with a
// star in it.
Result<std::vector<std::string>> alarms_of(const std::string& name, const AlarmIndex& rules) {
  std::vector<std::string> out;
  if (rules.alarm(name) != nullptr) return std::vector{name};
  if (!has_glob(name)) return unknown_alarm(name, rules.rules());
  for (const Alarm& alarm : rules.rules().alarms)
    if (glob_matches(name, alarm.name)) out.push_back(alarm.name);
  if (out.empty()) return Error{"not-found", "no alarm's name is like \"" + name + "\""};
  return out;
}

ApiResponse done_response(const std::vector<std::string>& alarms, std::size_t concerned) {
  return json_response({{"concerned", concerned}, {"alarms", alarms}});
}

// One request for each alarm. Of several, those that it does not apply to (OK already) are passed
// over, unless it applies to none.
ApiResponse operate_on(const ApiCall& call, const std::string& name,
                       const std::function<OperatorRequest(const std::string& alarm)>& make) {
  const Result<std::vector<std::string>> alarms = alarms_of(name, *call.source.rules());
  if (!alarms) return failed(alarms.error());
  std::vector<OperatorRequest> requests;
  for (const std::string& alarm : *alarms) requests.push_back(make(alarm));
  const auto answers = call.source.operate(requests);
  if (!answers) return failed(answers.error());
  std::vector<std::string> concerned;
  std::size_t total = 0;
  const Error* first = nullptr;
  for (std::size_t i = 0; i < answers->size(); ++i) {
    const Result<OperatorAnswer>& answer = (*answers)[i];
    if (!answer) {
      if (first == nullptr) first = &answer.error();
      continue;
    }
    concerned.push_back((*alarms)[i]);
    total += answer->concerned;
  }
  if (concerned.empty() && first != nullptr) return failed(*first);
  return done_response(concerned, total);
}

ApiResponse one_answer(const Result<std::vector<Result<OperatorAnswer>>>& answers) {
  if (!answers) return failed(answers.error());
  const Result<OperatorAnswer>& answer = answers->front();
  if (!answer) return failed(answer.error());
  return json_response({{"silence", answer->silence}, {"concerned", answer->concerned}});
}

}  // namespace

ApiResponse post_state(const ApiCall& call) {
  const std::string& name = call.names[0];
  const std::shared_ptr<const AlarmIndex> rules = call.source.rules();
  ApiBody body(call.request.body);
  SetAlarmState what;
  what.name = {name, body.key("key")};
  const std::optional<AlarmState> state = parse_state(body.text("state", ApiBody::Need::required));
  what.reason = body.text("reason", ApiBody::Need::required);
  what.reason_data = body.json("reason_data");
  if (const auto fault = body.fault()) return failed(*fault);
  if (!state) return problem(400, "bad-value", "`state` must be ALARM, OK or INSUFFICIENT_DATA");
  what.state = *state;
  if (rules->alarm(name) == nullptr) return failed(unknown_alarm(name, rules->rules()));
  const auto answers = call.source.operate({{call.request.caller, std::move(what)}});
  if (!answers) return failed(answers.error());
  if (!answers->front()) return failed(answers->front().error());
  return done_response({name}, answers->front()->concerned);
}

ApiResponse post_ack(const ApiCall& call) {
  ApiBody body(call.request.body);
  const std::optional<AlarmKey> key = body.key("key");
  const std::string comment = body.text("comment");
  const std::optional<Instant> until = body.end("until", call.source.now());
  if (const auto fault = body.fault()) return failed(*fault);
  return operate_on(call, call.names[0], [&](const std::string& alarm) {
    return OperatorRequest{call.request.caller, Acknowledge{{alarm, key}, until, comment}};
  });
}

ApiResponse post_unack(const ApiCall& call) {
  ApiBody body(call.request.body);
  const std::optional<AlarmKey> key = body.key("key");
  if (const auto fault = body.fault()) return failed(*fault);
  return operate_on(call, call.names[0], [&](const std::string& alarm) {
    return OperatorRequest{call.request.caller, TakeBackAcknowledgement{{alarm, key}}};
  });
}

ApiResponse post_actions(const ApiCall& call) {
  ApiBody body(call.request.body);
  const std::vector<std::string> names = body.texts("alarms");
  const std::optional<bool> enabled = body.flag("enabled");
  if (const auto fault = body.fault()) return failed(*fault);
  if (names.empty() || !enabled)
    return problem(400, "bad-value", "`alarms` (names or patterns) and `enabled` are wanted");
  const std::shared_ptr<const AlarmIndex> rules = call.source.rules();
  std::vector<std::string> alarms;
  for (const std::string& name : names) {
    const Result<std::vector<std::string>> some = alarms_of(name, *rules);
    if (!some) return failed(some.error());
    alarms.insert(alarms.end(), some->begin(), some->end());
  }
  std::sort(alarms.begin(), alarms.end());
  alarms.erase(std::unique(alarms.begin(), alarms.end()), alarms.end());
  std::vector<OperatorRequest> requests;
  for (std::size_t i = 0; i < alarms.size(); i += kSwitchedAtOnce) {
    const auto first = alarms.begin() + static_cast<std::ptrdiff_t>(i);
    const auto last =
        alarms.begin() + static_cast<std::ptrdiff_t>(std::min(alarms.size(), i + kSwitchedAtOnce));
    requests.push_back({call.request.caller, SwitchActions{{first, last}, *enabled}});
  }
  const auto answers = call.source.operate(requests);
  if (!answers) return failed(answers.error());
  for (const Result<OperatorAnswer>& answer : *answers)
    if (!answer) return failed(answer.error());
  return done_response(alarms, alarms.size());
}

ApiResponse get_silences(const ApiCall& call) {
  const Result<EngineGlance> glance = call.source.glance({});
  if (!glance) return failed(glance.error());
  const Instant now = call.source.now();
  Json silences = Json::array();
  for (const Silence& silence : glance->mutes->silences())
    silences.push_back(api_json::from(silence, now));
  return json_response({{"now", api_json::time(now)}, {"silences", std::move(silences)}});
}

ApiResponse get_mute_windows(const ApiCall& call) {
  const Result<EngineGlance> glance = call.source.glance({});
  if (!glance) return failed(glance.error());
  const Instant now = call.source.now();
  return json_response(
      {{"now", api_json::time(now)}, {"mute_windows", array_of(glance->mutes->windows(now))}});
}

ApiResponse post_silence(const ApiCall& call) {
  ApiBody body(call.request.body);
  const Instant now = call.source.now();
  Silence silence;
  silence.targets.alarms = body.texts("alarms");
  silence.targets.tags = body.pairs("tags");
  silence.from = body.time("from").value_or(now);
  const std::optional<Instant> until = body.end("until", silence.from);
  silence.reason = body.text("reason", ApiBody::Need::required);
  if (const auto fault = body.fault()) return failed(*fault);
  if (!until) return problem(400, "bad-value", "`for` or `until` is wanted");
  silence.until = *until;
  silence.author = call.request.caller;
  // An exact name that no alarm has is a slip; a pattern may be meant for alarms to come.
  const std::shared_ptr<const AlarmIndex> rules = call.source.rules();
  for (const std::string& name : silence.targets.alarms)
    if (!has_glob(name))
      if (const auto known = alarms_of(name, *rules); !known) return failed(known.error());
  return one_answer(call.source.operate({{call.request.caller, AddSilence{std::move(silence)}}}));
}

ApiResponse delete_silence(const ApiCall& call) {
  return one_answer(call.source.operate({{call.request.caller, EndSilence{call.names[0]}}}));
}

}  // namespace tocsin
