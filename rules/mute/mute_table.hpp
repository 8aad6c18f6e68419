// SPDX-License-Identifier: Apache-2.0
// Who is muted when: the windows of the rules and the silences of people, together. Immutable; any
// thread. The engine makes a new one whenever either changes.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/mute/mute_schedule.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/operator.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

using Tags = std::vector<std::pair<std::string, std::string>>;

bool is_target(const MuteTargets& targets, std::string_view alarm, const Tags& tags);

// The mutes that are active at some instant. Does not outlive its table.
class ActiveMutes {
 public:
  // What holds this alarm's actions; of several that which ends last.
  std::optional<ActionHold> hold_of(std::string_view alarm, const Tags& tags) const;
  // Until then nothing begins or ends.
  Instant valid_until() const { return valid_until_; }

 private:
  friend class MuteTable;
  struct Active {
    const MuteTargets* targets = nullptr;
    ActionHold hold;
  };
  std::vector<Active> active_;  // the last to end first
  Instant valid_until_ = kNoTime;
};

class MuteTable {
 public:
  static constexpr std::size_t kSilencesMax = 1000;

  MuteTable(std::shared_ptr<const RuleSet> rules, std::vector<Silence> silences);

  ActiveMutes active(Instant now) const;
  // Whether what held this alarm's actions when they were held does so still, until the same
  // instant.
  bool stands(const ActionHold& hold, std::string_view alarm, const Tags& tags, Instant now) const;
  // In the order of the rules.
  std::vector<MuteWindowStatus> windows(Instant now) const;
  // Those that are over are dropped by the engine. In the order in which they were added.
  const std::vector<Silence>& silences() const { return silences_; }

 private:
  std::shared_ptr<const RuleSet> rules_;
  std::vector<MuteCalendar> calendars_;  // of the windows
  std::vector<Silence> silences_;
};

}  // namespace tocsin
