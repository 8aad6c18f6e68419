// SPDX-License-Identifier: Apache-2.0
// tocsin alarms list | show NAME | history NAME: states, reasons and history of alarms.
#include <algorithm>

#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/http/api_target.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMessageShown = 400;

struct AlarmsJob {
  DaemonCommand command;
  std::string name;
  std::string state;  // list: only these
  std::string limit = "50";
};

int print_json(const Json& list) {
  Output out;
  for (const Json& item : list) out.json_line(item);
  return kExitOk;
}

// What needs attention first.
int rank_of(const Json& alarm) {
  const std::string state = text_of(alarm, "state");
  return state == "ALARM" ? 0 : state == "OK" ? 2 : 1;
}

int list(const AlarmsJob& job) {
  return job.command.ask("GET", "/api/v1/alarms", [&](const Json& answer) {
    std::vector<Json> alarms;
    for (const Json& alarm : list_of(answer, "alarms"))
      if (job.state.empty() || text_of(alarm, "state") == job.state) alarms.push_back(alarm);
    if (job.command.json) return print_json(alarms);
    std::stable_sort(alarms.begin(), alarms.end(),
                     [](const Json& a, const Json& b) { return rank_of(a) < rank_of(b); });
    Table table({"STATE", "ALARM", "KEY", "SINCE", "REASON"});
    for (const Json& a : alarms) {
      const std::string note = text_of(a, "note");
      table.add({text_of(a, "state"), text_of(a, "alarm"), key_for_people(a),
                 time_for_people(instant_of(a, "state_since")),
                 text_of(a, "reason") + (note.empty() ? "" : " (" + note + ")")});
    }
    Output().write(alarms.empty() ? "no alarms\n" : table.text(0, coloured_state));
    return kExitOk;
  });
}

std::string joined(const Json& texts) {
  std::string out;
  for (const Json& text : texts)
    if (text.is_string()) out += (out.empty() ? "" : ", ") + text.get<std::string>();
  return out.empty() ? "-" : out;
}

void show_rule(Output& out, const Json& rule) {
  const auto line = [&](const char* label, const std::string& value) {
    if (!value.empty()) out.write("  ", label, to_one_line(value), "\n");
  };
  line("condition  ", text_of(rule, "condition"));
  line("severity   ", text_of(rule, "severity"));
  line("log group  ", text_of(rule, "log_group"));
  line("pattern    ", text_of(rule, "pattern"));
  if (const auto topics = rule.find("topics"); topics != rule.end())
    line("notifies   ", joined(list_of(*topics, "alarm")));
  line("runbook    ", text_of(rule, "runbook"));
  line("defined in ", text_of(rule, "rule_location"));
  if (!flag_of(rule, "actions_enabled")) line("actions    ", "off: nobody is told");
}

void show_states(Output& out, const Json& states) {
  for (const Json& s : states) {
    const std::string key = key_for_people(s);
    out.write("\n", coloured_state(text_of(s, "state"), 0), " since ",
              time_for_people(instant_of(s, "state_since")), key.empty() ? "" : "  ",
              to_one_line(key), "\n  ", to_one_line(text_of(s, "reason")), "\n");
    if (const std::string note = text_of(s, "note"); !note.empty())
      out.write("  note: ", to_one_line(note), "\n");
  }
}

void show_transitions(Output& out, const Json& transitions) {
  if (!transitions.empty()) out.write("\nlast changes, newest first\n");
  for (const Json& t : transitions) {
    out.write("  ", time_for_people(instant_of(t, "at")), "  ", text_of(t, "from"), " -> ",
              coloured_state(text_of(t, "to"), 0), flag_of(t, "late") ? " (late)" : "", "  ",
              to_one_line(key_for_people(t)), "\n");
    for (const Json& e : list_of(t, "events"))
      out.write("      ", time_for_people(instant_of(e, "time")), "  ",
                to_one_line(text_of(e, "source")), "\n      ",
                cut_code_points(to_one_line(text_of(e, "message")), kMessageShown), "\n");
  }
}

int show(const AlarmsJob& job) {
  return job.command.ask(
      "GET", "/api/v1/alarms/" + percent_encode(job.name), [&](const Json& alarm) {
        Output out;
        if (job.command.json) {
          out.json_line(alarm);
          return kExitOk;
        }
        out.write(styled(to_one_line(job.name), Style::bold, Stream::standard_output), "\n");
        const auto rule = alarm.find("rule");
        if (rule != alarm.end() && rule->is_object()) show_rule(out, *rule);
        show_states(out, list_of(alarm, "states"));
        show_transitions(out, list_of(alarm, "transitions"));
        return kExitOk;
      });
}

int history(const AlarmsJob& job) {
  const std::string target =
      "/api/v1/alarms/" + percent_encode(job.name) + "/history?limit=" + percent_encode(job.limit);
  return job.command.ask("GET", target, [&](const Json& answer) {
    const Json& items = list_of(answer, "history");
    if (job.command.json) return print_json(items);
    if (items.empty()) {
      complain("nothing is known of an alarm named \"" + job.name + "\"", "not-found");
      return kExitNo;
    }
    Table table({"TIME", "TYPE", "KEY", "SUMMARY"});
    for (const Json& item : items)
      table.add({time_for_people(instant_of(item, "time")), text_of(item, "type"),
                 key_for_people(item), text_of(item, "summary")});
    Output().write(table.text());
    return kExitOk;
  });
}

}  // namespace

int run_alarms(std::span<const std::string> args) {
  AlarmsJob job;
  std::string verb;
  Options options("alarms", "States, reasons and history of alarms.");
  options.positional("VERB", verb, "list, show or history", Options::Need::required);
  options.positional("NAME", job.name, "the alarm, for show and history");
  options.choice("--state", job.state, {"ALARM", "OK", "INSUFFICIENT_DATA"},
                 "list only alarms in this state");
  options.value("--limit", job.limit, "N", "how many items of history (default 50)");
  job.command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  if (verb == "list") {
    if (!job.name.empty()) return options.usage_error("`alarms list` takes no name");
    return list(job);
  }
  for (const char* later : {"set-state", "ack", "enable", "disable"})
    if (verb == later) {
      complain("`tocsin alarms " + verb + "` is not built yet", "not-built");
      return kExitUsage;
    }
  if (verb != "show" && verb != "history")
    return options.usage_error("`alarms " + verb +
                               "` is not known; there are: list, show, history");
  if (job.name.empty()) return options.usage_error("`alarms " + verb + "` needs an alarm's name");
  return verb == "show" ? show(job) : history(job);
}

}  // namespace tocsin
