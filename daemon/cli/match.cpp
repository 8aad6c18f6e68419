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
#include "rules/pattern/pattern.hpp"

namespace tocsin {
namespace {

constexpr const char* kStandardInput = "(standard input)";

struct MatchJob {
  MatchStyle style;
  std::shared_ptr<const Pattern> pattern;
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

  void work(const ScanFile& file, EventBatch& batch, const ScanPlace& place) override {
    for (std::size_t i = 0; i < batch.events.size(); ++i) {
      const EventSlice& slice = batch.events[i];
      event_.reset(batch.message(slice));
      if (!job_.pattern->matches(event_)) continue;
      ++found_;
      if (job_.style.count) continue;
      const std::uint64_t line = (place.has_records ? slice.position : place.events_before + i) + 1;
      append(file, line);
    }
  }

  std::size_t bytes_held() const override { return text_.size(); }

  void hand_over() override {
    job_.found += found_;
    job_.found_in_file += found_;
    found_ = 0;
    if (text_.empty()) return;
    job_.out.write(text_);
    text_.clear();
    if (job_.flush_always) job_.out.flush();
  }

  void end_file(const ScanFile& file, const ReadCounters& counters,
                const std::optional<Error>& failure) override {
    if (job_.style.count) {
      append_count(job_.style, shown_name(file.path), job_.found_in_file, text_);
      job_.out.write(text_);
      text_.clear();
    }
    job_.found_in_file = 0;
    if (counters.long_lines > 0)
      warn(std::string(shown_name(file.path)) + ": " + std::to_string(counters.long_lines) +
           " events longer than " + std::to_string(file.line_bytes_max) + " bytes were cut");
    if (!failure) return;
    complain(failure->text, failure->code);
    job_.has_trouble = true;
  }

 private:
  void append(const ScanFile& file, std::uint64_t line) {
    FoundEvent found{shown_name(file.path), line, event_.message(), {}};
    if (job_.style.json) found.extracted = job_.pattern->extract(event_);
    append_event(job_.style, found, text_);
  }

  MatchJob& job_;
  JsonReader json_;
  EventView event_;
  std::uint64_t found_ = 0;
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
  if (operands.empty()) operands.emplace_back("-");
  const EventFormat format = input == "lines" ? EventFormat::lines : EventFormat::cloudtrail;
  return scan(find_files(operands, format, input == "cloudtrail", job), job);
}

}  // namespace tocsin
