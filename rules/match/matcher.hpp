// SPDX-License-Identifier: Apache-2.0
// All metric filters of all log groups, applied to blocks of events: bytes in, samples out. Pure
// and immutable; shared by threads, one Scratch each.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/log_event.hpp"
#include "tocsin/match.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// What a caller has no use for need not be made.
struct MatchOptions {
  bool messages = true;  // MatchedEvent::message
  // Timestamps that move watermarks. Without: those of matches, of the first event and the last
  // two, and what default values need.
  bool watermarks = true;
};

class Matcher {
 public:
  // Parser memory and buffers of one thread, reused.
  class Scratch {
   public:
    Scratch();
    ~Scratch();

    // Of the last block that was matched: whether each of its events is sure to be a line that
    // begins with '{'.
    bool saw_only_objects() const;
    // Takes matches that nobody needs any more: their memory is used for the next ones.
    void reuse(std::vector<MatchedEvent>& matches);

   private:
    friend class Matcher;
    struct State;
    std::unique_ptr<State> state_;
  };

  // Log groups whose filters match and ask for the same as in `before` share its compiled patterns.
  explicit Matcher(std::shared_ptr<const RuleSet> rules, const Matcher* before = nullptr);
  ~Matcher();
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  // Fills `out` (cleared first) with the matches of a batch. `batch` keeps its bytes; its positions
  // are moved. A batch of an unknown log group matches nothing. MetricFilter::minimum and
  // default_value are the engine's business.
  void match(EventBatch& batch, Scratch& scratch, MatchBatch& out) const;
  // The same for events that are nobody's batch: `out` names the log group and has `source_time`,
  // and gets rules, events, times, matches and bytes added.
  void match(const EventBlock& block, Scratch& scratch, MatchBatch& out,
             MatchOptions options = {}) const;

  const std::shared_ptr<const RuleSet>& rules() const { return rules_; }

 private:
  struct Group;
  const Group& group(const std::string& name) const;
  void describe(const Group& group, Scratch::State& state, MatchedEvent& found) const;
  static void identify(const Group& group, Scratch::State& state, MatchedEvent& found);
  std::optional<Instant> time_of(const Group& group, Scratch::State& state, Instant near) const;

  std::shared_ptr<const RuleSet> rules_;
  std::vector<std::unique_ptr<const Group>> groups_;  // the last one stands for unknown groups
};

}  // namespace tocsin
