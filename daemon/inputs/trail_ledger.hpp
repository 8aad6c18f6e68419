// SPDX-License-Identifier: Apache-2.0
// Which objects of a trail have been read, and how far: the position rows of a cloudtrail group.
// Rows: an object's path -> {"size","mtime","next","done"}; "@floor" -> the time before which
// objects without a row count as read, so that the rows stay few however old the trail is.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "tocsin/log_event.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

struct TrailObject {
  std::string path;
  std::uint64_t size = 0;
  Instant modified{};
  Instant time{};          // in its name, else modified
  std::uint64_t next = 0;  // EventSlice::position from which records are still to be handed over
  bool is_done = false;    // up to this size and mtime
};

class TrailLedger {
 public:
  static constexpr std::size_t kRowsMax = 200'000;

  TrailLedger(std::string log_group, const std::map<std::string, std::string>& rows);

  // Objects older than that are read only if they have a row.
  Instant floor() const { return floor_; }
  void raise_floor(Instant floor, std::vector<PositionUpdate>& updates);

  // What is known of the object that is there now: whether something of it is to be read
  // (is_done == false), and from where.
  TrailObject find(const std::string& path, std::uint64_t size, Instant modified) const;
  // Remembers it; the row to commit.
  PositionUpdate record(const TrailObject& object);

  // Forgets rows of objects that are done and older than `horizon`, and the oldest of too many;
  // raises the floor to where no row is left.
  void prune(Instant horizon, std::vector<PositionUpdate>& updates);

 private:
  struct Row {
    std::uint64_t size = 0, next = 0;
    Instant modified{};
    bool is_done = false;
  };
  static Instant time_of(const std::string& path, Instant modified);

  std::string log_group_;
  std::unordered_map<std::string, Row> rows_;
  Instant floor_ = kNoTime;
};

}  // namespace tocsin
