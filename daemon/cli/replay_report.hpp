// SPDX-License-Identifier: Apache-2.0
// What `tocsin replay` prints: transitions and notifications as they would have been, then a
// summary. contract.md section 5.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

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

  // In the order decided; a transition is followed by its notifications.
  void print(const Effects& effects);
  void finish(const ReplaySummary& summary);

 private:
  bool is_beginning(const Transition& transition);
  void print(const Transition& transition);
  void print(const Notification& notification);

  Output& out_;
  bool json_;
  std::uint64_t transitions_ = 0;
  std::set<std::pair<std::string, AlarmKey>> begun_;
};

}  // namespace tocsin
