// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/alarm_text.hpp"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "daemon/cli/daemon_command.hpp"
#include "rules/message/text.hpp"

namespace tocsin {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kBoxesMost = 20;

const Json& member(const Json& object, const char* name) {
  static const Json kNothing = Json::object();
  if (!object.is_object()) return kNothing;
  const auto found = object.find(name);
  return found == object.end() || !found->is_object() ? kNothing : *found;
}

std::string_view sign_of(std::string_view comparison) {
  const bool equal = comparison.find("OrEqual") != std::string_view::npos;
  if (comparison.starts_with("Less")) return equal ? "<=" : "<";
  return equal ? ">=" : ">";
}

bool writes_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string locale(value);
    std::transform(locale.begin(), locale.end(), locale.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

const char* box_of(const Json& datapoint) {
  const bool utf8 = writes_utf8();
  const auto breaching = datapoint.find("breaching");
  if (breaching == datapoint.end() || !breaching->is_boolean()) return utf8 ? "\u00b7" : "-";
  return breaching->get<bool>() ? (utf8 ? "\u25a0" : "X") : (utf8 ? "\u25a1" : "0");
}

std::string left_of(const Json& until_of, Instant now) {
  const auto until = instant_of(until_of, "until");
  return until ? " for " + age_for_people(now, *until) : "";
}

std::string until_of(const Json& object, Instant now) {
  const auto until = instant_of(object, "until");
  return until ? " until " + time_for_people(until) + " (" + age_for_people(now, *until) + ")" : "";
}

// "silenced", "muted", "suppressed".
std::string verb_of(const Json& hold) {
  const std::string by = text_of(hold, "by");
  return by == "Silence" ? "silenced" : by == "MuteWindow" ? "muted" : "suppressed";
}

std::string quoted(const std::string& text) { return text.empty() ? "" : ": " + to_one_line(text); }

std::string hold_in_full(const Json& actions, Instant now) {
  const Json& hold = member(actions, "hold");
  const std::string who = text_of(hold, "who"), name = to_one_line(text_of(hold, "name"));
  const std::string by = text_of(hold, "by");
  std::string out = verb_of(hold) + until_of(hold, now);
  if (!name.empty()) out += (by == "MuteWindow" ? " by mute window " : " by ") + name;
  if (by == "WaitPeriod" || by == "ExtensionPeriod") out += " (" + by + ")";
  if (!who.empty()) out += " of " + to_one_line(who);
  out += quoted(text_of(hold, "why"));
  if (flag_of(actions, "waiting")) out += "; the actions of this state wait for its end";
  return out;
}

std::string ack_in_full(const Json& ack, Instant now) {
  return "acknowledged by " + to_one_line(text_of(ack, "who")) + " at " +
         time_for_people(instant_of(ack, "at")) + until_of(ack, now) +
         quoted(text_of(ack, "comment"));
}

}  // namespace

std::string keys_for_people(const Json& alarm) {
  const std::string key = key_for_people(alarm);
  const Json& keys = member(alarm, "keys");
  if (keys.empty()) return key;
  const std::string state = text_of(alarm, "state");
  const double all =
      number_of(keys, "ALARM") + number_of(keys, "OK") + number_of(keys, "INSUFFICIENT_DATA");
  const double here = number_of(keys, state.c_str());
  if (here == 1 && !key.empty()) return key;
  const auto text = [](double n) { return std::to_string(static_cast<long long>(n)); };
  if (here == all) return text(all) + (all == 1 ? " key" : " keys");
  return text(here) + " of " + text(all) + " keys in " + state;
}

std::string value_for_people(const Json& alarm) {
  const Json& outlook = member(alarm, "outlook");
  const Json& datapoints = list_of(outlook, "datapoints");
  const auto newest = std::find_if(datapoints.rbegin(), datapoints.rend(), [](const Json& p) {
    const auto value = p.find("value");
    return value != p.end() && value->is_number();
  });
  const auto threshold = outlook.find("threshold");
  const bool has_threshold = threshold != outlook.end() && threshold->is_number();
  const auto beside = has_threshold ? std::optional(threshold->get<double>()) : std::nullopt;
  const std::string value =
      newest == datapoints.rend() ? "none" : format_value(number_of(*newest, "value"), beside);
  if (newest != datapoints.rend())
    if (const Json& band = member(*newest, "band"); !band.empty())
      return value + " (band " + format_value(number_of(band, "low")) + " to " +
             format_value(number_of(band, "high")) + ")";
  if (!beside) return {};
  return value + " (" + std::string(sign_of(text_of(outlook, "comparison"))) + " " +
         format_number(*beside) + ")";
}

std::string boxes_for_people(const Json& alarm) {
  const Json& outlook = member(alarm, "outlook");
  const Json& datapoints = list_of(outlook, "datapoints");
  const auto periods = static_cast<std::size_t>(number_of(outlook, "evaluation_periods"));
  if (periods < 2 || datapoints.empty()) return {};
  const auto is_open = [](const Json& p) { return flag_of(p, "open"); };
  const auto open =
      static_cast<std::size_t>(std::count_if(datapoints.begin(), datapoints.end(), is_open));
  const std::size_t closed = datapoints.size() - open;
  std::string out;
  for (std::size_t i = closed - std::min({closed, periods, kBoxesMost}); i < datapoints.size();
       ++i) {
    if (i == closed) out += "|";
    out += box_of(datapoints[i]);
  }
  return out + " " +
         std::to_string(static_cast<long long>(number_of(outlook, "datapoints_to_alarm"))) +
         " of " + std::to_string(periods);
}

std::string marks_for_people(const Json& alarm, Instant now) {
  const Json& actions = member(alarm, "actions");
  std::vector<std::string> marks;
  if (const Json& hold = member(actions, "hold"); !hold.empty())
    marks.push_back(verb_of(hold) + left_of(hold, now));
  if (const Json& ack = member(actions, "acknowledged"); !ack.empty())
    marks.push_back("acked by " + to_one_line(text_of(ack, "who")));
  if (flag_of(actions, "shadow"))
    marks.emplace_back("shadow");
  else if (!actions.empty() && !flag_of(actions, "enabled"))
    marks.emplace_back("actions off");
  if (flag_of(actions, "flapping")) marks.emplace_back("flapping");
  if (const std::string who = text_of(actions, "set_by"); !who.empty())
    marks.push_back("set by " + to_one_line(who));
  for (const char* name : {"evaluation_state", "note"})
    if (const std::string note = text_of(alarm, name); !note.empty())
      marks.push_back(to_one_line(note));
  std::string out;
  for (const std::string& mark : marks) out += (out.empty() ? "" : ", ") + mark;
  return out;
}

std::vector<std::string> marks_in_full(const Json& alarm, Instant now) {
  const Json& actions = member(alarm, "actions");
  std::vector<std::string> out;
  if (!member(actions, "hold").empty()) out.push_back(hold_in_full(actions, now));
  if (const Json& ack = member(actions, "acknowledged"); !ack.empty())
    out.push_back(ack_in_full(ack, now));
  const std::string switched = text_of(actions, "switched_by");
  const std::string by = switched.empty() ? "" : " by " + to_one_line(switched);
  if (flag_of(actions, "shadow"))
    out.emplace_back("in shadow mode: it is judged and shown, and tells nobody");
  else if (!actions.empty() && !flag_of(actions, "enabled"))
    out.push_back("actions are disabled" + by + ": nobody is told");
  else if (!switched.empty())
    out.push_back("actions are enabled" + by + ", against the rule");
  if (flag_of(actions, "flapping"))
    out.emplace_back("flapping: it changes its state too often to be worth each message");
  if (const std::string who = text_of(actions, "set_by"); !who.empty())
    out.push_back("this state was set by " + to_one_line(who) + ", until the next evaluation");
  if (const auto repeat = instant_of(actions, "next_repeat"))
    out.push_back("next reminder " + time_for_people(repeat));
  if (const auto step = instant_of(actions, "next_escalation"))
    out.push_back("escalates " + time_for_people(step) + " unless somebody acknowledges it");
  if (actions.contains("escalated_to"))
    for (const auto& topic : actions["escalated_to"])
      if (topic.is_string())
        out.push_back("escalated to topic " + to_one_line(topic.get<std::string>()));
  if (const std::string state = text_of(alarm, "evaluation_state"); !state.empty())
    out.push_back("evaluation: " + state);
  if (const std::string note = text_of(alarm, "note"); !note.empty())
    out.push_back("note: " + to_one_line(note));
  return out;
}

}  // namespace tocsin
