// SPDX-License-Identifier: Apache-2.0
// tocsin test: runs tests of rules. No daemon, configuration or network is needed.
#include <algorithm>

#include "daemon/cli/command.hpp"
#include "daemon/cli/delivery_kinds.hpp"
#include "daemon/cli/options.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/cli/test_report.hpp"
#include "daemon/config/load.hpp"
#include "daemon/config/text_file.hpp"
#include "daemon/inputs/event_reader.hpp"
#include "rules/rule_tests/rule_test.hpp"

namespace tocsin {
namespace {

// Bounds what a test may load: 1 GiB of events.
constexpr std::size_t kLoadedBytesMax = std::size_t{1} << 30;

Result<std::vector<EventBatch>> load_events(const std::string& path) {
  auto reader = EventReader::open(path, EventFormat::cloudtrail);
  if (!reader) return reader.error();
  std::vector<EventBatch> batches;
  std::size_t bytes = 0;
  while (true) {
    EventBatch batch;
    const Result<bool> more = (*reader)->next(batch);
    if (!more) return more.error();
    if (!*more) return batches;
    bytes += batch.bytes.size();
    if (bytes > kLoadedBytesMax) return Error{"too-large", path + " holds more than 1 GiB"};
    batches.push_back(std::move(batch));
  }
}

std::string beside(const std::string& path, const std::string& file) {
  return relative_to_file(path, file);
}

// The rules that the tests of `file` are about. Their faults fail the tests that need them.
TestContext make_context(const std::string& path, const TestFile& file, Sources& sources) {
  TestContext context;
  Diagnostics faults;
  LoadOptions options;
  options.rule_files.emplace();
  for (const std::string& rules : file.rules) {
    const std::string pattern = beside(rules, path);
    for (const std::string& found : expand_glob(pattern)) options.rule_files->push_back(found);
  }
  options.packs = file.packs;
  context.rules = load_rule_documents(options, {}, sources, faults);
  for (const ConfigNode& root : file.inline_rules) {
    RuleDocument document;
    document.root = root;
    document.text = sources.text(path);
    context.rules.push_back(std::move(document));
  }
  if (faults.has_errors()) context.fault = sources.render(faults, false);
  context.load_events = [path](const std::string& events) {
    return load_events(beside(events, path));
  };
  return context;
}

std::vector<TestKind> all_kinds() {
  std::vector<TestKind> kinds(rule_test_kinds().begin(), rule_test_kinds().end());
  kinds.insert(kinds.end(), delivery_test_kinds().begin(), delivery_test_kinds().end());
  return kinds;
}

int run_file(const std::string& path, std::span<const TestKind> kinds, TestReport& report) {
  Sources sources;
  Diagnostics faults;
  const ConfigNode root = sources.load(path, {}, faults);
  TestFile file;
  if (!faults.has_errors()) file = decode_test_file(root, faults);
  if (faults.has_errors()) {
    const std::string shown = sources.render(faults, wants_colour(Stream::standard_error));
    std::fwrite(shown.data(), 1, shown.size(), stderr);
    return kExitInvalid;
  }
  const TestContext context = make_context(path, file, sources);
  bool all_ok = true;
  for (const ConfigNode& test : file.tests) {
    const TestResult result = run_test(test, kinds, context);
    report.add(path, result);
    all_ok = all_ok && result.ok;
  }
  return all_ok ? kExitOk : kExitNo;
}

}  // namespace

int run_test(std::span<const std::string> args) {
  std::vector<std::string> files;
  std::string format = "text";
  Options options("test", "Runs tests of rules, in virtual time.");
  options.choice("--format", format, {"text", "tap", "junit", "json"}, "how results are printed");
  options.positionals("FILE", files, "test files, *.test.yaml", Options::Need::required);
  if (const auto code = options.parse(args)) return *code;
  const std::vector<TestKind> kinds = all_kinds();
  Output out;
  const std::unique_ptr<TestReport> report = make_test_report(format, out);
  int worst = kExitOk;
  for (const std::string& file : files) worst = std::max(worst, run_file(file, kinds, *report));
  report->finish();
  return worst;
}

}  // namespace tocsin
