// SPDX-License-Identifier: Apache-2.0
// tocsin silence add, list, remove: alarms that tell nobody for a time; and the mute windows of the
// rules.
#include "daemon/cli/alarm_text.hpp"
#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/cli/time_option.hpp"
#include "daemon/cli/verbs.hpp"
#include "daemon/http/api_target.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

int add(std::span<const std::string> args) {
  DaemonCommand command;
  std::vector<std::string> patterns, tags;
  std::string span, until, from, reason;
  Options options("silence add",
                  "Holds the actions of alarms for a time: states and history go on, and what "
                  "still stands at the end is told then.");
  options.positionals("PATTERN", patterns, "names of alarms; * and ? are wildcards");
  options.list("--tag", tags, "NAME=VALUE", "only alarms with this tag (several: with all)");
  options.value("--for", span, "DURATION", "for so long: 30m, 2h, 7d");
  options.value("--until", until, "TIME", std::string("or until then: ") + kTimeForms);
  options.value("--from", from, "TIME", "begins then (default: now)");
  options.value("--reason", reason, "TEXT", "why; shown wherever the alarm is");
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  if (patterns.empty() && tags.empty())
    return options.usage_error("a PATTERN or a --tag is wanted; '*' is every alarm");
  if (reason.empty()) return options.usage_error("--reason is wanted");
  if (span.empty() && until.empty()) return options.usage_error("--for or --until is wanted");
  Json body{{"alarms", patterns}, {"reason", reason}};
  if (const std::string fault = pairs_from(tags, body["tags"]); !fault.empty())
    return options.usage_error("--tag: " + fault);
  if (tags.empty()) body.erase("tags");
  if (const std::string fault = time_from("--from", from, "from", body); !fault.empty())
    return options.usage_error(fault);
  if (const std::string fault = end_from(span, until, body); !fault.empty())
    return options.usage_error(fault);
  return command.send("POST", "/api/v1/silences", body, [&](const Json& answer) {
    Output out;
    if (command.json)
      out.json_line(answer);
    else
      out.write(text_of(answer, "silence"), ": alarms it concerns now: ",
                std::to_string(static_cast<long long>(number_of(answer, "concerned"))), "\n");
    return kExitOk;
  });
}

std::string targets_for_people(const Json& mute) {
  std::string out;
  for (const Json& name : list_of(mute, "alarms"))
    if (name.is_string()) out += (out.empty() ? "" : ", ") + name.get<std::string>();
  if (const auto tags = mute.find("tags"); tags != mute.end() && tags->is_object())
    for (const auto& [name, value] : tags->items())
      if (value.is_string())
        out += (out.empty() ? "" : " ") + name + "=" + value.get<std::string>();
  return out;
}

int list_silences(const DaemonCommand& command, Output& out) {
  return command.ask("GET", "/api/v1/silences", [&](const Json& answer) {
    if (command.json) {
      for (const Json& silence : list_of(answer, "silences")) out.json_line(silence);
      return kExitOk;
    }
    Table table({"SILENCE", "STATUS", "FROM", "UNTIL", "ALARMS", "BY", "REASON"});
    for (const Json& s : list_of(answer, "silences"))
      table.add({text_of(s, "id"), text_of(s, "status"), time_for_people(instant_of(s, "from")),
                 time_for_people(instant_of(s, "until")), targets_for_people(s),
                 text_of(s, "author"), text_of(s, "reason")});
    out.write(list_of(answer, "silences").empty() ? "no silences\n" : table.text());
    return kExitOk;
  });
}

int list_windows(const DaemonCommand& command, Output& out) {
  return command.ask("GET", "/api/v1/mute-windows", [&](const Json& answer) {
    const Json& windows = list_of(answer, "mute_windows");
    if (command.json) {
      for (const Json& window : windows) out.json_line(window);
      return kExitOk;
    }
    Table table({"MUTE WINDOW", "STATUS", "FROM", "UNTIL", "ALARMS", "SCHEDULE", "DESCRIPTION"});
    for (const Json& w : windows)
      table.add({text_of(w, "name"), text_of(w, "status"), time_for_people(instant_of(w, "begin")),
                 time_for_people(instant_of(w, "end")), targets_for_people(w),
                 text_of(w, "schedule") + " " + text_of(w, "time_zone"),
                 text_of(w, "description")});
    if (!windows.empty()) out.write("\n", table.text());
    return kExitOk;
  });
}

int list(std::span<const std::string> args) {
  DaemonCommand command;
  Options options("silence list",
                  "Silences, and the mute windows of the rules with their next occurrence.");
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  Output out;
  const int code = list_silences(command, out);
  return code == kExitOk ? list_windows(command, out) : code;
}

int remove(std::span<const std::string> args) {
  DaemonCommand command;
  std::vector<std::string> ids;
  Options options("silence remove",
                  "Ends silences: what they hold is told now, if it still stands.");
  options.positionals("ID", ids, "as `silence list` shows it", Options::Need::required);
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  int code = kExitOk;
  for (const std::string& id : ids) {
    const int one = command.send("DELETE", "/api/v1/silences/" + percent_encode(id), {},
                                 [&](const Json& answer) {
                                   Output out;
                                   if (command.json)
                                     out.json_line(answer);
                                   else
                                     out.write(id, " is over\n");
                                   return kExitOk;
                                 });
    if (code == kExitOk) code = one;
  }
  return code;
}

constexpr Verb kVerbs[] = {
    {"add", "PATTERN... --for DURATION --reason TEXT", "holds what alarms would tell", add},
    {"list", "", "silences and mute windows", list},
    {"remove", "ID...", "ends silences", remove},
};

}  // namespace

int run_silence(std::span<const std::string> args) {
  return run_verb("silence", "Alarms that tell nobody for a time.", kVerbs, args);
}

}  // namespace tocsin
