// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/file_input.hpp"

#include <algorithm>
#include <set>

#include "daemon/inputs/file_glob.hpp"
#include "daemon/inputs/file_streams.hpp"
#include "daemon/inputs/following_input.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

class FileInput : public FollowingInput {
 public:
  FileInput(const InputContext& context, std::vector<std::string> globs)
      : FollowingInput(*context.clock, context.group.name, context.group.max_stall),
        globs_(std::move(globs)),
        shared_(make_shared_state(context)),
        streams_(shared_, context.positions),
        is_first_look_(context.first_seen) {
    start_.at = context.start_at;
    start_.with_rotated = true;
    if (context.start_at == StartAt::age)
      start_.newer_than = context.clock->now() - context.start_age;
  }

 private:
  static FileStreamShared make_shared_state(const InputContext& context) {
    FileStreamShared shared{.clock = *context.clock,
                            .log_group = context.group.name,
                            .buffer = BlockBuffer(context.line_bytes_max)};
    auto compiled = EventTime::compile(context.group.time, context.group.input);
    if (compiled) shared.event_time = std::move(*compiled);
    return shared;
  }

  void begin(FileWatcher& watcher) override { shared_.watcher = &watcher; }
  void end() override { shared_.watcher = nullptr; }

  void discover(Instant now, std::vector<PositionUpdate>& updates) override {
    GlobMatches found = expand_globs(globs_);
    // What came into a directory before it was watched wakes nobody.
    if (watch(found.directories)) found = expand_globs(globs_);
    totals_.unreadable += found.unreadable;
    streams_.add(found.files, is_first_look_ ? start_ : StartPoint{});
    streams_.prune(now, updates);
    if (is_first_look_) updates.push_back({shared_.log_group, std::string(kSeenRow), "1"});
    is_first_look_ = false;
  }

  // True if one of them was not watched before.
  bool watch(const std::set<std::string>& directories) {
    std::set<int> watched;
    for (const std::string& directory : directories) {
      const int watch = shared_.watcher->watch_directory(directory, DirectoryChanges::names);
      if (watch >= 0)
        watched.insert(watch);
      else if (unwatched_.insert(directory).second)
        ++totals_.unwatched;
    }
    const bool has_new =
        !std::includes(watched_.begin(), watched_.end(), watched.begin(), watched.end());
    watched_ = std::move(watched);
    return has_new;
  }

  std::vector<FollowedStream*> streams() override {
    std::vector<FollowedStream*> all;
    streams_.append_to(all);
    return all;
  }

  std::vector<std::string> globs_;
  FileStreamShared shared_;
  FileStreams streams_;
  StartPoint start_;
  bool is_first_look_;
  std::set<int> watched_;
  std::set<std::string> unwatched_;
};

}  // namespace

InputMaker decode_file_input(const ConfigNode& options, Diagnostics& out) {
  ConfigReader read(options, "input file", out);
  std::vector<std::string> globs;
  if (!read.require("path", globs, ListForm::scalar_or_list)) return {};
  if (globs.empty()) {
    report(out, "bad-value", *options.find("path"), "`path` names no file");
    return {};
  }
  return [globs](const InputContext& context) -> std::unique_ptr<Input> {
    return std::make_unique<FileInput>(context, globs);
  };
}

}  // namespace tocsin
