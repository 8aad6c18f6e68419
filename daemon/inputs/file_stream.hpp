// SPDX-License-Identifier: Apache-2.0
// A path whose file grows and is rotated, as one stream.
//
// Rotation by rename: the descriptor stays on the old file, which is read to its end before the new
// one; it is watched for a minute more, for writers that have not reopened. copytruncate: the file
// is shorter than what was read of it, or holds something else before the position; it is read from
// its beginning, after the unread rest in the copy. The same happens after a restart, from what the
// position row says.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/inputs/followed_stream.hpp"
#include "daemon/inputs/input.hpp"
#include "daemon/inputs/log_file.hpp"
#include "daemon/inputs/rotated_files.hpp"
#include "rules/match/time/event_time.hpp"

namespace tocsin {

class FileStream;

// What all file streams of an input share.
struct FileStreamShared {
  const Clock& clock;
  std::string log_group;
  LineKind kind = LineKind::text;
  BlockBuffer buffer;
  std::optional<EventTime> event_time = std::nullopt;
  FileWatcher* watcher = nullptr;  // set while the input runs
  // Another stream than the one that asks reads the file that has that id and is at that path.
  std::function<bool(const FileStream&, const FileId&, const std::string&)> is_taken =
      [](const FileStream&, const FileId&, const std::string&) { return false; };
  // Told of every file that is opened.
  std::function<void(FileStream&, const FileId&)> take = [](FileStream&, const FileId&) {};
  // That path has a stream, or will have one.
  std::function<bool(const std::string&)> is_followed = [](const std::string&) { return false; };
  // That path matches the globs.
  std::function<bool(const std::string&)> is_matched = [](const std::string&) { return false; };
  // That path is what rotation makes of the name of another stream, which reads it.
  std::function<bool(const std::string&)> is_rotated = [](const std::string&) { return false; };
  // The file at that path is a copy of what the stream of another name reads.
  std::function<bool(const std::string&)> is_copy = [](const std::string&) { return false; };
};

// Where to begin in a file without a position.
struct StartPoint {
  StartAt at = StartAt::beginning;
  Instant newer_than = kNoTime;  // at == age
  bool with_rotated = false;     // also what rotation has left, if a glob matches it
};

class FileStream : public FollowedStream {
 public:
  // `stored`: of the position row, if there is one; `start` counts only without.
  FileStream(std::string path, FileStreamShared& shared, std::vector<FilePosition> stored,
             StartPoint start);

  const std::string& name() const override { return path_; }
  std::optional<StreamLook> look(Instant now, std::vector<PositionUpdate>& updates) override;
  void poke(const Wake& wake) override;
  bool is_unread() const override;
  bool is_readable() const override;
  bool is_held(Duration max_stall) const override;
  Instant next_time() const override { return newest_; }
  bool read(Instant now, EventBatch& batch) override;
  StreamCounters counters() const override;

  // The files that it has open: while they are, no other file has such an id.
  bool has_open(const FileId& id) const;
  // The file of that id at that path is one of those that it has not found again yet.
  bool is_seeking(const FileId& id, const std::string& path) const;
  std::vector<FileId> ids() const;
  // Gives up that file, opened or not yet, to the stream of its new name.
  void hand_over(const FileId& id, FileStream& heir);
  // Neither its path nor an open file is there.
  bool is_gone() const { return path_state_ == PathState::missing && files_.empty(); }
  // `file` holds what was read of one of its files, or is being made a copy of it.
  bool is_copied_in(int file) const;
  // When it last looked at its files, for pruning.
  Instant last_seen() const;

 private:
  struct Held {
    std::unique_ptr<LogFile> file;
    Tick changed{};  // when it was last seen to grow
    std::uint64_t size = 0;
  };

  // Read to its end, but a search for files that were missed would find it.
  struct Closed {
    FilePosition position;
    Instant modified;
  };

  enum class PathState { unknown, missing, unreadable, file };

  void look_at_path();
  bool is_path_known() const;
  void open_current();
  void restore(std::unique_ptr<LogFile> current);
  bool restore_one(const FilePosition& position, bool is_last, std::unique_ptr<LogFile>& current);
  void put_current_last();
  void follow(std::unique_ptr<LogFile> current);
  void start(std::unique_ptr<LogFile> current);
  void set_start(LogFile& file) const;
  void look_at_files();
  void look_for_missed_file();
  bool has_directory_changed();
  void close_finished();
  void close(std::size_t index);
  void forget_closed();
  void on_changed(std::size_t index);
  void on_read_failure(std::size_t index);
  void add(std::unique_ptr<LogFile> file);
  void add_rotated(RotatedFiles found);
  void erase(std::size_t index);
  // `since` as in RotationSearch. `current`: the file at the path, if it is not among files_.
  RotatedFiles search(const FilePosition& position, Instant since, LogFile* current);
  RotatedFiles search_rest(const FilePosition& position, LogFile* current);
  RotatedFiles search_between(const FilePosition& position, Instant since, LogFile* current);
  RotationSearch make_search(const FilePosition& position, Instant since, LogFile* current);
  std::vector<FilePosition> known_positions(LogFile* current);
  bool is_current(std::size_t index) const;
  bool has_unread_file() const;
  void note_time(const EventBatch& batch, Instant now);
  std::optional<Instant> first_time() const;
  std::vector<FilePosition> positions() const;
  PositionUpdate position_update() const;
  Tick tick() const { return shared_.clock.tick(); }

  std::string path_;
  FileStreamShared& shared_;
  std::vector<FilePosition> stored_;  // not yet found again
  StartPoint start_;
  std::vector<Closed> closed_;  // older than files_
  std::vector<Held> files_;     // oldest first
  PathState path_state_ = PathState::unknown;
  FileId path_id_;
  std::uint64_t path_size_ = 0;
  Instant directory_changed_{};
  bool was_blank_ = false;                   // nothing was in the file at the path in the last look
  std::optional<std::uint64_t> first_size_;  // of a file without a position
  Instant looked_at_{};                      // wall clock when the last look began
  // The same for the last one after which no file was unknown that had had the path by then: not
  // of one in the midst of a rotation.
  Instant known_at_{};
  Instant newest_ = kNoTime;
  RetryTimer open_retry_, read_retry_;
  std::string trouble_;
  std::string source_;
  InputTotals totals_;
  bool is_dirty_ = false;   // the position row is out of date
  bool has_begun_ = false;  // its path has been found, now or before a restart
  bool has_delivered_ = false;
  bool has_times_ = false;  // of its lines at least one had a time
};

}  // namespace tocsin
