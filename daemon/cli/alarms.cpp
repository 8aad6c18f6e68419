// SPDX-License-Identifier: Apache-2.0
// tocsin alarms VERB: the one table of its verbs.
#include "daemon/cli/command.hpp"
#include "daemon/cli/verbs.hpp"

namespace tocsin {

int run_alarms_ack(std::span<const std::string> args);
int run_alarms_disable(std::span<const std::string> args);
int run_alarms_enable(std::span<const std::string> args);
int run_alarms_history(std::span<const std::string> args);
int run_alarms_list(std::span<const std::string> args);
int run_alarms_set_state(std::span<const std::string> args);
int run_alarms_show(std::span<const std::string> args);
int run_alarms_unack(std::span<const std::string> args);

namespace {

constexpr Verb kVerbs[] = {
    {"list", "[PATTERN...]", "states of alarms, those in ALARM first", run_alarms_list},
    {"show", "NAME", "one alarm: its rule, its keys, its last changes", run_alarms_show},
    {"history", "NAME", "what happened to an alarm, newest first", run_alarms_history},
    {"set-state", "NAME STATE --reason TEXT", "set a state by hand, and run its actions",
     run_alarms_set_state},
    {"ack", "NAME...", "somebody looks after it: no reminders", run_alarms_ack},
    {"unack", "NAME...", "take that back", run_alarms_unack},
    {"disable", "NAME...", "tell nobody, until enabled again", run_alarms_disable},
    {"enable", "NAME...", "tell people again", run_alarms_enable},
};

}  // namespace

int run_alarms(std::span<const std::string> args) {
  return run_verb("alarms", "States, reasons and history of alarms, and what an operator may do.",
                  kVerbs, args);
}

}  // namespace tocsin
