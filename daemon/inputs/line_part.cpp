// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/line_part.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "daemon/inputs/byte_source.hpp"
#include "daemon/inputs/file_mapping.hpp"
#include "daemon/inputs/line_blocks.hpp"
#include "daemon/inputs/other_lines.hpp"
#include "daemon/inputs/read_window.hpp"

namespace tocsin {
namespace {

// Behind the end only the rest of one line is wanted.
constexpr std::size_t kBeyondEnd = 16 << 10;

// From an offset on; mapped if that can be, else read.
class OffsetSource : public ByteSource {
 public:
  // `size`: how much will be asked for, `sure` thereof in any case.
  OffsetSource(std::shared_ptr<const FileDescriptor> file, std::string path, std::uint64_t offset,
               std::size_t size, std::size_t sure)
      : file_(std::move(file)),
        path_(std::move(path)),
        offset_(offset),
        mapping_(FileMapping::open(*file_, offset, size)) {
    if (mapping_) mapping_->want(sure);
  }

  std::optional<std::string_view> whole() const override {
    return mapping_ ? std::optional(mapping_->bytes()) : std::nullopt;
  }
  // What was handed over was not what the file held.
  std::optional<Error> damage() const {
    if (!mapping_ || !mapping_->is_damaged(*file_)) return std::nullopt;
    return Error{"io", path_ + ": became shorter, or unreadable, while it was read"};
  }

  Result<std::size_t> read(std::span<char> out) override {
    while (true) {
      const ssize_t got =
          ::pread(file_->get(), out.data(), out.size(), static_cast<off_t>(offset_));
      if (got >= 0) {
        offset_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
      }
      if (errno != EINTR) return file_error(path_, errno);
    }
  }

 private:
  std::shared_ptr<const FileDescriptor> file_;
  std::string path_;
  std::uint64_t offset_;
  std::unique_ptr<FileMapping> mapping_;
};

class LinePartReader : public BlockReader {
 public:
  explicit LinePartReader(const LinePart& part)
      : format_(part.format),
        begin_(part.begin),
        end_(part.end),
        modified_(modified_at(*part.file)),
        source_(part.file, part.path, first_byte(),
                part.end - first_byte() + window_bytes_min(part) + kReadBlock,
                part.end - first_byte()),
        window_(window_bytes_min(part), first_byte()),
        blocks_(part.line_bytes_max, part.end) {}

  Result<bool> next(EventBlock& block) override {
    if (!end_block()) return end();
    if (!is_at_line_) find_line();
    blocks_.drop_used(window_);
    while (!blocks_.next(window_, has_ended_ && !failure_, block)) {
      blocks_.drop_used(window_);
      if (has_ended_ || blocks_.is_done()) return end();
      fill();
    }
    handed_ = block;
    return true;
  }

  void set_only_objects() override { has_only_objects_ = true; }
  Instant modified() const override { return modified_; }
  bool has_records() const override { return false; }
  bool has_offsets() const override { return true; }
  const ReadCounters& counters() const override { return counters_; }

 private:
  static std::size_t window_bytes_min(const LinePart& part) {
    return LineSplitter(part.line_bytes_max).window_bytes_min();
  }

  // False: what the last block pointed to was damaged. Its lines are counted now that matching has
  // brought them into the cache.
  bool end_block() {
    if (format_ == EventFormat::cloudtrail && !has_only_objects_)
      counters_.broken += count_other_lines(handed_);
    handed_ = {};
    has_only_objects_ = false;
    const std::optional<Error> damage = source_.damage();
    if (damage) failure_ = damage;
    return !damage;
  }

  // The byte before the begin says whether a line begins there.
  std::uint64_t first_byte() const { return begin_ == 0 ? 0 : begin_ - 1; }

  void find_line() {
    is_at_line_ = true;
    if (begin_ == 0) return skip_byte_order_mark();
    std::size_t line_break = std::string_view::npos;
    while (!has_ended_ && window_.end_offset() < end_) {
      fill();
      line_break = window_.view().find('\n');
      if (line_break != std::string_view::npos) break;
      window_.drop_until(window_.end_offset());
    }
    const bool is_found = line_break != std::string_view::npos;
    window_.drop_until(is_found ? window_.offset() + line_break + 1 : window_.end_offset());
    if (window_.offset() < end_) return;
    window_.drop_until(window_.end_offset());
    has_ended_ = true;
  }

  void skip_byte_order_mark() {
    fill();
    if (window_.view().starts_with(kByteOrderMark)) window_.drop_until(kByteOrderMark.size());
  }

  void fill() {
    const std::uint64_t from = window_.end_offset();
    const std::uint64_t wanted = from < end_ ? end_ - from : kBeyondEnd;
    const Result<std::size_t> got =
        window_.fill(source_, std::min<std::uint64_t>(wanted, kReadBlock));
    if (!got) failure_ = got.error();
    has_ended_ = !got || *got == 0;
    if (!got) return;
    counters_.bytes += std::min(from + *got, end_) - std::clamp(from, begin_, end_);
  }

  Result<bool> end() {
    counters_.long_lines = blocks_.long_lines();
    if (failure_) return *failure_;
    return false;
  }

  EventFormat format_;
  std::uint64_t begin_, end_;
  Instant modified_;
  OffsetSource source_;
  ReadWindow window_;
  LineBlocks blocks_;
  std::optional<Error> failure_;
  EventBlock handed_;
  bool has_only_objects_ = false;  // of handed_
  bool is_at_line_ = false, has_ended_ = false;
  ReadCounters counters_;
};

}  // namespace

std::unique_ptr<BlockReader> read_part(LinePart part) {
  return std::make_unique<LinePartReader>(part);
}

}  // namespace tocsin
