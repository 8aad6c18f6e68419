// SPDX-License-Identifier: Apache-2.0
// What `tocsin replay` prints: transitions and notifications as they would have been, then a
// summary. contract.md section 5.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/cli/terminal.hpp"
#include "tocsin/effects.hpp"

namespace tocsin {

struct ReplaySummary {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;  // inflated
  double seconds = 0;
  std::map<std::string, std::uint64_t> matched;  // by filter, repeats dropped
};

class ReplayReport {
 public:
  // `out` outlives the report.
  ReplayReport(Output& out, bool json) : out_(out), json_(json) {}

  // What was decided. The watermark follows one event behind, so that what falls due is decided
  // after an event that is later: it is held until nothing earlier can come, `settled`, and told in
  // order of event time, each transition followed by its notifications.
  void add(Effects effects, Instant settled);
  // Nothing was decided, and nothing earlier can come.
  void settle(Instant settled) {
    if (!held_.empty()) tell(settled);
  }
  // Tells what is held, and the summary.
  void finish(const ReplaySummary& summary);

 private:
  struct Told {
    std::optional<Transition> transition;  // none: it was told before, its messages come late
    std::vector<Notification> notifications;
  };

  void tell(Instant settled);
  bool is_beginning(const Transition& transition);
  void print(const Transition& transition);
  void print(const Notification& notification);

  Output& out_;
  bool json_;
  std::uint64_t transitions_ = 0;
  std::set<std::pair<std::string, AlarmKey>> begun_;
  std::multimap<Instant, Told> held_;  // by event time, equal times in the order decided
};

}  // namespace tocsin
