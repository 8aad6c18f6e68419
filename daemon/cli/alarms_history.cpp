// SPDX-License-Identifier: Apache-2.0
// tocsin alarms history NAME: what happened to an alarm, newest first.
#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/http/api_target.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

struct HistoryJob {
  DaemonCommand command;
  std::string name;
  std::string limit = "50";
};

void show(const Json& items) {
  Table table({"TIME", "TYPE", "KEY", "SUMMARY"});
  for (const Json& item : items)
    table.add({time_for_people(instant_of(item, "Timestamp")), text_of(item, "HistoryItemType"),
               key_for_people(item, "AlarmContributorAttributes"),
               text_of(item, "HistorySummary")});
  Output().write(table.text());
}

}  // namespace

int run_alarms_history(std::span<const std::string> args) {
  HistoryJob job;
  Options options("alarms history", "What happened to an alarm, newest first.");
  options.positional("NAME", job.name, "the alarm", Options::Need::required);
  options.value("--limit", job.limit, "N", "how many items (default 50)");
  job.command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  const std::string target =
      "/api/v1/alarms/" + percent_encode(job.name) + "/history?limit=" + percent_encode(job.limit);
  return job.command.ask("GET", target, [&](const Json& answer) {
    const Json& items = list_of(answer, "history");
    if (items.empty()) {
      complain("nothing is known of an alarm named \"" + job.name + "\"", "not-found");
      return kExitNo;
    }
    if (!job.command.json) {
      show(items);
      return kExitOk;
    }
    Output out;
    for (const Json& item : items) out.json_line(item);
    return kExitOk;
  });
}

}  // namespace tocsin
