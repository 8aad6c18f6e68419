// SPDX-License-Identifier: Apache-2.0
// tocsin alarms show NAME: one alarm, whole.
#include "daemon/cli/alarm_text.hpp"
#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/http/api_target.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMessageShown = 400;
constexpr std::size_t kKeysShown = 20;

std::string joined(const Json& texts) {
  std::string out;
  for (const Json& text : texts)
    if (text.is_string()) out += (out.empty() ? "" : ", ") + text.get<std::string>();
  return out.empty() ? "-" : out;
}

// "errors = Sum of App/Errors", of an entry of metric maths; else "".
std::string entry_text(const Json& entry) {
  const std::string id = text_of(entry, "id");
  const auto metric = entry.find("metric");
  if (id.empty() || metric == entry.end())
    return id.empty() ? "" : id + " = " + text_of(entry, "expression");
  return id + " = " + text_of(entry, "statistic") + " of " + text_of(*metric, "namespace") + "/" +
         text_of(*metric, "name");
}

void show_rule(Output& out, const Json& rule) {
  const auto line = [&](const char* label, const std::string& value) {
    if (!value.empty()) out.write("  ", label, to_one_line(value), "\n");
  };
  line("condition  ", text_of(rule, "condition"));
  for (const Json& entry : list_of(rule, "metrics")) line("with       ", entry_text(entry));
  line("severity   ", text_of(rule, "severity"));
  line("log group  ", text_of(rule, "log_group"));
  line("pattern    ", text_of(rule, "pattern"));
  if (const auto topics = rule.find("topics"); topics != rule.end())
    line("notifies   ", joined(list_of(*topics, "alarm")));
  line("runbook    ", text_of(rule, "runbook"));
  line("defined in ", text_of(rule, "rule_location"));
}

void show_outlook(Output& out, const Json& state) {
  const std::string value = value_for_people(state), boxes = boxes_for_people(state);
  if (!value.empty()) out.write("  now ", value, boxes.empty() ? "" : "  ", boxes, "\n");
  const auto outlook = state.find("outlook");
  if (outlook == state.end() || !outlook->is_object()) return;
  const auto next = instant_of(*outlook, "next_evaluation");
  out.write("  judged next ", next ? time_for_people(next) : "when an event comes", "\n");
}

// Of a composite alarm: those on which its state rests are marked.
void show_children(Output& out, const Json& children) {
  if (!children.empty()) out.write("\nfollows from\n");
  for (const Json& child : children)
    out.write(flag_of(child, "decides") ? "  * " : "    ", coloured_state(text_of(child, "state")),
              "  ", to_one_line(text_of(child, "alarm")), "\n");
}

void show_suppressor(Output& out, const Json& rule) {
  const auto composite = rule.find("composite");
  if (composite == rule.end() || !composite->is_object()) return;
  const auto by = composite->find("suppressor");
  if (by == composite->end() || !by->is_object()) return;
  out.write("  suppressor ", to_one_line(text_of(*by, "alarm")), " (wait ", text_of(*by, "wait"),
            ", extension ", text_of(*by, "extension"), ")\n");
}

void show_states(Output& out, const Json& alarm, Instant now) {
  for (const Json& s : list_of(alarm, "states")) {
    const std::string key = key_for_people(s);
    const auto since = instant_of(s, "state_since");
    out.write("\n", coloured_state(text_of(s, "state")), " since ", time_for_people(since), " (",
              age_for_people(since, now), ")", key.empty() ? "" : "  ", to_one_line(key), "\n  ",
              to_one_line(text_of(s, "reason")), "\n");
    show_outlook(out, s);
    for (const std::string& mark : marks_in_full(s, now)) out.write("  ", mark, "\n");
  }
  if (!text_of(alarm, "next").empty())
    out.write("\nand more keys: `tocsin alarms list --keys ", to_one_line(text_of(alarm, "alarm")),
              "` lists them\n");
}

void show_transitions(Output& out, const Json& transitions) {
  if (!transitions.empty()) out.write("\nlast changes, newest first\n");
  for (const Json& t : transitions) {
    out.write("  ", time_for_people(instant_of(t, "at")), "  ", text_of(t, "from"), " -> ",
              coloured_state(text_of(t, "to")), flag_of(t, "late") ? " (late)" : "", "  ",
              to_one_line(key_for_people(t)), "\n");
    for (const Json& e : list_of(t, "events"))
      out.write("      ", time_for_people(instant_of(e, "time")), "  ",
                to_one_line(text_of(e, "source")), "\n      ",
                cut_code_points(to_one_line(text_of(e, "message")), kMessageShown), "\n");
  }
}

void show_messages(Output& out, const Json& items) {
  if (!items.empty()) out.write("\nlast messages, newest first\n");
  for (const Json& item : items)
    out.write("  ", time_for_people(instant_of(item, "Timestamp")), "  ",
              to_one_line(text_of(item, "HistorySummary")), "  ",
              to_one_line(key_for_people(item, "AlarmContributorAttributes")), "\n");
}

int show(const Json& alarm, const std::string& name) {
  Output out;
  const Instant now = instant_of(alarm, "now").value_or(kNoTime);
  out.write(styled(to_one_line(name), Style::bold, Stream::standard_output));
  if (const auto keys = alarm.find("keys"); keys != alarm.end() && keys->is_object())
    out.write("  ", keys_for_people(alarm));
  out.write("\n");
  const auto rule = alarm.find("rule");
  if (rule != alarm.end() && rule->is_object()) {
    show_rule(out, *rule);
    show_suppressor(out, *rule);
  }
  show_states(out, alarm, now);
  show_children(out, list_of(alarm, "children"));
  show_transitions(out, list_of(alarm, "transitions"));
  show_messages(out, list_of(alarm, "messages"));
  return kExitOk;
}

}  // namespace

int run_alarms_show(std::span<const std::string> args) {
  DaemonCommand command;
  std::string name;
  Options options("alarms show", "One alarm: its rule, the state of each key, its last changes.");
  options.positional("NAME", name, "the alarm", Options::Need::required);
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  const std::string target =
      "/api/v1/alarms/" + percent_encode(name) + "?limit=" + std::to_string(kKeysShown);
  return command.ask("GET", target, [&](const Json& alarm) {
    if (!command.json) return show(alarm, name);
    Output().json_line(alarm);
    return kExitOk;
  });
}

}  // namespace tocsin
