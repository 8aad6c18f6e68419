// SPDX-License-Identifier: Apache-2.0
// A store in memory, for worlds whose restarts are part of a test: what the daemon's store keeps of
// the engine, and nothing of the disk.
#pragma once
#include <map>
#include <string>
#include <utility>

#include "tocsin/effects.hpp"

namespace tocsin {

class MemoryStore {
 public:
  void commit(const StateDelta& delta);
  StateImage load() const;

 private:
  using Name = std::pair<std::string, std::string>;  // (kind, id)
  std::map<Name, std::string> rows_;
  std::vector<SeenEvent> seen_;
  std::map<std::pair<std::string, AlarmKey>, AlarmStatus> alarms_;
  std::uint64_t next_sequence_ = 1;
};

}  // namespace tocsin
