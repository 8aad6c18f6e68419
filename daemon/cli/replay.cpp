// SPDX-License-Identifier: Apache-2.0
// tocsin replay: runs the rules over history in virtual time and sends nothing. All files are read
// and matched on every core; what matched is merged by event time and fed to the engine.
#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/cli/command.hpp"
#include "daemon/cli/evidence_reader.hpp"
#include "daemon/cli/options.hpp"
#include "daemon/cli/replay_report.hpp"
#include "daemon/cli/replay_scan.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/config/load.hpp"
#include "rules/engine.hpp"
#include "rules/match/time/event_time.hpp"
#include "rules/ruleset/yaml_document.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kForgetEvery = 50'000;  // events

struct ReplayOptions {
  std::string config;
  std::vector<std::string> rules, packs, log_groups;
  std::optional<std::string> since, until;
  std::optional<std::uint64_t> threads;
  bool no_dedup = false;
  bool json = false;
};

// What is replayed; rules nullptr: `exit_code` says why not.
struct ReplayPlan {
  std::shared_ptr<const RuleSet> rules;
  ReplayFiles read;
  ReplayRange range;
  std::size_t threads = scan_threads();
  int exit_code = kExitOk;
};

// Errors only: warnings are the business of `tocsin check`.
int say_faults(const Diagnostics& diagnostics, const Sources& sources) {
  if (!diagnostics.has_errors()) return kExitOk;
  const std::string shown = sources.render(diagnostics, wants_colour(Stream::standard_error));
  std::fwrite(shown.data(), 1, shown.size(), stderr);
  return kExitInvalid;
}

std::vector<LogGroup> log_groups(const std::vector<ReplayGroup>& groups) {
  std::vector<LogGroup> result;
  for (const ReplayGroup& group : groups) {
    LogGroup& one = result.emplace_back();
    one.name = group.name;
    one.input = group.input;
    one.dedup = group.input == "cloudtrail";
  }
  return result;
}

LoadOptions load_options(const ReplayOptions& options) {
  LoadOptions load;
  if (!options.rules.empty()) load.rule_files = options.rules;
  load.packs = options.packs;
  return load;
}

bool find_files(std::vector<ReplayGroup> groups, ReplayPlan& plan) {
  plan.read = find_replay_files(std::move(groups));
  for (const std::string& note : plan.read.notes) warn(note);
  for (const std::string& fault : plan.read.faults) complain(fault);
  return plan.read.faults.empty();
}

// Without a configuration the log groups are those of the command line.
void load_bare(const ReplayOptions& options, std::vector<ReplayGroup> given, ReplayPlan& plan) {
  if (!find_files(std::move(given), plan)) return;
  RuleContext context;
  context.log_groups = log_groups(plan.read.groups);
  // So that a pack's notifications are shown: it tells topic "default" if there is one.
  context.topics.push_back({"default", "UTC"});
  LoadedRules loaded = load_rules(load_options(options), std::move(context));
  plan.exit_code = say_faults(loaded.diagnostics, loaded.sources);
  plan.rules = loaded.rules;
}

const LogGroupConfig* find_group(const MainConfig& config, const std::string& name) {
  for (const LogGroupConfig& group : config.log_groups)
    if (group.group.name == name) return &group;
  return nullptr;
}

// With one they are the configuration's; --log-group names other files for them.
void load_configured(const ReplayOptions& options, std::vector<ReplayGroup> given,
                     ReplayPlan& plan) {
  LoadedConfiguration loaded = load_configuration(options.config, load_options(options));
  plan.exit_code = say_faults(loaded.diagnostics, loaded.sources);
  plan.rules = loaded.rules;
  if (plan.rules == nullptr) return;
  Diagnostics known;
  std::vector<ReplayGroup> groups =
      configured_groups(read_document(*loaded.sources.text(options.config), options.config, known));
  for (ReplayGroup& group : given) {
    const LogGroupConfig* configured = find_group(loaded.config, group.name);
    if (configured == nullptr) {
      complain("log group \"" + group.name + "\" is not in " + options.config);
      plan.exit_code = kExitUsage;
      return;
    }
    if (group.input.empty()) group.input = configured->group.input;
    std::erase_if(groups, [&](const ReplayGroup& g) { return g.name == group.name; });
    groups.push_back(std::move(group));
  }
  for (ReplayGroup& group : groups)
    if (const LogGroupConfig* configured = find_group(loaded.config, group.name))
      group.line_bytes_max = configured->line_bytes_max;
  if (!find_files(std::move(groups), plan)) plan.exit_code = kExitUsage;
}

std::shared_ptr<const RuleSet> without_dedup(const RuleSet& rules) {
  auto changed = std::make_shared<RuleSet>(rules);
  for (LogGroup& group : changed->log_groups) group.dedup = false;
  return changed;
}

bool read_range(const ReplayOptions& options, ReplayRange& range) {
  for (const auto& [text, into, name] : {std::tuple{&options.since, &range.since, "--since"},
                                         std::tuple{&options.until, &range.until, "--until"}}) {
    if (!*text) continue;
    *into = parse_rfc3339(**text);
    if (*into) continue;
    complain(std::string(name) + ": \"" + **text + "\" is no time such as 2026-01-01T00:00:00Z");
    return false;
  }
  return true;
}

ReplayPlan make_plan(const ReplayOptions& options) {
  ReplayPlan plan;
  std::vector<ReplayGroup> given;
  plan.exit_code = kExitUsage;
  if (!read_range(options, plan.range)) return plan;
  for (const std::string& text : options.log_groups) {
    Result<ReplayGroup> group = parse_log_group(text);
    const Status added = group ? add_group(given, std::move(*group)) : Status(group.error());
    if (added) continue;
    complain(added.error().text);
    return plan;
  }
  if (options.config.empty())
    load_bare(options, std::move(given), plan);
  else
    load_configured(options, std::move(given), plan);
  plan.threads = options.threads.value_or(plan.threads);
  if (plan.rules != nullptr && options.no_dedup) plan.rules = without_dedup(*plan.rules);
  return plan;
}

// The second half: matched events in order of time through the engine.
class ReplayRun {
 public:
  // `texts` outlives it.
  ReplayRun(const ReplayPlan& plan, Instant start, ReplayReport& report, EventTexts& texts)
      : plan_(plan),
        report_(report),
        texts_(plan.read, texts),
        engine_(plan.rules, start,
                {.replay = true,
                 .evidence_text = [this](const Evidence& e) { return texts_.text(e); },
                 .hashed_ids = true}) {
    batch_.rules = plan.rules;
    batch_.more_unread = true;
  }

  bool take(SpooledEvent& event) {
    if (std::pair place(event.group, event.file); place_ != place) {
      place_ = place;
      batch_.log_group = plan_.read.groups[event.group].name;
      batch_.source = plan_.read.files[event.file].path;
    }
    batch_.read_at = batch_.source_time = event.time;
    batch_.events = 0;
    batch_.times.clear();
    batch_.add_event(event.time);
    // The event's memory and that of the batch take turns.
    batch_.matches.resize(event.event.samples.empty() ? 0 : 1);
    if (!batch_.matches.empty()) std::swap(batch_.matches.front(), event.event);
    engine_.apply(batch_, event.time, effects_);
    if (effects_.empty())
      report_.settle(before_);
    else
      report_.add(std::exchange(effects_, {}), before_);
    before_ = event.time;
    forget();
    return true;
  }

  void finish(std::optional<Instant> end) {
    Effects effects;
    engine_.finish(end, effects);
    report_.add(std::move(effects), kNever);
  }

  std::map<std::string, std::uint64_t> matched() const { return engine_.matched(); }

 private:
  // The engine keeps what has changed for a store that a replay has not.
  void forget() {
    if (++applied_ % kForgetEvery != 0) return;
    StateDelta forgotten;
    engine_.collect(forgotten);
  }

  const ReplayPlan& plan_;
  ReplayReport& report_;
  EvidenceReader texts_;
  Engine engine_;
  MatchBatch batch_;                                              // of one event, again and again
  std::optional<std::pair<std::uint32_t, std::uint32_t>> place_;  // its group and file
  Effects effects_;
  Instant before_ = kNoTime;  // time of the last event
  std::size_t applied_ = 0;
};

int replay(const ReplayPlan& plan, bool json) {
  const auto began = std::chrono::steady_clock::now();
  Output out;
  ReplayReport report(out, json);
  ReplayScan scan(plan.read, plan.rules, plan.range, plan.threads);
  Status done = scan.run();
  const ReplayScan::Totals& totals = scan.totals();
  const Instant first = totals.first.value_or(Instant{});
  ReplayRun run(plan, plan.range.since.value_or(first), report, scan.texts());
  if (done) done = scan.spool().drain([&run](SpooledEvent& e) { return run.take(e); });
  if (!done) {
    complain(done.error().text, done.error().code);
    return kExitNo;
  }
  if (totals.newest) run.finish(plan.range.until.value_or(*totals.newest));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  report.finish({totals.events, totals.bytes, seconds.count(), run.matched()});
  return totals.failed_files > 0 ? kExitNo : kExitOk;
}

}  // namespace

int run_replay(std::span<const std::string> args) {
  ReplayOptions given;
  Options options("replay",
                  "Runs the rules over history in virtual time and prints what would have been "
                  "told. Sends nothing.");
  options.value("--config", given.config, "FILE", "main configuration: log groups, rules, topics");
  options.list("--rules", given.rules, "FILE", "rule files, instead of the configuration's",
               Options::Many::values);
  options.list("--pack", given.packs, "NAME", "rule packs", Options::Many::values);
  options.list("--log-group", given.log_groups, "NAME[:INPUT]=PATH",
               "where the history of a log group lies: a file, a directory or a glob; INPUT is "
               "cloudtrail or file",
               Options::Many::values);
  options.value("--since", given.since, "TIME", "leave out events before this time");
  options.value("--until", given.until, "TIME", "leave out events after this time, and end there");
  options.number("--threads", given.threads, "N",
                 "read with N threads, 1 to 64 (one for each core); the output is the same");
  options.flag("--no-dedup", given.no_dedup, "count repeated events too");
  options.flag("--json", given.json, "one JSON object a line, the summary last");
  options.footer(
      "example: tocsin replay --pack cis-aws --log-group cloudtrail=/var/log/cloudtrail");
  if (const auto code = options.parse(args)) return *code;
  if (given.config.empty() && given.rules.empty() && given.packs.empty())
    return options.usage_error("--config, --rules or --pack is wanted");
  if (given.config.empty() && given.log_groups.empty())
    return options.usage_error("without --config, --log-group says what is read");
  if (given.threads && (*given.threads < 1 || *given.threads > kScanThreadsMax))
    return options.usage_error("--threads: from 1 to 64");
  const ReplayPlan plan = make_plan(given);
  if (plan.exit_code != kExitOk || plan.rules == nullptr)
    return plan.exit_code == kExitOk ? kExitInvalid : plan.exit_code;
  return replay(plan, given.json);
}

}  // namespace tocsin
