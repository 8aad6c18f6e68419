// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/event_reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/inputs/byte_source.hpp"
#include "daemon/inputs/line_blocks.hpp"
#include "daemon/inputs/line_splitter.hpp"
#include "daemon/inputs/other_lines.hpp"
#include "daemon/inputs/read_window.hpp"
#include "daemon/inputs/record_scanner.hpp"

namespace tocsin {
namespace {

class FileEventReader : public EventReader {
 public:
  FileEventReader(std::unique_ptr<ByteSource> source, std::string path, Instant modified,
                  EventFormat format, std::size_t line_bytes_max)
      : source_(std::move(source)),
        path_(std::move(path)),
        modified_(modified),
        line_bytes_max_(line_bytes_max),
        format_(format),
        form_(format == EventFormat::lines ? Form::lines : Form::undecided),
        splitter_(line_bytes_max),
        blocks_(line_bytes_max),
        window_(splitter_.window_bytes_min()) {}

  Result<bool> next(EventBlock& block) override {
    drop_block();
    while (!take(block)) {
      drop_block();
      if (has_ended_) return end();
      fill();
    }
    count();
    return true;
  }

  Result<bool> next(EventBatch& batch) override {
    begin_batch(batch);
    while (true) {
      take(batch);
      if (!batch.events.empty()) break;
      if (has_ended_) return end();
      fill();
    }
    count();
    return true;
  }

  Instant modified() const override { return modified_; }
  bool has_records() const override { return form_ == Form::records; }
  bool has_offsets() const override { return form_ == Form::lines && source_->is_plain_file(); }
  const ReadCounters& counters() const override { return counters_; }

 private:
  enum class Form { undecided, lines, records };

  void begin_batch(EventBatch& batch) const {
    batch.bytes.clear();
    batch.events.clear();
    batch.source = path_;
    batch.source_time = batch.read_at = modified_;
  }

  void fill() {
    Result<std::size_t> got = window_.fill(*source_);
    if (!got) failure_ = got.error();
    has_ended_ = !got || *got == 0;
    if (!got) return;
    const std::uint64_t begin = window_.end_offset() - *got;
    if (begin == 0 && form_ == Form::lines) skip_byte_order_mark();
    counters_.bytes += *got;
    if (form_ != Form::lines) scan(begin);
  }

  void skip_byte_order_mark() {
    if (window_.view().starts_with(kByteOrderMark)) window_.drop_until(kByteOrderMark.size());
  }

  void scan(std::uint64_t begin) {
    scanner_.scan(window_.from(begin), records_);
    if (form_ == Form::undecided) decide();
    if (form_ == Form::lines) return;
    drop_records();
    if (form_ == Form::records && records_.empty() && window_.is_full()) cut_open_record();
  }

  // A record that fills the window: its beginning is kept, the rest only scanned.
  void cut_open_record() {
    if (cut_begin_.empty()) cut_begin_ = window_.view().substr(0, line_bytes_max_);
    window_.drop_until(window_.end_offset());
  }

  void decide() {
    const bool has_line = has_ended_ && window_.view().find('\n') != std::string_view::npos;
    const bool is_broken_object = !scanner_.is_complete() && (has_line || window_.is_full());
    if (scanner_.verdict() == RecordScanner::Verdict::records) {
      form_ = Form::records;
    } else if (scanner_.verdict() == RecordScanner::Verdict::lines || is_broken_object) {
      form_ = Form::lines;
      skip_byte_order_mark();
    }
  }

  bool take(EventBlock& block) {
    if (form_ == Form::lines) return take_lines(block);
    return form_ == Form::records && take_records(block);
  }

  bool take_lines(EventBlock& block) {
    if (!blocks_.next(window_, has_ended_ && !failure_, block)) return false;
    if (format_ == EventFormat::cloudtrail) garbage_lines_ += count_other_lines(block);
    return true;
  }

  // All records that are whole in the window, or one whose beginning was kept.
  bool take_records(EventBlock& block) {
    if (records_.empty()) return false;
    const std::uint64_t begin = records_.front().begin;
    const bool is_kept = begin < window_.offset();
    const std::size_t count = is_kept ? 1 : records_.size();
    slices_.clear();
    for (std::size_t i = 0; i < count; ++i) slices_.push_back(slice(records_[i], begin));
    handed_ = is_kept ? std::exchange(cut_begin_, {}) : std::string();
    block.bytes = is_kept ? std::string_view(handed_) : window_.from(begin);
    block.bytes = block.bytes.substr(0, slices_.back().offset + slices_.back().length);
    block.events = slices_;
    records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(count));
    return true;
  }

  EventSlice slice(const RecordScanner::Record& record, std::uint64_t origin) {
    const std::uint64_t length = record.end - record.begin;
    if (length > line_bytes_max_) ++cut_records_;
    return {static_cast<std::uint32_t>(record.begin - origin),
            static_cast<std::uint32_t>(std::min<std::uint64_t>(length, line_bytes_max_)),
            record.index};
  }

  // What the last block pointed to.
  void drop_block() {
    if (form_ == Form::lines) blocks_.drop_used(window_);
    if (form_ == Form::records) drop_records();
  }

  void drop_records() {
    const std::uint64_t keep = records_.empty() ? scanner_.keep_from() : records_.front().begin;
    window_.drop_until(std::max(keep, window_.offset()));
  }

  void take(EventBatch& batch) {
    if (form_ == Form::lines) take_lines(batch);
    if (form_ == Form::records) take_records(batch);
  }

  void take_lines(EventBatch& batch) {
    const bool is_last = has_ended_ && !failure_;
    const std::size_t used =
        splitter_.split(window_.view(), window_.offset(), is_last, batch.events);
    if (!batch.events.empty()) batch.bytes.assign(window_.view().substr(0, used));
    window_.drop_until(window_.offset() + used);
    if (format_ == EventFormat::cloudtrail)
      garbage_lines_ += count_other_lines({batch.bytes, batch.events});
  }

  void take_records(EventBatch& batch) {
    std::size_t taken = 0;
    for (; taken < records_.size() && batch.events.size() < kBatchEventsMax &&
           batch.bytes.size() < kReadBlock;
         ++taken)
      add_record(records_[taken], batch);
    records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(taken));
    drop_records();
  }

  void add_record(const RecordScanner::Record& record, EventBatch& batch) {
    std::string_view text = cut_begin_;
    if (record.begin >= window_.offset())
      text = window_.from(record.begin).substr(0, record.end - record.begin);
    if (record.end - record.begin > line_bytes_max_) ++cut_records_;
    text = text.substr(0, line_bytes_max_);
    batch.events.push_back({static_cast<std::uint32_t>(batch.bytes.size()),
                            static_cast<std::uint32_t>(text.size()), record.index});
    batch.bytes += text;
    cut_begin_.clear();
  }

  void count() {
    counters_.long_lines = splitter_.long_lines() + blocks_.long_lines() + cut_records_;
    counters_.broken = scanner_.broken() + garbage_lines_;
    if (has_ended_ && failure_ && !scanner_.has_failed()) ++counters_.broken;
  }

  Result<bool> end() {
    if (!failure_ && form_ != Form::lines) {
      if (scanner_.has_failed())
        failure_ = Error{"not-records", path_ + ": other text among {\"Records\":[...]}"};
      else if (!scanner_.is_complete())
        failure_ = Error{"truncated", path_ + ": ends inside a record"};
    }
    count();
    if (failure_) return *failure_;
    return false;
  }

  std::unique_ptr<ByteSource> source_;
  std::string path_;
  Instant modified_;
  std::size_t line_bytes_max_;
  EventFormat format_;
  Form form_;
  LineSplitter splitter_;  // for batches
  LineBlocks blocks_;      // for blocks
  RecordScanner scanner_;
  ReadWindow window_;
  std::vector<RecordScanner::Record> records_;  // scanned, not yet handed over
  std::string cut_begin_;                       // of a record longer than the window
  std::string handed_;                          // such a beginning, which the last block points to
  std::vector<EventSlice> slices_;              // of the last block
  std::uint64_t cut_records_ = 0, garbage_lines_ = 0;
  std::optional<Error> failure_;
  bool has_ended_ = false;
  ReadCounters counters_;
};

}  // namespace

Result<std::unique_ptr<EventReader>> EventReader::open(const std::string& path, EventFormat format,
                                                       std::size_t line_bytes_max,
                                                       InflateMemory* memory) {
  Result<FileDescriptor> file = open_file(path);
  if (!file) return file.error();
  return open(std::move(*file), path, format, line_bytes_max, memory);
}

Result<std::unique_ptr<EventReader>> EventReader::open(FileDescriptor file, const std::string& path,
                                                       EventFormat format,
                                                       std::size_t line_bytes_max,
                                                       InflateMemory* memory) {
  const Instant modified = modified_at(file);
  Result<std::unique_ptr<ByteSource>> source = ByteSource::open(std::move(file), path, memory);
  if (!source) return source.error();
  return std::unique_ptr<EventReader>(std::make_unique<FileEventReader>(
      std::move(*source), path, modified, format, line_bytes_max));
}

}  // namespace tocsin
