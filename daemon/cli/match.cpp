// SPDX-License-Identifier: Apache-2.0
// tocsin match: filters events by a pattern, as grep does lines by a regex.
#include <filesystem>

#include "daemon/cli/command.hpp"
#include "daemon/cli/file_scan.hpp"
#include "daemon/cli/match_output.hpp"
#include "daemon/cli/options.hpp"
#include "daemon/cli/pattern_argument.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/inputs/file_tree.hpp"
#include "rules/match/block_events.hpp"
#include "rules/match/pattern_set.hpp"
#include "rules/pattern/pattern.hpp"

namespace tocsin {
namespace {

constexpr const char* kStandardInput = "(standard input)";

struct MatchJob {
  MatchStyle style;
  std::shared_ptr<const Pattern> pattern;
  std::optional<PatternSet> patterns;  // it alone
  Output out;
  bool flush_always = false;  // somebody may be watching a stream
  // In turn only, so without a lock.
  std::uint64_t found = 0;
  std::uint64_t found_in_file = 0;
  bool has_trouble = false;
};

std::string_view shown_name(const std::string& path) {
  return path == "-" ? std::string_view(kStandardInput) : std::string_view(path);
}

class MatchWorker : public ScanWorker {
 public:
  explicit MatchWorker(MatchJob& job) : job_(job), event_(json_) {}

  std::uint64_t work(const ScanFile& file, const EventBlock& block,
                     const ScanPlace& place) override {
    EventCursor event(block);
    const LiteralScan* literals = job_.patterns->candidates();
    while (true) {
      if (literals != nullptr) event.skip_to(*literals);
      if (event.at_end()) return event.index();
      job_.patterns->match(event.message(), scratch_, matched_);
      if (!matched_.empty()) {
        ++found_;
        if (!job_.style.count) append(file, event, place);
      }
      event.next();
    }
  }

  std::size_t bytes_held() const override { return text_.size() + bytes_held_; }

  void hand_over(std::uint64_t events_before) override {
    for (Found& found : numbered_) {
      const std::uint64_t line = found.line + (found.is_relative ? events_before : 0);
      append_event(job_.style, {found.file, line, found.message, std::move(found.extracted)},
                   text_);
    }
    numbered_.clear();
    bytes_held_ = 0;
    job_.found += found_;
    job_.found_in_file += found_;
    found_ = 0;
    if (text_.empty()) return;
    job_.out.write(text_);
    text_.clear();
    if (job_.flush_always) job_.out.flush();
  }

  void end_file(const ScanFile& file, const ScanTotals& totals) override {
    if (job_.style.count) {
      append_count(job_.style, shown_name(file.path), job_.found_in_file, text_);
      job_.out.write(text_);
      text_.clear();
    }
    job_.found_in_file = 0;
    if (totals.read.long_lines > 0)
      warn(std::string(shown_name(file.path)) + ": " + std::to_string(totals.read.long_lines) +
           " events longer than " + std::to_string(file.line_bytes_max) + " bytes were cut");
    if (!totals.failure) return;
    complain(totals.failure->text, totals.failure->code);
    job_.has_trouble = true;
  }

 private:
  struct Found {
    std::string_view file;
    std::uint64_t line = 0;
    bool is_relative = false;  // only its turn tells how many lines stand before those of a job
    std::string message;
    std::vector<std::pair<std::string, std::string>> extracted;
  };

  void append(const ScanFile& file, const EventCursor& event, const ScanPlace& place) {
    const std::string_view name = shown_name(file.path), message = event.message();
    if (!job_.style.json) return append_event(job_.style, {name, 0, message, {}}, text_);
    const std::uint64_t line =
        place.has_records ? event.position() : place.events_before + event.index();
    event_.reset(message);
    numbered_.push_back(
        {name, line + 1, !place.has_records, std::string(message), job_.pattern->extract(event_)});
    bytes_held_ += message.size();
  }

  MatchJob& job_;
  PatternSet::Scratch scratch_;
  std::vector<std::uint32_t> matched_;
  JsonReader json_;
  EventView event_;
  std::uint64_t found_ = 0;
  std::vector<Found> numbered_;
  std::size_t bytes_held_ = 0;
  std::string text_;
};

// Directories become the files below them.
std::vector<ScanFile> find_files(const std::vector<std::string>& operands, EventFormat format,
                                 bool trail_only, MatchJob& job) {
  std::vector<ScanFile> files;
  for (const std::string& operand : operands) {
    std::error_code error;
    if (operand == "-") job.flush_always = true;
    if (operand == "-" || !std::filesystem::is_directory(operand, error)) {
      files.push_back({.path = operand, .format = format});
      continue;
    }
    job.style.file_names = true;
    FileWalk walk = walk_files(operand);
    for (std::string& path : walk.files)
      if (!trail_only || is_trail_name(path))
        files.push_back({.path = std::move(path), .format = format});
    for (const std::string& path : walk.unreadable) {
      complain(path + ": cannot be listed", "permission");
      job.has_trouble = true;
    }
  }
  if (files.size() > 1) job.style.file_names = true;
  return files;
}

int scan(const std::vector<ScanFile>& files, MatchJob& job) {
  std::vector<std::unique_ptr<ScanWorker>> workers;
  for (std::size_t i = 0; i < scan_threads(); ++i)
    workers.push_back(std::make_unique<MatchWorker>(job));
  scan_files(files, workers);
  job.out.flush();
  if (job.has_trouble) return kExitUsage;
  return job.found > 0 ? kExitOk : kExitNo;
}

}  // namespace

int run_match(std::span<const std::string> args) {
  MatchJob job;
  std::string pattern, input;
  std::vector<std::string> operands;
  Options options("match", "Prints the events that match a filter pattern, as grep does lines.");
  options.flag("-c,--count", job.style.count, "print how many match instead");
  options.flag("--json", job.style.json, "one JSON object a line: file, line, message, extracted");
  options.choice("--input", input, {"lines", "cloudtrail"},
                 "lines, or records of {\"Records\":[...]}; without it the file decides");
  options.positional("PATTERN", pattern, "a filter pattern; after -- if it begins with -",
                     Options::Need::required);
  options.positionals("FILE", operands, "plain or .gz files, directories; none or -: stdin");
  options.footer("exit codes: 0 some match, 1 none, 2 bad pattern, usage or an unreadable file");
  if (const auto code = options.parse(args)) return *code;
  job.pattern = compile_argument(pattern);
  if (job.pattern == nullptr) return kExitUsage;
  if (const auto refusal = cloudwatch_refusal(pattern))
    warn("CloudWatch would refuse this pattern: " + refusal->text);
  job.patterns.emplace(std::vector{PatternSet::Wanted{job.pattern, {}}},
                       std::vector<std::string>{});
  if (operands.empty()) operands.emplace_back("-");
  const EventFormat format = input == "lines" ? EventFormat::lines : EventFormat::cloudtrail;
  return scan(find_files(operands, format, input == "cloudtrail", job), job);
}

}  // namespace tocsin
