// SPDX-License-Identifier: Apache-2.0
// tocsin check: every fault of a configuration and its rules at once.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "daemon/cli/command.hpp"
#include "daemon/cli/options.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/config/load.hpp"
#include "daemon/config/text_file.hpp"
#include "rules/ruleset/source_text.hpp"
#include "rules/ruleset/yaml_document.hpp"

namespace tocsin {

int run_check(std::span<const std::string> args);

namespace {

struct CheckOptions {
  std::vector<std::string> files;
  std::string config;
  bool strict = false;
  bool strict_aws = false;
  bool json = false;
  bool quiet = false;
  bool against_running = false;
};

// Of everything that was looked at. What only CloudWatch would refuse is no fault of the files.
struct Tally {
  std::size_t errors = 0, warnings = 0, strict_aws = 0;
  std::size_t configurations = 0, rule_files = 0, filters = 0, alarms = 0;
};

enum class FileKind { configuration, rules, tests };

// What a file is, by its top-level keys. Broken ones count as rule files: the loader says what is
// wrong.
FileKind kind_of(const std::string& path) {
  constexpr std::array<std::string_view, 11> kConfigurationKeys{
      "identity", "log_groups", "packs", "topics",         "email",
      "state",    "durability", "api",   "shutdown_grace", "history_retention",
      "event_bus"};
  const Result<std::string> text = read_text_file(path, kSourceBytesMax);
  if (!text) return FileKind::rules;
  Diagnostics ignored;
  const ConfigNode root = read_document(*text, path, ignored);
  if (root.find("tests") != nullptr) return FileKind::tests;
  const bool configuration =
      std::any_of(kConfigurationKeys.begin(), kConfigurationKeys.end(),
                  [&](std::string_view key) { return root.find(key) != nullptr; });
  const ConfigNode* rules = root.find("rules");
  const bool globs = rules != nullptr && !rules->items.empty() && rules->items.front().is_scalar();
  return configuration || globs ? FileKind::configuration : FileKind::rules;
}

void show_json(const std::vector<Diagnostic>& list, Output& out) {
  for (const Diagnostic& d : list)
    out.json_line({{"type", "diagnostic"},
                   {"level", d.level == DiagnosticLevel::error ? "error" : "warning"},
                   {"code", d.code},
                   {"file", d.where.file.text()},
                   {"line", d.where.line},
                   {"column", d.where.column},
                   {"length", d.length},
                   {"text", d.text},
                   {"hint", d.hint}});
}

void show(const Sources& sources, const Diagnostics& diagnostics, const CheckOptions& options,
          Tally& tally, Output& out) {
  const std::vector<Diagnostic> list = sources.sorted(diagnostics);
  for (const Diagnostic& d : list) {
    if (d.code == "strict-aws")
      ++tally.strict_aws;
    else
      ++(d.level == DiagnosticLevel::error ? tally.errors : tally.warnings);
  }
  if (options.json)
    show_json(list, out);
  else
    out.write(sources.render(diagnostics, wants_colour(Stream::standard_output)));
}

void count_rules(const std::shared_ptr<const RuleSet>& rules, Tally& tally) {
  if (!rules) return;
  tally.filters += rules->filters.size();
  tally.alarms += rules->alarms.size();
}

void check_configuration(const std::string& path, const LoadOptions& load,
                         const CheckOptions& options, Tally& tally, Output& out) {
  const LoadedConfiguration loaded = load_configuration(path, load);
  ++tally.configurations;
  count_rules(loaded.rules, tally);
  show(loaded.sources, loaded.diagnostics, options, tally, out);
}

std::string plural(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

void show_tally(const Tally& tally, const CheckOptions& options, Output& out) {
  if (options.json) {
    out.json_line({{"type", "summary"},
                   {"errors", tally.errors},
                   {"warnings", tally.warnings},
                   {"strict_aws", tally.strict_aws},
                   {"metric_filters", tally.filters},
                   {"alarms", tally.alarms}});
    return;
  }
  if (options.quiet) return;
  const std::string faults =
      plural(tally.errors, "error") + ", " + plural(tally.warnings, "warning");
  if (tally.strict_aws > 0)
    out.write(styled("CloudWatch", Style::red, Stream::standard_output),
              " would refuse it: ", plural(tally.strict_aws, "error"), "\n");
  if (tally.errors > 0)
    out.write(styled("invalid", Style::red, Stream::standard_output), ": ", faults, "\n");
  else
    out.write(styled("ok", Style::green, Stream::standard_output), ": ",
              plural(tally.filters, "metric filter"), ", ", plural(tally.alarms, "alarm"),
              tally.warnings > 0 ? "; " + plural(tally.warnings, "warning") : "", "\n");
}

// What the files are decides how they are checked: configurations one by one, rule files together.
int check(const CheckOptions& options) {
  LoadOptions load;
  load.strict_aws = options.strict_aws;
  std::vector<std::string> configurations, rule_files;
  for (const std::string& file : options.files) {
    const FileKind kind = kind_of(file);
    if (kind == FileKind::configuration) configurations.push_back(file);
    if (kind == FileKind::rules) rule_files.push_back(file);
    if (kind == FileKind::tests)
      warn(file + " holds tests of rules and is left out: tocsin test " + file);
  }
  if (configurations.empty() && rule_files.empty() && !options.files.empty()) return kExitUsage;
  Output out;
  Tally tally;
  for (const std::string& file : configurations)
    check_configuration(file, load, options, tally, out);
  if (!rule_files.empty()) load.rule_files = rule_files;
  const bool by_default = options.files.empty();
  if (by_default || !options.config.empty()) {
    check_configuration(options.config.empty() ? kDefaultConfigFile : options.config, load, options,
                        tally, out);
  } else if (!rule_files.empty()) {
    const LoadedRules loaded = load_rules(load);
    count_rules(loaded.rules, tally);
    show(loaded.sources, loaded.diagnostics, options, tally, out);
  }
  show_tally(tally, options, out);
  if (tally.errors > 0) return kExitInvalid;
  const bool refused = (options.strict && tally.warnings > 0) || tally.strict_aws > 0;
  return refused ? kExitNo : kExitOk;
}

}  // namespace

int run_check(std::span<const std::string> args) {
  CheckOptions given;
  Options options(
      "check",
      "Validates the configuration and its rules, or the given files, and shows every fault at its "
      "place.\n"
      "Exit code: 0 valid, 1 warnings with --strict or errors of --strict-aws only, 2 usage, 78 "
      "invalid.");
  options.positionals("FILE", given.files,
                      "configurations and rule files; none: the configuration");
  options.value("--config", given.config, "FILE",
                "configuration that rule files are checked against");
  options.flag("--strict", given.strict, "warnings count: exit 1 if there are any");
  options.flag("--strict-aws", given.strict_aws,
               "what CloudWatch would refuse is an error too: exit 1 if there is any");
  options.flag("--json", given.json, "one JSON object a line");
  options.flag("-q,--quiet", given.quiet, "faults only, no last line");
  options.flag("--against-running", given.against_running,
               "what a reload would do (not built yet)");
  options.footer(
      "Examples:\n  tocsin check\n  tocsin check rules.d/*.yaml\n  tocsin check --config "
      "./tocsin.yaml --strict");
  if (const auto code = options.parse(args)) return *code;
  if (given.against_running) {
    complain("--against-running is not built yet in this version", "not-built");
    return kExitUsage;
  }
  return check(given);
}

}  // namespace tocsin
