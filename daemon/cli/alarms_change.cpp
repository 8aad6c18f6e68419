// SPDX-License-Identifier: Apache-2.0
// tocsin alarms set-state, ack, unack, enable, disable: what a person does about alarms. The daemon
// has stored it when they say so.
#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/cli/time_option.hpp"
#include "daemon/http/api_target.hpp"
#include "rules/match/time/event_time.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

std::string path_of(const std::string& name, const char* what) {
  return "/api/v1/alarms/" + percent_encode(name) + "/" + what;
}

// "root-login" or "12 alarms".
std::string names_for_people(const Json& answer) {
  const Json& alarms = list_of(answer, "alarms");
  if (alarms.size() == 1 && alarms[0].is_string()) return to_one_line(alarms[0].get<std::string>());
  return std::to_string(alarms.size()) + " alarms";
}

// "3 keys of root-login", where it has more than one.
std::string concerned_for_people(const Json& answer) {
  const auto concerned = static_cast<long long>(number_of(answer, "concerned"));
  const auto alarms = static_cast<long long>(list_of(answer, "alarms").size());
  return (concerned > alarms ? std::to_string(concerned) + " keys of " : "") +
         names_for_people(answer);
}

int say_done(const DaemonCommand& command, const Json& answer, const std::string& text) {
  Output out;
  if (command.json)
    out.json_line(answer);
  else
    out.write(text, "\n");
  return kExitOk;
}

struct KeyedJob {
  DaemonCommand command;
  std::vector<std::string> names;
  std::vector<std::string> key;
  Json body = Json::object();

  void declare(Options& options) {
    options.positionals("NAME", names, "alarms; * and ? are wildcards", Options::Need::required);
    options.list("--key", key, "NAME=VALUE",
                 "only this key of an alarm with group_by (all of its parts)");
    command.declare(options);
  }
  // One request a name; the first that fails decides the exit code.
  int run(const char* what, const std::string& done) {
    if (const std::string fault = pairs_from(key, body["key"]); !fault.empty()) {
      complain("--key: " + fault);
      return kExitUsage;
    }
    if (key.empty()) body.erase("key");
    int code = kExitOk;
    for (const std::string& name : names) {
      const int one = command.send("POST", path_of(name, what), body, [&](const Json& answer) {
        return say_done(command, answer, done + " " + concerned_for_people(answer));
      });
      if (code == kExitOk) code = one;
    }
    return code;
  }
};

int switch_actions(const char* verb, bool enabled, std::span<const std::string> args) {
  DaemonCommand command;
  std::vector<std::string> names;
  Options options(std::string("alarms ") + verb,
                  enabled ? "Lets alarms tell people again; what happened meanwhile is not told."
                          : "Keeps alarms from telling anybody, until `alarms enable`.");
  options.positionals("NAME", names, "alarms; * and ? are wildcards", Options::Need::required);
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  return command.send("POST", "/api/v1/actions", {{"alarms", names}, {"enabled", enabled}},
                      [&](const Json& answer) {
                        return say_done(command, answer,
                                        std::string(enabled ? "enabled" : "disabled") +
                                            " the actions of " + names_for_people(answer));
                      });
}

}  // namespace

int run_alarms_set_state(std::span<const std::string> args) {
  DaemonCommand command;
  std::string name, state, reason;
  std::vector<std::string> key;
  Options options("alarms set-state",
                  "Sets the state of an alarm until its next evaluation, and runs its actions.");
  options.positional("NAME", name, "the alarm", Options::Need::required);
  options.positional("STATE", state, "ALARM, OK or INSUFFICIENT_DATA", Options::Need::required);
  options.value("--reason", reason, "TEXT", "why; stands in the message and in the history");
  options.list("--key", key, "NAME=VALUE",
               "only this key of an alarm with group_by (all of its parts)");
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  if (reason.empty()) return options.usage_error("--reason is wanted");
  Json body{{"state", state}, {"reason", reason}};
  if (!key.empty())
    if (const std::string fault = pairs_from(key, body["key"]); !fault.empty())
      return options.usage_error("--key: " + fault);
  return command.send("POST", path_of(name, "state"), body, [&](const Json& answer) {
    return say_done(command, answer, concerned_for_people(answer) + " set to " + state);
  });
}

int run_alarms_ack(std::span<const std::string> args) {
  KeyedJob job;
  std::string span, until, comment;
  Options options(
      "alarms ack",
      "Says that somebody looks after alarms: reminders stop until their state changes.");
  job.declare(options);
  options.value("--for", span, "DURATION", "no longer than this: 30m, 4h, 2d");
  options.value("--until", until, "TIME", std::string("or until then: ") + kTimeForms);
  options.value("--comment", comment, "TEXT", "shown with the alarm");
  if (const auto code = options.parse(args)) return *code;
  if (!comment.empty()) job.body["comment"] = comment;
  if (const std::string fault = end_from(span, until, job.body); !fault.empty())
    return options.usage_error(fault);
  return job.run("ack", "acknowledged");
}

int run_alarms_unack(std::span<const std::string> args) {
  KeyedJob job;
  Options options("alarms unack", "Takes an acknowledgement back: reminders go on.");
  job.declare(options);
  if (const auto code = options.parse(args)) return *code;
  return job.run("unack", "no longer acknowledged:");
}

int run_alarms_enable(std::span<const std::string> args) {
  return switch_actions("enable", true, args);
}

int run_alarms_disable(std::span<const std::string> args) {
  return switch_actions("disable", false, args);
}

}  // namespace tocsin
