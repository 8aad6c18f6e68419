// SPDX-License-Identifier: Apache-2.0
// The file streams of a log group by path: which paths are streams, and which are only other names
// or copies of files that a stream reads already, as when a glob matches what rotation leaves.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/inputs/file_stream.hpp"

namespace tocsin {

class FileStreams {
 public:
  // Streams of the stored rows: path -> value.
  FileStreams(FileStreamShared& shared, const std::map<std::string, std::string>& rows);

  // Makes streams of the paths that are new. They begin at `start`.
  void add(const std::set<std::string>& paths, StartPoint start);
  // Forgets streams that have been gone for a week, and the oldest of too many.
  void prune(Instant now, std::vector<PositionUpdate>& updates);

  void append_to(std::vector<FollowedStream*>& streams) const;

 private:
  void consider(const std::string& path, StartPoint start);
  void index_owners();
  FileStream* owner_of(const FileId& id, const std::string& path) const;
  bool is_rotated(const std::string& path) const;
  bool is_copy(const std::string& path) const;

  FileStreamShared& shared_;
  std::map<std::string, std::unique_ptr<FileStream>> streams_;
  std::multimap<FileId, FileStream*> owners_;  // those that have it or had it since the last look
  std::set<std::string> paths_;                // that match now
};

}  // namespace tocsin
