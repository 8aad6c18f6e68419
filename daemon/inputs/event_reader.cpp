// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/event_reader.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "daemon/inputs/byte_source.hpp"
#include "daemon/inputs/line_splitter.hpp"
#include "daemon/inputs/record_scanner.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kReadBlock = 512 << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// A window over the file that slides forward: what is unused stays, read() fills the rest.
class Window {
 public:
  explicit Window(std::size_t bytes_kept_max)
      : capacity_(bytes_kept_max + kReadBlock), bytes_(new char[capacity_]) {}

  std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
  std::uint64_t offset() const { return offset_; }  // of the view in the file
  std::uint64_t end_offset() const { return offset_ + (end_ - begin_); }
  bool is_full() const { return end_ - begin_ + kReadBlock > capacity_; }
  std::string_view from(std::uint64_t offset) const {
    return view().substr(static_cast<std::size_t>(offset - offset_));
  }

  void drop_until(std::uint64_t offset) {
    begin_ += static_cast<std::size_t>(offset - offset_);
    offset_ = offset;
  }
  // Returns how many bytes were added. Not while is_full().
  Result<std::size_t> fill(ByteSource& source) {
    TOCSIN_ASSERT(!is_full());
    if (capacity_ - end_ < kReadBlock) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    Result<std::size_t> got = source.read({bytes_.get() + end_, kReadBlock});
    if (got) end_ += *got;
    return got;
  }

 private:
  std::size_t capacity_;
  std::unique_ptr<char[]> bytes_;
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t offset_ = 0;
};

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
        window_(splitter_.window_bytes_min()) {}

  Result<bool> next(EventBatch& batch) override {
    begin_batch(batch);
    while (true) {
      take(batch);
      if (!batch.events.empty()) break;
      if (has_ended_) return end();
      fill();
    }
    counters_.events += batch.events.size();
    count();
    return true;
  }

  bool has_records() const override { return form_ == Form::records; }
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
    const std::uint64_t keep = records_.empty() ? scanner_.keep_from() : records_.front().begin;
    window_.drop_until(std::max(keep, window_.offset()));
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
    if (format_ == EventFormat::cloudtrail) count_garbage(batch);
  }

  void count_garbage(const EventBatch& batch) {
    for (const EventSlice& event : batch.events) {
      const std::string_view line = batch.message(event);
      const std::size_t first = line.find_first_not_of(" \t");
      if (first != std::string_view::npos && line[first] != '{') ++garbage_lines_;
    }
  }

  void take_records(EventBatch& batch) {
    std::size_t taken = 0;
    for (; taken < records_.size() && batch.events.size() < kBatchEventsMax &&
           batch.bytes.size() < kReadBlock;
         ++taken)
      add_record(records_[taken], batch);
    records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(taken));
    const std::uint64_t keep = records_.empty() ? scanner_.keep_from() : records_.front().begin;
    if (keep > window_.offset()) window_.drop_until(keep);
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
    counters_.long_lines = splitter_.long_lines() + cut_records_;
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
  LineSplitter splitter_;
  RecordScanner scanner_;
  Window window_;
  std::vector<RecordScanner::Record> records_;  // scanned, not yet handed over
  std::string cut_begin_;                       // of a record longer than the window
  std::uint64_t cut_records_ = 0, garbage_lines_ = 0;
  std::optional<Error> failure_;
  bool has_ended_ = false;
  ReadCounters counters_;
};

}  // namespace

Result<std::unique_ptr<EventReader>> EventReader::open(const std::string& path, EventFormat format,
                                                       std::size_t line_bytes_max) {
  Result<FileDescriptor> file = open_file(path);
  if (!file) return file.error();
  return open(std::move(*file), path, format, line_bytes_max);
}

Result<std::unique_ptr<EventReader>> EventReader::open(FileDescriptor file, const std::string& path,
                                                       EventFormat format,
                                                       std::size_t line_bytes_max) {
  const Instant modified = modified_at(file);
  Result<std::unique_ptr<ByteSource>> source = ByteSource::open(std::move(file), path);
  if (!source) return source.error();
  return std::unique_ptr<EventReader>(std::make_unique<FileEventReader>(
      std::move(*source), path, modified, format, line_bytes_max));
}

}  // namespace tocsin
