// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/cloudtrail_input.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <unordered_map>

#include "daemon/inputs/byte_source.hpp"
#include "daemon/inputs/file_streams.hpp"
#include "daemon/inputs/file_tree.hpp"
#include "daemon/inputs/following_input.hpp"
#include "daemon/inputs/object_stream.hpp"
#include "daemon/inputs/record_scanner.hpp"
#include "daemon/inputs/trail_ledger.hpp"
#include "daemon/inputs/trail_name.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

constexpr Duration kWalkPause = seconds{30};
// Objects are remembered that long after the time in their names, in case they come again.
constexpr Duration kRemembered = days{7};

// So long may the first bytes of a file be on their way.
constexpr Duration kBeginningWritten = seconds{5};

enum class FileKind { object, lines, unknown };

FileKind kind_of(const std::string& path, Instant modified, Instant now) {
  constexpr std::size_t kPeeked = 64 << 10;
  const Result<FileDescriptor> file = open_file(path);
  if (!file) return FileKind::object;  // its stream says what is wrong
  const std::string head = read_at(file->get(), 0, kPeeked);
  if (head.starts_with("\x1f\x8b")) return FileKind::object;
  RecordScanner scanner;
  std::vector<RecordScanner::Record> ignored;
  scanner.scan(head, ignored);
  if (scanner.verdict() == RecordScanner::Verdict::lines) return FileKind::lines;
  const bool is_begun = !head.empty() && modified < now - kBeginningWritten;
  const bool is_records = scanner.verdict() == RecordScanner::Verdict::records;
  return is_records || head.size() == kPeeked || is_begun ? FileKind::object : FileKind::unknown;
}

class CloudtrailInput : public FollowingInput {
 public:
  CloudtrailInput(const InputContext& context, std::string root)
      : FollowingInput(*context.clock, context.group.name, context.group.max_stall),
        clock_(*context.clock),
        root_(std::move(root)),
        context_start_(context.start_at),
        start_age_(context.start_age),
        line_bytes_max_(context.line_bytes_max),
        is_first_look_(context.first_seen),
        shared_(make_shared_state(context)),
        ledger_(context.group.name, context.positions),
        line_streams_(shared_, context.positions) {
    for (const auto& [path, value] : context.positions)
      if (value.starts_with('[')) line_paths_.insert(path);
  }

 private:
  static FileStreamShared make_shared_state(const InputContext& context) {
    FileStreamShared shared{.clock = *context.clock,
                            .log_group = context.group.name,
                            .kind = LineKind::json,
                            .buffer = BlockBuffer(context.line_bytes_max)};
    auto compiled = EventTime::compile(context.group.time, context.group.input);
    if (compiled) shared.event_time = std::move(*compiled);
    return shared;
  }

  void begin(FileWatcher& watcher) override { shared_.watcher = &watcher; }
  void end() override { shared_.watcher = nullptr; }

  void on_wake(const Wake& wake) override {
    must_walk_ = must_walk_ || wake.is_incomplete;
    for (const int watch : wake.directories)
      if (const auto known = directories_.find(watch); known != directories_.end())
        touched_.insert(known->second);
  }

  void discover(Instant now, std::vector<PositionUpdate>& updates) override {
    if (is_first_look_ && context_start_ == StartAt::age)
      ledger_.raise_floor(now - start_age_, updates);
    const bool is_due = must_walk_ || clock_.tick() - walked_at_ >= kWalkPause;
    const std::set<std::string> touched = std::exchange(touched_, {});
    const std::set<std::string> unknown = std::exchange(unknown_, {});
    if (is_due) {
      walk_all(now, updates);
    } else {
      for (const std::string& directory : touched) walk(directory, now, updates);
      for (const std::string& path : unknown) consider(path, now, updates);
    }
    line_streams_.add(line_paths_, line_start());
    line_streams_.prune(now, updates);
    if (is_first_look_) updates.push_back({shared_.log_group, "@seen", "1"});
    is_first_look_ = false;
  }

  StartPoint line_start() const {
    if (is_first_look_ && context_start_ == StartAt::end) return {StartAt::end, kNoTime};
    if (ledger_.floor() != kNoTime) return {StartAt::age, ledger_.floor()};
    return {};
  }

  void walk_all(Instant now, std::vector<PositionUpdate>& updates) {
    must_walk_ = false;
    walked_at_ = clock_.tick();
    barred_.clear();
    totals_.skipped_old = 0;
    if (!std::filesystem::exists(root_)) barred_.insert(root_);
    walk(root_, now, updates);
    const auto is_idle = [](const auto& entry) { return !entry.second->is_unread(); };
    if (std::all_of(objects_.begin(), objects_.end(), is_idle))
      ledger_.prune(now - std::max<Duration>(kRemembered, start_age_), updates);
  }

  void walk(const std::string& path, Instant now, std::vector<PositionUpdate>& updates) {
    FileWalk found = walk_files(path);
    // What appeared in a directory before it was watched is found by a second walk.
    if (watch(found.directories)) found = walk_files(path);
    for (const std::string& directory : found.unreadable) {
      ++totals_.unreadable;
      barred_.insert(directory);
    }
    for (const std::string& file : found.files)
      if (file == root_ || is_trail_name(file)) consider(file, now, updates);
  }

  // Whether there was one that was not watched yet.
  bool watch(const std::vector<std::string>& directories) {
    bool has_new = false;
    for (const std::string& directory : directories) {
      const int number =
          shared_.watcher->watch_directory(directory, DirectoryChanges::names_and_writes);
      if (number >= 0)
        has_new |= directories_.insert_or_assign(number, directory).second;
      else if (unwatched_.insert(directory).second)
        ++totals_.unwatched;
    }
    return has_new;
  }

  void consider(const std::string& path, Instant now, std::vector<PositionUpdate>& updates) {
    struct stat info {};
    if (line_paths_.contains(path) || ::stat(path.c_str(), &info) != 0) return;
    TrailObject object =
        ledger_.find(path, static_cast<std::uint64_t>(info.st_size), modified_at(info));
    if (object.is_done) {
      if (object.time < ledger_.floor()) ++totals_.skipped_old;
      return;
    }
    switch (kind_of(path, object.modified, now)) {
      case FileKind::lines:
        line_paths_.insert(path);
        return;
      case FileKind::unknown:
        unknown_.insert(path);
        return;
      case FileKind::object:
        break;
    }
    object.is_done = is_first_look_ && context_start_ == StartAt::end;
    if (object.is_done)
      updates.push_back(ledger_.record(object));
    else
      stream_of(path).add(object);
  }

  ObjectStream& stream_of(const std::string& path) {
    const auto name = parse_trail_name(path);
    const std::string key =
        name ? name->account + '/' + name->region : path.substr(0, path.rfind('/'));
    auto& stream = objects_[key];
    if (!stream) stream = std::make_unique<ObjectStream>(key, clock_, ledger_, line_bytes_max_);
    return *stream;
  }

  std::vector<FollowedStream*> streams() override {
    std::vector<FollowedStream*> all;
    for (const auto& [name, stream] : objects_) all.push_back(stream.get());
    line_streams_.append_to(all);
    return all;
  }

  std::vector<StreamLook> barred() const override {
    std::vector<StreamLook> looks;
    for (const std::string& directory : barred_) looks.push_back({directory, true, std::nullopt});
    return looks;
  }

  const Clock& clock_;
  std::string root_;
  StartAt context_start_;
  Duration start_age_;
  std::size_t line_bytes_max_;
  bool is_first_look_;
  FileStreamShared shared_;
  TrailLedger ledger_;
  FileStreams line_streams_;
  std::set<std::string> line_paths_;
  std::map<std::string, std::unique_ptr<ObjectStream>> objects_;
  std::unordered_map<int, std::string> directories_;  // by number of the watch
  std::set<std::string> touched_, unknown_, barred_, unwatched_;
  Tick walked_at_{};
  bool must_walk_ = true;
};

}  // namespace

InputMaker decode_cloudtrail_input(const ConfigNode& options, Diagnostics& out) {
  ConfigReader read(options, "input cloudtrail", out);
  std::string root;
  if (!read.require("path", root)) return {};
  while (root.size() > 1 && root.ends_with('/')) root.pop_back();
  if (root.empty()) {
    report(out, "bad-value", *options.find("path"), "`path` is empty");
    return {};
  }
  return [root](const InputContext& context) -> std::unique_ptr<Input> {
    return std::make_unique<CloudtrailInput>(context, root);
  };
}

}  // namespace tocsin
