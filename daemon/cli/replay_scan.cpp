// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/replay_scan.hpp"

#include <algorithm>
#include <cstdio>

#include "daemon/cli/event_code.hpp"
#include "daemon/cli/terminal.hpp"
#include "rules/stream/repeats.hpp"

namespace tocsin {
namespace {

// What is later than the file itself, by more than clocks differ, is no time of an event.
constexpr Duration kBeyondSource = hours{2};
constexpr std::uint64_t kProgressBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kWarningsShown = 10;
}  // namespace

bool MinuteSet::add(Instant t) {
  const std::int64_t minute = std::chrono::floor<minutes>(t.time_since_epoch()).count();
  const std::int64_t hour = minute >= 0 ? minute / 60 : (minute - 59) / 60;
  auto bit = hours_[hour][static_cast<std::size_t>(minute - hour * 60)];
  const bool is_new = !bit;
  bit = true;
  return is_new;
}

class ReplayScan::Worker : public ScanWorker {
 public:
  explicit Worker(ReplayScan& scan) : scan_(scan) {}

  std::uint64_t work(const ScanFile& file, const EventBlock& block,
                     const ScanPlace& place) override {
    batch_.log_group = scan_.read_.groups[file.tag].name;
    batch_.source_time = place.source_time;
    batch_.bytes = 0;
    batch_.times.clear();
    scan_.matcher_.match(block, scratch_, batch_,
                         {.messages = !place.has_offsets, .watermarks = false});
    hold(!place.has_offsets);
    scratch_.reuse(batch_.matches);
    file_ = static_cast<std::uint32_t>(&file - scan_.read_.files.data());
    return batch_.events;
  }

  bool saw_only_objects() const override { return scratch_.saw_only_objects(); }
  std::size_t bytes_held() const override { return bytes_held_ + bytes_.size(); }

  void hand_over(std::uint64_t) override {
    for (const Block& block : held_) scan_.take(block, bytes_, file_);
    held_.clear();
    bytes_.clear();
    bytes_held_ = 0;
  }

  void end_file(const ScanFile& file, const ScanTotals& totals) override {
    scan_.end_file(file, totals);
  }

 private:
  // Keeps of the batch what the merge needs.
  void hold(bool has_texts) {
    Block& block = held_.emplace_back();
    block.source_time = batch_.source_time;
    block.has_texts = has_texts;
    block.events = batch_.events;
    block.bytes = batch_.bytes;
    block.times.assign(batch_.times.begin(), batch_.times.end());
    block.matches.reserve(batch_.matches.size());
    for (MatchedEvent& event : batch_.matches) {
      // Here, since evaluation is on one thread.
      if (!event.event_id.empty()) event.event_id = bytes_of(hash_event_id(event.event_id));
      const std::size_t offset = bytes_.size();
      encode_event(event, bytes_);
      const std::size_t code_size = bytes_.size() - offset;
      bytes_ += event.message;
      block.matches.push_back(
          {event.index, event.position, offset, code_size, event.message.size()});
    }
    bytes_held_ +=
        block.times.size() * sizeof(EventTimestamp) + block.matches.size() * sizeof(Block::Match);
  }

  ReplayScan& scan_;
  Matcher::Scratch scratch_;
  MatchBatch batch_;  // of the block at hand
  std::vector<Block> held_;
  std::string bytes_;  // of their matches
  std::size_t bytes_held_ = 0;
  std::uint32_t file_ = 0;
};

ReplayScan::ReplayScan(const ReplayFiles& read, std::shared_ptr<const RuleSet> rules,
                       ReplayRange range, std::size_t threads)
    : read_(read), rules_(std::move(rules)), range_(range), threads_(threads), matcher_(rules_) {
  for (const MetricFilter& filter : rules_->filters) {
    if (!filter.default_value) continue;
    minutes_[filter.log_group];
    if (filter.default_per_event) every_event_.insert(filter.log_group);
  }
}

Status ReplayScan::run() {
  std::vector<std::unique_ptr<ScanWorker>> workers;
  for (std::size_t i = 0; i < threads_; ++i) workers.push_back(std::make_unique<Worker>(*this));
  scan_files(read_.files, workers);
  if (progress_shown_ > 0) std::fputs("\r\x1b[K", stderr);
  if (warnings_ > kWarningsShown)
    warn("and " + std::to_string(warnings_ - kWarningsShown) + " more such warnings");
  return kept_;
}

void ReplayScan::take(const Block& block, std::string_view bytes, std::uint32_t file) {
  if (block.has_texts) put_by(block, bytes, file);
  const auto group = static_cast<std::uint32_t>(read_.files[file].tag);
  const std::string& log_group = read_.groups[group].name;
  const auto of_group = minutes_.find(log_group);
  const bool keeps_all = every_event_.contains(log_group);
  auto next = block.matches.begin();
  for (const EventTimestamp& found : block.times) {
    const bool matched = next != block.matches.end() && next->index == found.index;
    const Block::Match match = matched ? *next++ : Block::Match();
    const Instant read_at = block.source_time;
    const Instant time =
        assign_time(stream_, found.time, read_at, read_at + kBeyondSource, true).time;
    if (!range_.holds(time)) continue;
    totals_.first = std::min(totals_.first.value_or(time), time);
    totals_.newest = std::max(totals_.newest.value_or(time), time);
    const bool opens_minute = of_group != minutes_.end() && of_group->second.add(time);
    if (kept_ && (matched || opens_minute || keeps_all))
      kept_ = spool_.add({time, group, file, match.position},
                         bytes.substr(match.offset, match.code_size));
  }
  if (shows_progress_) show_progress(block);
}

void ReplayScan::put_by(const Block& block, std::string_view bytes, std::uint32_t file) {
  for (const Block::Match& match : block.matches)
    if (kept_)
      kept_ = texts_.add(file, match.position,
                         bytes.substr(match.offset + match.code_size, match.text_size));
}

void ReplayScan::end_file(const ScanFile& file, const ScanTotals& totals) {
  stream_ = {};
  totals_.events += totals.events;
  totals_.bytes += totals.read.bytes;
  if (totals.read.broken > 0)
    warn_of_file(file.path + ": " + std::to_string(totals.read.broken) +
                 " records or lines are no objects");
  if (totals.read.long_lines > 0)
    warn_of_file(file.path + ": " + std::to_string(totals.read.long_lines) +
                 " events longer than " + std::to_string(file.line_bytes_max) + " bytes were cut");
  if (totals.failure) {
    complain(totals.failure->text, totals.failure->code);
    ++totals_.failed_files;
  }
}

void ReplayScan::warn_of_file(const std::string& text) {
  if (++warnings_ <= kWarningsShown) warn(text);
}

void ReplayScan::show_progress(const Block& block) {
  progress_bytes_ += block.bytes;
  progress_events_ += block.events;
  if (progress_bytes_ < progress_shown_ + kProgressBytes) return;
  progress_shown_ = progress_bytes_;
  std::fprintf(stderr, "\rread %llu MB, %llu events",
               static_cast<unsigned long long>(progress_bytes_ / 1'000'000),
               static_cast<unsigned long long>(progress_events_));
}

}  // namespace tocsin
