// SPDX-License-Identifier: Apache-2.0
// tocsin streams: what is read, how far, and how late it is.
#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

std::string state_of(const Json& stream) {
  if (flag_of(stream, "stalled")) return "stalled";
  return flag_of(stream, "unread") ? "catching up" : "up to date";
}

std::string count_text(const Json& object, const char* name) {
  return std::to_string(static_cast<long long>(number_of(object, name)));
}

void show(const Json& streams) {
  Table table({"LOG GROUP", "STREAM", "EVENTS", "READ", "NEWEST EVENT", "LAST READ",
               "TIMES REPLACED", "STATE"});
  for (const Json& s : streams)
    table.add({text_of(s, "log_group"), text_of(s, "stream"), count_text(s, "events"),
               bytes_for_people(number_of(s, "bytes")), time_for_people(instant_of(s, "newest")),
               time_for_people(instant_of(s, "last_read")), count_text(s, "replaced_times"),
               state_of(s)});
  Output().write(table.text());
}

}  // namespace

int run_streams(std::span<const std::string> args) {
  DaemonCommand command;
  Options options("streams", "Lists what is read, how far, and how late it is.");
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  return command.ask("GET", "/api/v1/streams", [&](const Json& answer) {
    const Json& streams = list_of(answer, "streams");
    if (!command.json) {
      show(streams);
      return kExitOk;
    }
    Output out;
    for (const Json& stream : streams) out.json_line(stream);
    return kExitOk;
  });
}

}  // namespace tocsin
