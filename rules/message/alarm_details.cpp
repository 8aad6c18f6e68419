// SPDX-License-Identifier: Apache-2.0
#include "rules/message/alarm_details.hpp"

#include <array>

#include "rules/message/hold_json.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& object, const char* name) {
  return object.value(name, std::string());
}

JsonBuilder from_acknowledgement(const Acknowledgement& a) {
  JsonBuilder out{{"who", a.who}, {"comment", a.comment}, {"at", to_ms(a.at)}};
  if (a.until) out.add("until", to_ms(*a.until));
  return out;
}

Acknowledgement to_acknowledgement(const Json& j) {
  Acknowledgement a{text_of(j, "who"),
                    text_of(j, "comment"),
                    instant_from_ms(j.value("at", std::int64_t{0})),
                    {}};
  if (j.contains("until")) a.until = instant_from_ms(j.at("until").get<std::int64_t>());
  return a;
}

void read_actions(const Json& j, ActionStatus& a) {
  a.enabled = j.value("enabled", true);
  a.switched_by = text_of(j, "switched_by");
  a.shadow = j.value("shadow", false);
  if (j.contains("hold")) a.hold = hold_from_json(j.at("hold"));
  a.waiting = j.value("waiting", false);
  if (j.contains("acknowledged")) a.acknowledged = to_acknowledgement(j.at("acknowledged"));
  if (j.contains("next_repeat"))
    a.next_repeat = instant_from_ms(j.at("next_repeat").get<std::int64_t>());
  if (j.contains("next_escalation"))
    a.next_escalation = instant_from_ms(j.at("next_escalation").get<std::int64_t>());
  a.escalated_to = j.value("escalated_to", std::vector<std::string>());
  a.flapping = j.value("flapping", false);
  a.set_by = text_of(j, "set_by");
}

JsonBuilder from_actions(const ActionStatus& a) {
  JsonBuilder out;
  if (!a.enabled) out.add("enabled", false);
  if (!a.switched_by.empty()) out.add("switched_by", a.switched_by);
  if (a.shadow) out.add("shadow", true);
  if (a.hold) out.add("hold", hold_to_json(*a.hold));
  if (a.waiting) out.add("waiting", true);
  if (a.acknowledged) out.add("acknowledged", from_acknowledgement(*a.acknowledged));
  if (a.next_repeat) out.add("next_repeat", to_ms(*a.next_repeat));
  if (a.next_escalation) out.add("next_escalation", to_ms(*a.next_escalation));
  if (!a.escalated_to.empty()) out.add("escalated_to", a.escalated_to);
  if (a.flapping) out.add("flapping", true);
  if (!a.set_by.empty()) out.add("set_by", a.set_by);
  return out;
}

}  // namespace

JsonBuilder hold_to_json(const ActionHold& h) {
  JsonBuilder out{{"by", to_string(h.by)},
                  {"name", h.name},
                  {"why", h.why},
                  {"who", h.who},
                  {"since", to_ms(h.since)}};
  if (h.until) out.add("until", to_ms(*h.until));
  return out;
}

ActionHold hold_from_json(const Json& j) {
  ActionHold h{HeldBy::mute_window,
               text_of(j, "name"),
               text_of(j, "why"),
               text_of(j, "who"),
               instant_from_ms(j.value("since", std::int64_t{0})),
               {}};
  for (const HeldBy by :
       {HeldBy::silence, HeldBy::wait_period, HeldBy::extension_period, HeldBy::suppressor})
    if (to_string(by) == text_of(j, "by")) h.by = by;
  if (j.contains("until")) h.until = instant_from_ms(j.at("until").get<std::int64_t>());
  return h;
}

std::string alarm_details(const AlarmStatus& status) {
  JsonBuilder out;
  if (const JsonBuilder actions = from_actions(status.actions); !actions.empty())
    out.add("actions", actions);
  if (status.evaluation_state != EvaluationState::normal)
    out.add("evaluation_state", to_string(status.evaluation_state));
  return out.empty() ? "" : std::move(out).text();
}

void read_alarm_details(std::string_view details, AlarmStatus& status) {
  if (details.empty()) return;
  try {
    const Json j = Json::parse(details);
    if (j.contains("actions")) read_actions(j.at("actions"), status.actions);
    for (const EvaluationState state :
         {EvaluationState::partial_data, EvaluationState::evaluation_failure,
          EvaluationState::evaluation_error})
      if (to_string(state) == text_of(j, "evaluation_state")) status.evaluation_state = state;
  } catch (const Json::exception&) {
    // What a later version wrote: the columns say enough.
  }
}

}  // namespace tocsin
