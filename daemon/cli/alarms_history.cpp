// SPDX-License-Identifier: Apache-2.0
// tocsin alarms history NAME: what happened to an alarm, newest first.
#include <algorithm>

#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/cli/time_option.hpp"
#include "daemon/http/api_target.hpp"
#include "daemon/system_clock.hpp"
#include "rules/match/time/event_time.hpp"
#include "tocsin/config_values.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kItemsForPeople = 50;
constexpr std::size_t kPage = 1'000;

struct HistoryJob {
  DaemonCommand command;
  std::string name, type, since, until;
  std::optional<std::uint64_t> limit;

  std::string target(std::size_t rows, const std::string& after) const {
    std::string out =
        "/api/v1/alarms/" + percent_encode(name) + "/history?limit=" + std::to_string(rows);
    for (const auto& [parameter, value] :
         {std::pair{"type", type}, {"since", since}, {"until", until}, {"after", after}})
      if (!value.empty()) out += std::string("&") + parameter + "=" + percent_encode(value);
    return out;
  }
};

void show(const Json& items) {
  Table table({"TIME", "TYPE", "KEY", "SUMMARY"});
  for (const Json& item : items)
    table.add({time_for_people(instant_of(item, "Timestamp")), text_of(item, "HistoryItemType"),
               key_for_people(item, "AlarmContributorAttributes"),
               text_of(item, "HistorySummary")});
  Output().write(table.text());
}

int each_page(const HistoryJob& job, std::size_t limit,
              const std::function<void(const Json& items)>& take) {
  std::string after;
  for (std::size_t shown = 0; shown < limit;) {
    const int code = job.command.ask("GET", job.target(std::min(kPage, limit - shown), after),
                                     [&](const Json& page) {
                                       const Json& items = list_of(page, "history");
                                       shown += items.size();
                                       after = text_of(page, "next");
                                       take(items);
                                       return kExitOk;
                                     });
    if (code != kExitOk || after.empty()) return code;
  }
  return kExitOk;
}

int print(const HistoryJob& job) {
  std::size_t count = 0;
  Json kept = Json::array();
  Output out;
  const std::size_t limit = job.limit.value_or(job.command.json ? SIZE_MAX : kItemsForPeople);
  const int code = each_page(job, limit, [&](const Json& items) {
    count += items.size();
    for (const Json& item : items) job.command.json ? out.json_line(item) : kept.push_back(item);
  });
  if (code != kExitOk) return code;
  if (!kept.empty()) show(kept);
  if (count > 0) return kExitOk;
  const bool narrowed = !job.type.empty() || !job.since.empty() || !job.until.empty();
  complain(narrowed ? "no such items of an alarm named \"" + job.name + "\""
                    : "nothing is known of an alarm named \"" + job.name + "\"",
           "not-found");
  return kExitNo;
}

// A time, or how long ago.
bool read_time(const char* option, std::string& text) {
  if (text.empty()) return true;
  const Instant now = SystemClock().now();
  const std::optional<Duration> ago = parse_duration(text);
  const std::optional<Instant> at = ago ? now - *ago : parse_time_option(text, now);
  if (!at) {
    complain(std::string(option) + " takes a duration like 2h, or " + kTimeForms);
    return false;
  }
  text = format_rfc3339(*at);
  return true;
}

}  // namespace

int run_alarms_history(std::span<const std::string> args) {
  HistoryJob job;
  Options options("alarms history", "What happened to an alarm, newest first.");
  options.positional("NAME", job.name, "the alarm", Options::Need::required);
  options.choice("--type", job.type,
                 {"ConfigurationUpdate", "StateUpdate", "Action", "AlarmContributorStateUpdate",
                  "AlarmContributorAction"},
                 "only items of this type");
  options.value("--since", job.since, "TIME", "not older: 2h, or a time");
  options.value("--until", job.until, "TIME", "older than that");
  options.number("--limit", job.limit, "N", "at most so many (default 50; with --json all)");
  job.command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  if (job.limit == 0u) return options.usage_error("--limit must be at least 1");
  if (!read_time("--since", job.since) || !read_time("--until", job.until)) return kExitUsage;
  return print(job);
}

}  // namespace tocsin
