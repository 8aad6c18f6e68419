// SPDX-License-Identifier: Apache-2.0
// The one table of commands.
#include "daemon/cli/command.hpp"

namespace tocsin {

int run_alarms(std::span<const std::string> args);
int run_dlq(std::span<const std::string> args);
int run_check(std::span<const std::string> args);
int run_explain(std::span<const std::string> args);
int run_match(std::span<const std::string> args);
int run_notify(std::span<const std::string> args);
int run_reload(std::span<const std::string> args);
int run_replay(std::span<const std::string> args);
int run_rules(std::span<const std::string> args);
int run_silence(std::span<const std::string> args);
int run_status(std::span<const std::string> args);
int run_streams(std::span<const std::string> args);
int run_test(std::span<const std::string> args);
int run_topics(std::span<const std::string> args);
int run_version(std::span<const std::string> args);

namespace {

constexpr Command kCommands[] = {
    {"check", "[FILE...]", "validate the configuration and rules", run_check},
    {"test", "FILE...", "run tests of rules, in virtual time", run_test},
    {"match", "PATTERN [FILE...]", "print the events that match a filter pattern", run_match},
    {"explain", "PATTERN", "say what a pattern means, and why an event matches", run_explain},
    {"replay", "OPTION...", "run the rules over history and print what would have been sent",
     run_replay},
    {"status", "", "what the running daemon is doing", run_status},
    {"reload", "", "have the daemon load its configuration anew", run_reload},
    {"alarms", "list|show|history|ack...",
     "states and history of alarms, and what to do about them", run_alarms},
    {"silence", "add|list|remove", "alarms that tell nobody for a time; mute windows", run_silence},
    {"topics", "list|show|subscribe...", "topics and their subscriptions", run_topics},
    {"notify", "test TOPIC", "send a test message to a topic", run_notify},
    {"dlq", "list|show|redrive|purge", "messages that could not be delivered", run_dlq},
    {"streams", "", "what is read, how far, and how late it is", run_streams},
    {"tail", "", "follow events as they are read", nullptr},
    {"doctor", "", "look for trouble and say what to do", nullptr},
    {"top", "", "rates and states, live", nullptr},
    {"rules", "list|show", "the rules and their long form", run_rules},
    {"import", "", "take over alarms from elsewhere", nullptr},
    {"init", "", "write a first configuration", nullptr},
    {"secret", "", "store a credential", nullptr},
    {"schema", "", "the JSON Schema of the files", nullptr},
    {"completion", "SHELL", "shell completion", nullptr},
    {"version", "", "print the version", run_version},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace tocsin
