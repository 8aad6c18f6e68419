// SPDX-License-Identifier: Apache-2.0
// tocsin alarms list: one line an alarm, those in ALARM first; with --keys or --json one each key.
#include <algorithm>
#include <charconv>

#include "daemon/cli/alarm_text.hpp"
#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/http/api_target.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLinesForPeople = 100;
constexpr std::size_t kPage = 1'000;

struct ListJob {
  DaemonCommand command;
  std::vector<std::string> patterns, tags;
  std::string state;
  std::optional<std::uint64_t> limit;
  bool keys = false;

  std::string target(std::size_t rows, const std::string& after) const;
};

std::string ListJob::target(std::size_t rows, const std::string& after) const {
  std::string out = "/api/v1/alarms?limit=" + std::to_string(rows);
  if (!keys && !command.json) out += "&by=alarm";
  if (!state.empty()) out += "&state=" + state;
  for (const std::string& pattern : patterns) out += "&name=" + percent_encode(pattern);
  for (const std::string& tag : tags) out += "&tag=" + percent_encode(tag);
  if (!after.empty()) out += "&after=" + after;
  return out;
}

std::string count_of(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::vector<std::string> cells_of(const Json& alarm, Instant now) {
  return {text_of(alarm, "state"),      text_of(alarm, "alarm"),
          keys_for_people(alarm),       age_for_people(instant_of(alarm, "state_since"), now),
          value_for_people(alarm),      boxes_for_people(alarm),
          marks_for_people(alarm, now), text_of(alarm, "reason")};
}

// Page by page, so that neither side holds all of 100,000 alarms. `more`: something was left out.
int each_page(const ListJob& job, std::size_t limit, bool& more,
              const std::function<void(const Json& page)>& show) {
  std::string after;
  for (std::size_t shown = 0; shown < limit;) {
    const int code = job.command.ask("GET", job.target(std::min(kPage, limit - shown), after),
                                     [&](const Json& page) {
                                       shown += list_of(page, "alarms").size();
                                       after = text_of(page, "next");
                                       show(page);
                                       return kExitOk;
                                     });
    more = !after.empty();
    if (code != kExitOk || !more) return code;
  }
  return kExitOk;
}

int list_json(const ListJob& job) {
  Output out;
  bool more = false;
  return each_page(job, job.limit.value_or(SIZE_MAX), more, [&](const Json& page) {
    for (const Json& alarm : list_of(page, "alarms")) out.json_line(alarm);
  });
}

int list_for_people(const ListJob& job) {
  Table table({"STATE", "ALARM", "KEY", "FOR", "VALUE", "PERIODS", "NOTE", "REASON"});
  std::size_t lines = 0;
  bool more = false;
  const int code = each_page(job, job.limit.value_or(kLinesForPeople), more, [&](const Json& page) {
    const Instant now = instant_of(page, "now").value_or(kNoTime);
    for (const Json& alarm : list_of(page, "alarms")) table.add(cells_of(alarm, now));
    lines += list_of(page, "alarms").size();
  });
  if (code != kExitOk) return code;
  Output out;
  out.write(lines == 0 ? "no alarms\n" : table.text(0, coloured_state));
  out.flush();
  if (more)
    hint("these are the first " + count_of(lines, job.keys ? "key" : "alarm") +
         "; --limit N shows more, a PATTERN, --state or --tag fewer");
  return kExitOk;
}

}  // namespace

int run_alarms_list(std::span<const std::string> args) {
  ListJob job;
  Options options("alarms list", "States of alarms: ALARM first, then INSUFFICIENT_DATA, then OK.");
  options.positionals("PATTERN", job.patterns, "only these names; * and ? are wildcards");
  options.choice("--state", job.state, {"ALARM", "OK", "INSUFFICIENT_DATA"},
                 "only alarms in this state");
  options.list("--tag", job.tags, "NAME=VALUE", "only alarms with this tag (several: with all)");
  options.flag("--keys", job.keys, "a line for each key of an alarm with group_by");
  options.number("--limit", job.limit, "N", "at most so many (default 100; with --json all)");
  job.command.declare(options);
  options.footer("With --json each key is an object, one a line.");
  if (const auto code = options.parse(args)) return *code;
  if (job.limit == 0u) return options.usage_error("--limit must be at least 1");
  return job.command.json ? list_json(job) : list_for_people(job);
}

}  // namespace tocsin
