// SPDX-License-Identifier: Apache-2.0
// All metric filters of all log groups, applied to batches of events: bytes in, samples out. Pure
// and immutable; shared by threads, one Scratch each.
#pragma once
#include <memory>
#include <string>

#include "tocsin/log_event.hpp"
#include "tocsin/match.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

class Matcher {
 public:
  // Parser memory and buffers of one thread, reused.
  class Scratch {
   public:
    Scratch();
    ~Scratch();

   private:
    friend class Matcher;
    struct State;
    std::unique_ptr<State> state_;
  };

  explicit Matcher(std::shared_ptr<const RuleSet> rules);
  ~Matcher();

  // Fills `out` (cleared first) with the times of all events and the matches of those that match.
  // `batch` keeps its bytes; its positions are moved. A batch of an unknown log group gives times
  // only.
  void match(EventBatch& batch, Scratch& scratch, MatchBatch& out) const;

  const std::shared_ptr<const RuleSet>& rules() const { return rules_; }

 private:
  struct Group;
  std::shared_ptr<const RuleSet> rules_;
  std::vector<Group> groups_;
};

}  // namespace tocsin
