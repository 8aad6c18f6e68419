// SPDX-License-Identifier: Apache-2.0
#include "notifiers/facts.hpp"

#include <algorithm>

#include "notifiers/json_text.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

void add(std::vector<Fact>& facts, std::string label, const std::string& value) {
  if (!value.empty()) facts.push_back({std::move(label), printable(value)});
}

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.,:/@=+";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string key_text(const AlarmKey& key) {
  std::string text;
  for (const auto& [name, value] : key)
    text += (text.empty() ? "" : ", ") + name + " = " + (value.empty() ? "(none)" : value);
  return text;
}

std::string join(const std::vector<std::string>& items, std::string_view separator) {
  std::string text;
  for (const std::string& item : items) {
    if (!text.empty()) text += separator;
    text += item;
  }
  return text;
}

std::string state_and_name(AlarmState state, const std::string& alarm, const AlarmKey& key) {
  std::string text(to_string(state));
  text += ": " + alarm;
  if (!key.empty()) text += " (" + key_text(key) + ")";
  return one_line(text);
}

// The alarms that decide a composite one.
std::string children_text(const std::vector<ChildState>& children) {
  std::string text;
  for (const ChildState& child : children)
    if (child.decides)
      text += (text.empty() ? "" : ", ") + child.alarm + " " + std::string(to_string(child.state));
  return text;
}

// Messages that stop when somebody says that he looks after the alarm.
bool asks_for_acknowledgement(const Notification& n) {
  return n.transition.to == AlarmState::alarm &&
         (n.cause == MessageCause::escalation || n.cause == MessageCause::reminder);
}

// As a shell takes it.
std::string acknowledge_command(const Notification& n) {
  std::string command = "tocsin alarms ack " + shell_word(n.transition.alarm);
  for (const auto& [name, value] : n.transition.key)
    command += " --key " + shell_word(name + "=" + value);
  return command;
}

// Without an event (missing data, a removed alarm) the reason is what happened.
FiveWs facts_of(const Notification& n) {
  if (!n.events.empty()) return n.events.back().facts;
  FiveWs facts;
  facts.what = n.transition.reason;
  return facts;
}

}  // namespace

std::string title(const Notification& n) {
  if (!n.digest.empty()) return one_line(n.subject);
  return state_and_name(n.transition.to, n.transition.alarm, n.transition.key);
}

std::string headline(const Notification& n) {
  return one_line(n.summary.empty() ? n.transition.reason : n.summary);
}

std::vector<Fact> five_w_facts(const Notification& n) {
  if (!n.digest.empty()) return {};
  const FiveWs known = facts_of(n);
  std::vector<Fact> facts;
  add(facts, "Who", known.who);
  add(facts, "What", known.what);
  add(facts, "When", known.when.empty() ? n.when : known.when);
  const std::string log_group = n.log_group.empty() ? "" : "log group " + n.log_group;
  add(facts, "Where", known.where.empty() ? log_group : known.where);
  add(facts, "Which", join(known.resources, "\n"));
  return facts;
}

std::vector<Fact> judgement_facts(const Notification& n) {
  if (!n.digest.empty()) return {};
  std::vector<Fact> facts;
  std::string value = n.value_text;
  if (!n.condition.empty())
    value += (value.empty() ? "alarm when " : ", alarm when ") + n.condition;
  add(facts, "Value", value);
  add(facts, "Datapoints", n.datapoints_text);
  add(facts, "Trend", trend_text(n));
  add(facts, "State",
      std::string(to_string(n.transition.from)) + " -> " + std::string(to_string(n.transition.to)) +
          (n.when.empty() ? "" : " at " + n.when));
  add(facts, "Lasted", n.duration_text);
  add(facts, "Fired", firings_text(n));
  add(facts, "Severity", std::string(to_string(n.severity)));
  add(facts, "Rests on", children_text(n.transition.children));
  // Without an event it is What.
  if (!n.events.empty()) add(facts, "Reason", n.transition.reason);
  if (asks_for_acknowledgement(n)) add(facts, "Acknowledge", acknowledge_command(n));
  add(facts, "Runbook", n.runbook);
  return facts;
}

std::string events_caption(const Notification& n) {
  if (n.events.empty()) return {};
  const auto shown = static_cast<std::uint64_t>(n.events.size());
  const std::uint64_t total = std::max(shown, n.transition.events_total);
  if (shown == total) return std::to_string(total) + (total == 1 ? " event" : " events");
  return "newest " + std::to_string(shown) + " of " + std::to_string(total) + " events";
}

std::string event_line(const NotifiedEvent& event) {
  std::string line;
  const auto append = [&line](const std::string& part) {
    if (!part.empty()) line += (line.empty() ? "" : " - ") + part;
  };
  append(event.facts.when.empty() ? format_iso(event.evidence.time) : event.facts.when);
  append(event.facts.who);
  append(event.facts.what);
  append(event.facts.where);
  append(join(event.facts.resources, ", "));
  return one_line(line);
}

std::string digest_title(const DigestLine& line) {
  std::string text = state_and_name(line.state, line.alarm, line.key);
  if (line.messages > 1) text += ", " + std::to_string(line.messages) + " messages";
  return text;
}

std::string digest_words(const DigestLine& line) {
  return one_line(line.summary.empty() ? line.when : line.summary + " - " + line.when);
}

std::string digest_text(const DigestLine& line) {
  return digest_title(line) + " - " + digest_words(line);
}

std::string digest_rest(const Notification& n, std::size_t most) {
  if (n.digest.size() <= most) return {};
  return "and " + std::to_string(n.digest.size() - most) + " more";
}

std::string firings_text(const Notification& n) {
  const std::uint64_t count = n.transition.firings;
  if (count == 0) return {};
  if (count > 1) return std::to_string(count) + " times in 30 days";
  return n.transition.to == AlarmState::alarm ? "for the first time in 30 days" : "once in 30 days";
}

std::string trend_text(const Notification& n) {
  if (n.trend.text.empty()) return {};
  std::string text = n.trend.text + " (" + n.trend.caption;
  if (n.trend.threshold) text += ", threshold " + to_text(Json(*n.trend.threshold));
  return text + ")";
}

std::string told_because(const Notification& n, const Attempt& attempt, std::string_view who) {
  constexpr std::size_t kQuoted = 300;
  std::string text = "You get this because ";
  text += !who.empty() ? who : attempt.subscription.empty() ? "this channel" : attempt.subscription;
  text += " is subscribed to topic \"" + n.topic + "\"";
  if (!n.identity.name.empty()) text += " of Tocsin on " + n.identity.name;
  if (!attempt.filter.empty()) text += ", filter " + truncate(attempt.filter, kQuoted);
  text += ".";
  if (!n.rule_location.empty()) text += " The rule stands in " + n.rule_location + ".";
  if (!n.pattern.empty()) text += " It looks for " + truncate(n.pattern, kQuoted);
  return one_line(text);
}

std::string_view rendered_for(const Notification& n, std::string_view target) {
  for (const auto& [name, text] : n.rendered)
    if (name == target) return text;
  return {};
}

std::string order_notice(bool superseded, bool overtaking) {
  if (superseded) return "This message is late: a newer state of this alarm was delivered before.";
  if (overtaking) return "An older message of this alarm could not be delivered yet.";
  return {};
}

std::string_view state_colour(AlarmState state) {
  switch (state) {
    case AlarmState::alarm:
      return "#D13212";
    case AlarmState::ok:
      return "#1D8102";
    case AlarmState::insufficient_data:
      break;
  }
  return "#687078";
}

}  // namespace tocsin
