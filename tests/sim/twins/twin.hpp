// SPDX-License-Identifier: Apache-2.0
// One way of playing a script through an engine.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rules/engine.hpp"
#include "sim/random.hpp"
#include "sim/twins/script.hpp"

namespace tocsin::sim {

// Chances at each call.
struct Schedule {
  const char* name = "straight";
  std::uint64_t seed = 0;
  double cut = 1;      // a batch ends after an event
  double restart = 0;  // the engine is stopped and restored from its store
  double crash = 0;    // likewise, losing what was not committed, which is read again
  double reload = 0;   // of the same rules
  double damage = 0;   // at a restart, of a row of state
};

// Each in order; how they interleave depends on where batches end.
using Said = std::array<std::vector<std::string>, 4>;

// What a store makes of deltas.
class Memory {
 public:
  void commit(StateDelta delta);
  StateImage load() const;
  // A row of some kind can no longer be read.
  void damage(Random& random);

 private:
  using Id = std::pair<std::string, std::string>;
  std::map<Id, std::string> rows_;    // (kind, id)
  std::map<Id, AlarmStatus> alarms_;  // (alarm, key)
  std::vector<SeenEvent> seen_;
  std::uint64_t next_sequence_ = 1;
};

class Twin {
 public:
  Twin(const Script& script, const Schedule& schedule);

  // Transitions, messages, history and at last every status, one a line.
  const Said& play();
  // The first ALARM that did not end as it was told: empty, there is none. Also with damage.
  const std::string& gap() const { return gap_; }

 private:
  struct Place {
    std::size_t operation = 0, event = 0;
  };

  void open(Instant now);
  bool step();
  void read(const Operation& o);
  void operate(const Operation& o);
  void save(Instant now);
  void disturb(Instant now);
  void note();
  void check(const Transition& t);
  void rename_told();

  const Script& script_;
  Schedule schedule_;
  Random random_;
  std::shared_ptr<const RuleSet> rules_;
  std::unique_ptr<Engine> engine_;
  Effects out_;
  Said said_;
  Place place_;
  using Told = std::map<std::pair<std::string, std::string>, AlarmState>;
  Told told_;  // by (alarm, key): the state that people were told last
  std::string gap_;

  Memory memory_;
  Said stored_said_;
  Told stored_told_;
  Place stored_place_;
  Instant stored_now_;  // a crash comes right after the commit
  std::shared_ptr<const RuleSet> stored_rules_;
};

}  // namespace tocsin::sim
