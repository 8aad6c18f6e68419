// SPDX-License-Identifier: Apache-2.0
// All metric filters of all log groups, applied to batches of events: bytes in, samples out. Pure
// and immutable; shared by threads, one Scratch each.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "tocsin/log_event.hpp"
#include "tocsin/match.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

class EventView;  // rules/pattern/event_view.hpp

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
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  // Fills `out` (cleared first) with the times of all events and the matches of those that match.
  // `batch` keeps its bytes; its positions are moved. A batch of an unknown log group gives times
  // only. MetricFilter::minimum and default_value are the engine's business.
  void match(EventBatch& batch, Scratch& scratch, MatchBatch& out) const;

  const std::shared_ptr<const RuleSet>& rules() const { return rules_; }

 private:
  struct Group;
  const Group& group(const std::string& name) const;
  void match_event(const Group& group, EventView& event, MatchedEvent& found) const;

  std::shared_ptr<const RuleSet> rules_;
  std::vector<Group> groups_;  // the last one stands for unknown groups
};

}  // namespace tocsin
