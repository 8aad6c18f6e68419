// SPDX-License-Identifier: Apache-2.0
// tocsin match: filters events by a pattern, as grep does lines by a regex.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <limits>
#include <utility>

#include "daemon/cli/command.hpp"
#include "daemon/cli/file_scan.hpp"
#include "daemon/cli/match_output.hpp"
#include "daemon/cli/match_progress.hpp"
#include "daemon/cli/options.hpp"
#include "daemon/cli/pattern_argument.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/inputs/file_tree.hpp"
#include "rules/explain/matched_parts.hpp"
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
  bool inverted = false;
  std::uint64_t found_max = std::numeric_limits<std::uint64_t>::max();
  std::atomic<bool> is_done = false;  // as many were found as were asked for
  // In turn only, so without a lock.
  std::optional<MatchProgress> progress;
  std::uint64_t found = 0;
  std::uint64_t found_in_file = 0;
  bool has_trouble = false;

  // Events are kept one by one: they are numbered or counted in their turn.
  bool keeps_events() const {
    return style.json || style.line_numbers || style.colour ||
           found_max != std::numeric_limits<std::uint64_t>::max();
  }
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
    bytes_ += block.bytes.size();
    const LiteralScan* literals = job_.inverted ? nullptr : job_.patterns->candidates();
    while (true) {
      if (literals != nullptr) event.skip_to(*literals);
      if (event.at_end()) return event.index();
      const std::string_view message = event.message(message_);
      job_.patterns->match(message, scratch_, matched_);
      if (matched_.empty() == job_.inverted) {
        ++found_;
        if (job_.style.prints_events()) append(file, event, message, place);
      }
      event.next();
    }
  }

  std::size_t bytes_held() const override { return text_.size() + bytes_held_; }

  bool is_done() const override { return job_.is_done; }

  void hand_over(std::uint64_t events_before) override {
    found_ = std::min(found_, job_.found_max - job_.found);
    if (numbered_.size() > found_) numbered_.resize(found_);
    for (Found& found : numbered_) {
      const std::uint64_t line = found.line + (found.is_relative ? events_before : 0);
      append_event(
          job_.style,
          {found.file, line, found.message, std::move(found.extracted), std::move(found.parts)},
          text_);
    }
    numbered_.clear();
    bytes_held_ = 0;
    job_.found += found_;
    job_.found_in_file += found_;
    job_.is_done = job_.found >= job_.found_max;
    job_.progress->add(std::exchange(bytes_, 0), std::exchange(found_, 0));
    if (text_.empty()) return;
    job_.out.write(text_);
    text_.clear();
    if (job_.flush_always) job_.out.flush();
  }

  void end_file(const ScanFile& file, const ScanTotals& totals) override {
    if (job_.style.count)
      append_count(job_.style, shown_name(file.path), job_.found_in_file, text_);
    else if (job_.style.files_only && job_.found_in_file > 0)
      append_file_name(job_.style, shown_name(file.path), text_);
    job_.out.write(text_);
    text_.clear();
    job_.found_in_file = 0;
    job_.progress->end_file();
    if (totals.read.long_lines > 0 || totals.failure) job_.progress->clear();
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
    std::vector<ast::Range> parts;
  };

  void append(const ScanFile& file, const EventCursor& event, std::string_view message,
              const ScanPlace& place) {
    const std::string_view name = shown_name(file.path);
    if (!job_.keeps_events()) return append_event(job_.style, {name, 0, message, {}, {}}, text_);
    const std::uint64_t line =
        place.has_records ? event.position() : place.events_before + event.index();
    numbered_.push_back({name, line + 1, !place.has_records, std::string(message), {}, {}});
    bytes_held_ += message.size();
    if (job_.inverted) return;
    event_.reset(message);
    if (job_.style.json)
      numbered_.back().extracted = job_.pattern->extract(event_);
    else if (job_.style.colour)
      numbered_.back().parts = matched_parts(*job_.pattern, event_);
  }

  MatchJob& job_;
  PatternSet::Scratch scratch_;
  std::string message_;  // of the event at hand
  std::vector<std::uint32_t> matched_;
  JsonReader json_;
  EventView event_;
  std::uint64_t found_ = 0;
  std::uint64_t bytes_ = 0;
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
  job.progress.emplace(files.size());
  std::vector<std::unique_ptr<ScanWorker>> workers;
  for (std::size_t i = 0; i < scan_threads(); ++i)
    workers.push_back(std::make_unique<MatchWorker>(job));
  if (!job.is_done) scan_files(files, workers);
  job.progress.reset();
  job.out.flush();
  if (job.style.quiet && job.found > 0) return kExitOk;
  if (job.has_trouble) return kExitUsage;
  return job.found > 0 ? kExitOk : kExitNo;
}

}  // namespace

int run_match(std::span<const std::string> args) {
  MatchJob job;
  std::string pattern, input;
  std::optional<std::uint64_t> most;
  bool no_names = false;
  std::vector<std::string> operands;
  Options options("match", "Prints the events that match a filter pattern, as grep does lines.");
  options.flag("-c,--count", job.style.count, "print how many match instead");
  options.flag("-l,--files-with-matches", job.style.files_only, "print names of files instead");
  options.flag("-q,--quiet", job.style.quiet, "print nothing, stop at the first");
  options.number("-m,--max-count", most, "N", "stop after N events, of all files together");
  options.flag("-v,--invert-match", job.inverted, "the events that do not match");
  options.flag("-n,--line-number", job.style.line_numbers, "with the number of the line or record");
  options.flag("--no-filename", no_names, "without names, also of several files");
  options.flag("--json", job.style.json, "one JSON object a line: file, line, message, extracted");
  options.choice("--input", input, {"lines", "cloudtrail"},
                 "lines, or records of {\"Records\":[...]}; without it the file decides");
  options.positional("PATTERN", pattern, "a filter pattern; after -- if it begins with -",
                     Options::Need::required);
  options.positionals("FILE", operands, "plain or .gz files, directories; none or -: stdin");
  options.footer("exit codes: 0 some match, 1 none, 2 bad pattern, usage or an unreadable file");
  if (const auto code = options.parse(args)) return *code;
  if (job.style.count + job.style.files_only + job.style.quiet > 1)
    return options.usage_error("-c, -l and -q exclude each other");
  if (job.style.quiet) most = 1;
  job.found_max = most.value_or(job.found_max);
  job.is_done = job.found_max == 0;
  job.style.colour = wants_colour(Stream::standard_output);
  job.style.escaped = is_terminal(Stream::standard_output);
  job.pattern = compile_argument(pattern);
  if (job.pattern == nullptr) return kExitUsage;
  if (const auto refusal = cloudwatch_refusal(pattern))
    warn("CloudWatch would refuse this pattern: " + refusal->text);
  job.patterns.emplace(std::vector{PatternSet::Wanted{job.pattern, {}}},
                       std::vector<std::string>{});
  if (operands.empty()) operands.emplace_back("-");
  const EventFormat format = input == "lines" ? EventFormat::lines : EventFormat::cloudtrail;
  const std::vector<ScanFile> files = find_files(operands, format, input == "cloudtrail", job);
  if (no_names) job.style.file_names = false;
  return scan(files, job);
}

}  // namespace tocsin
