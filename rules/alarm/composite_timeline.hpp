// SPDX-License-Identifier: Apache-2.0
// What the children of a composite alarm were at each instant of event time. A composite is shown
// by what its children are shown as, and these are not known in order of time: of two that were in
// ALARM at once one may be over before the other is known. Such an episode is found here as soon as
// all of the log groups have been read beyond it, so that people are told of it late instead of
// never: docs/decisions/0012.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rules/engine/row_codec.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class CompositeTimeline {
 public:
  // Bounds of what is remembered while a log group stands still. Beyond them the oldest changes
  // take effect though not all is known, and what was shown counts as one red.
  static constexpr std::size_t kChangesMax = 1000;
  static constexpr std::size_t kEpisodesMax = 100;

  using States = std::vector<AlarmState>;  // by child
  using Rule = std::function<bool(const States&)>;

  struct Change {
    Instant from;  // event time from which it holds
    std::size_t child = 0;
    AlarmState to = AlarmState::ok;
    Instant at;          // as its transition tells it: `from`, or just before it
    Instant decided_at;  // wall clock
  };
  // The rule held from the first change to the second one.
  struct Episode {
    Change begin, end;
    States during, after;  // the children at its first instant, and at the first one behind it
  };

  CompositeTimeline() = default;
  // Begins with the children, their names in order, as they are, and the composite as it is shown.
  CompositeTimeline(std::vector<std::string> children, States states, AlarmState shown);

  const std::vector<std::string>& children() const { return names_; }
  void child_is(const Change& change);
  // The composite is shown in this state from `at` on.
  void shown(AlarmState state, Instant at);
  // All before `w` is known.
  void advance(Instant w, const Rule& rule);
  // advance(w) has something to do.
  bool is_due(Instant w) const {
    return pending_.size() > kChangesMax || (!pending_.empty() && pending_.front().from < w);
  }
  bool has_untold() const { return !untold_.empty(); }
  // Nothing waits to be judged or to be told.
  bool is_idle() const { return pending_.empty() && untold_.empty(); }
  // Episodes that no red shown has touched, oldest first.
  std::vector<Episode> take_untold() { return std::exchange(untold_, {}); }

  void write(RowWriter& out) const;
  // false: damaged.
  bool read(RowReader& in);

 private:
  struct Red {
    Instant from, to;
  };
  void step(const Rule& rule);
  void end(Episode episode);
  void forget_red(Instant before);

  std::vector<std::string> names_;
  States states_;                // as far as it has been judged
  std::optional<Episode> open_;  // the rule holds; without its end
  bool begun_ = false;
  std::vector<Change> pending_;  // in order of time
  std::vector<Red> red_;         // shown; the last one lasts while it ends never
  std::vector<Episode> untold_;
};

}  // namespace tocsin
