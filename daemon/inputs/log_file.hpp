// SPDX-License-Identifier: Apache-2.0
// One file of a stream while it is read: by descriptor, so that it stays readable when it is
// renamed or deleted. A compressed copy of a rotated file is read as if it were that file.
#pragma once
#include <sys/stat.h>

#include <memory>
#include <string>
#include <vector>

#include "daemon/inputs/event_reader.hpp"
#include "daemon/inputs/file_position.hpp"
#include "daemon/inputs/input_counters.hpp"
#include "tocsin/file_descriptor.hpp"
#include "tocsin/log_event.hpp"

namespace tocsin {

FileId id_of(const struct stat& info);
Instant modified_at(const struct stat& info);

enum class LineKind {
  text,  // a line that is not ended waits
  json,  // blank lines are no events; a whole object at the end needs no line break
};

// One for all files of an input; none keeps what it has not handed over.
class BlockBuffer {
 public:
  explicit BlockBuffer(std::size_t line_bytes_max);
  char* data() { return bytes_.get(); }
  std::size_t size() const { return size_; }
  std::size_t line_bytes_max() const { return line_bytes_max_; }

 private:
  std::size_t line_bytes_max_, size_;
  std::unique_ptr<char[]> bytes_;
};

class LogFile {
 public:
  enum class Outcome {
    events,
    nothing,    // no whole line is there yet
    rewritten,  // shorter than what was read of it, or other content before the position
    failed,     // read error; or the compressed copy cannot be read to its end
  };

  // A gzip copy of the file that the position describes is read from its beginning; what was handed
  // over is passed over.
  enum class Form { plain, gzip_copy };

  // `position` must have been verified against the file, or be a beginning.
  LogFile(FileDescriptor file, std::string path, FilePosition position, LineKind kind,
          Form form = Form::plain);
  const FilePosition& position() const { return position_; }
  const std::string& path() const { return path_; }
  int descriptor() const { return file_.get(); }
  bool is_compressed() const { return is_compressed_; }
  std::uint64_t size() const { return size_; }
  Instant modified() const { return modified_; }

  // Learns its size. False if it was truncated or rewritten: read no more from it. `now`: wall
  // clock.
  bool refresh(Instant now);
  bool is_deleted() const { return is_deleted_; }
  // Data is there that has not been handed over and of which a line may be whole.
  bool is_unread() const;
  // From now on nothing is appended: the last line is whole, whatever its end.
  void finish() { is_finished_ = true; }
  bool is_finished() const { return is_finished_; }
  std::uint64_t unread_bytes() const;

  // Fills `batch.bytes` and `batch.events` and moves the position.
  Outcome read(BlockBuffer& buffer, EventBatch& batch, InputTotals& totals);
  // The first line at the position, without moving; for its time.
  std::string peek() const;
  // Sets the position to `offset`, the beginning of a line. Not of a copy.
  void start_at(std::uint64_t offset);
  // Goes on at `position`, which compare() found to be the same.
  void resume(const FilePosition& position);
  // After Outcome::failed of a copy: begin again.
  void reopen_copy();

  int watch = -1;  // the owner's FileWatcher number

 private:
  Outcome read_copy(std::size_t line_bytes_max, EventBatch& batch, InputTotals& totals);
  bool open_copy(std::size_t line_bytes_max);
  std::size_t skip_no_text(std::string_view window, bool is_end);
  std::size_t take_lines(std::string_view window, bool is_end, std::size_t line_bytes_max,
                         EventBatch& batch, InputTotals& totals);
  std::size_t take_objects(std::string_view window, std::size_t used, bool is_all,
                           EventBatch& batch) const;
  bool continues(std::string_view block, std::size_t lead) const;
  void advance(std::string_view block, std::size_t lead, std::size_t used);

  FileDescriptor file_;
  std::unique_ptr<EventReader> copy_;
  Fingerprint copy_read_;
  std::string path_;
  FilePosition position_;
  LineKind kind_ = LineKind::text;
  std::uint64_t size_ = 0;
  std::uint64_t exhausted_ = 0;  // up to there no further whole line was found
  Instant modified_{};
  Instant verified_{};     // its mtime when the content was last compared
  Instant verified_at_{};  // the wall clock then
  bool is_deleted_ = false, is_finished_ = false, is_compressed_ = false, has_copy_ended_ = false;
};

}  // namespace tocsin
