// SPDX-License-Identifier: Apache-2.0
// tocsin explain: what a pattern means and, clause by clause, why events match it or not.
#include <nlohmann/json.hpp>

#include "daemon/cli/command.hpp"
#include "daemon/cli/explain_events.hpp"
#include "daemon/cli/explain_output.hpp"
#include "daemon/cli/options.hpp"
#include "daemon/cli/pattern_argument.hpp"
#include "daemon/cli/terminal.hpp"
#include "rules/explain/explanation.hpp"

namespace tocsin {

int run_explain(std::span<const std::string> args);

namespace {

constexpr std::uint64_t kShownEvents = 10;

struct ExplainJob {
  std::shared_ptr<const Pattern> pattern;
  Explanation explanation;
  std::uint64_t shown_max = kShownEvents;
  bool json = false;
  Output out;
  nlohmann::ordered_json report;  // --json: one object

  std::uint64_t events = 0, matched = 0;
  ClauseTally tally;
};

void judge_event(ExplainJob& job, EventView& event, std::uint64_t line) {
  const Verdict verdict = judge(*job.pattern, event);
  add_to_tally(verdict, job.tally);
  job.matched += verdict.holds ? 1 : 0;
  if (++job.events > job.shown_max) return;
  if (job.json) {
    nlohmann::ordered_json entry{{"line", line}};
    entry.update(verdict_json(job.explanation, verdict));
    job.report["events"].push_back(std::move(entry));
  } else {
    job.out.write("\n", verdict_text(job.explanation, verdict, "event " + std::to_string(line)));
  }
}

// False after a complaint.
bool judge_events(ExplainJob& job, const std::string& path) {
  Result<ExplainedEvents> opened = open_explained_events(path);
  if (!opened) {
    complain(opened.error().text, opened.error().code);
    return false;
  }
  JsonReader json;
  EventView event(json);
  if (opened->reader == nullptr) {
    event.reset(opened->whole);
    judge_event(job, event, 1);
    return true;
  }
  EventBatch batch;
  std::uint64_t before = 0;
  for (;;) {
    const Result<bool> more = opened->reader->next(batch);
    if (!more) {
      complain(more.error().text, more.error().code);
      return false;
    }
    if (!*more) return true;
    for (std::size_t i = 0; i < batch.events.size(); ++i) {
      const EventSlice& slice = batch.events[i];
      event.reset(batch.message(slice));
      judge_event(job, event, (opened->reader->has_records() ? slice.position : before + i) + 1);
    }
    before += batch.events.size();
  }
}

void show_refusal(ExplainJob& job, const std::string& text) {
  const auto refusal = cloudwatch_refusal(text);
  if (job.json) {
    nlohmann::ordered_json& cloudwatch = job.report["cloudwatch"];
    cloudwatch["accepts"] = !refusal;
    if (refusal) cloudwatch["error"] = refusal->text;
    if (refusal) cloudwatch["column"] = refusal->column;
  } else if (refusal) {
    job.out.write("CloudWatch would refuse this pattern: ", refusal->text, " (column ",
                  std::to_string(refusal->column), ")\n");
  }
}

void show_total(ExplainJob& job) {
  if (job.json) {
    job.report["events_read"] = job.events;
    job.report["events_matched"] = job.matched;
    return;
  }
  if (job.events == 0) job.out.write("\nno event to judge\n");
  if (job.events < 2) return;
  job.out.write("\n", tally_text(job.explanation, job.tally, job.events),
                std::to_string(job.matched), " of ", std::to_string(job.events),
                " events match the pattern",
                job.events > job.shown_max
                    ? "; the first " + std::to_string(job.shown_max) + " are shown (--limit)"
                    : "",
                "\n");
}

int explain_all(ExplainJob& job, const std::string& text,
                const std::optional<std::string>& event_file) {
  job.explanation = explain(*job.pattern);
  if (job.json)
    job.report = explanation_json(job.explanation);
  else
    job.out.write(explanation_text(job.explanation));
  show_refusal(job, text);
  if (job.json && event_file) job.report["events"] = nlohmann::ordered_json::array();
  const bool readable = !event_file || judge_events(job, *event_file);
  if (event_file && readable) show_total(job);
  if (job.json) job.out.json_line(job.report);
  if (!readable) return kExitUsage;
  return !event_file || job.matched > 0 ? kExitOk : kExitNo;
}

}  // namespace

int run_explain(std::span<const std::string> args) {
  ExplainJob job;
  std::string text;
  std::optional<std::string> event_file;
  std::optional<std::uint64_t> limit;
  Options options("explain",
                  "Says in plain words what a filter pattern means and, clause by clause, why "
                  "events match it or not.");
  options.value("--event", event_file, "FILE",
                "a file of events, or - for stdin: one JSON event over several lines, lines, or "
                "{\"Records\":[...]}; plain or .gz");
  options.number("--limit", limit, "N", "show the first N events (10); all are counted");
  options.flag("--json", job.json, "as one JSON object");
  options.positional("PATTERN", text, "a filter pattern; after -- if it begins with -",
                     Options::Need::required);
  options.footer(
      "exit codes: 0 understood, with --event: some event matches, 1 none does, 2 bad pattern, "
      "usage or an unreadable file");
  if (const auto code = options.parse(args)) return *code;
  job.pattern = compile_argument(text);
  if (job.pattern == nullptr) return kExitUsage;
  job.shown_max = limit.value_or(kShownEvents);
  return explain_all(job, text, event_file);
}

}  // namespace tocsin
