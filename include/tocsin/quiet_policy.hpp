// SPDX-License-Identifier: Apache-2.0
// What makes messages fewer without losing one: docs/quiet.md. Values only; notifiers/noise_gate
// decides by them.
#pragma once
#include <compare>
#include <string>
#include <vector>

#include "tocsin/time.hpp"

namespace tocsin {

// At most so many messages within any span of that length. No messages: no limit.
struct MessageRate {
  int messages = 0;
  Duration per{0};
  bool operator==(const MessageRate&) const = default;
};

// `escalate`: if nobody has acknowledged an ALARM for so long, `topic` is told too.
struct EscalationStep {
  Duration after{0};
  std::string topic;
  auto operator<=>(const EscalationStep&) const = default;
};

// `group`: the first message goes at once (or after `wait`, with all that came meanwhile); what
// follows within `interval` is one digest at its end, and so on until an interval passes without.
struct GroupPolicy {
  Duration interval{0};                  // 0: no groups
  Duration wait{0};                      // 0: the first message goes at once
  std::vector<std::string> by{"alarm"};  // what makes a group; none: the whole subscription
  bool operator==(const GroupPolicy&) const = default;
};

// `digest`: everything but some severities in one message, `every` after the first of it.
struct DigestPolicy {
  Duration every{0};                             // 0: no digests
  std::vector<std::string> at_once{"critical"};  // severities
  bool operator==(const DigestPolicy&) const = default;
};

// Of one subscription. `group` and `digest` exclude each other.
struct QuietPolicy {
  GroupPolicy group = {};
  DigestPolicy digest = {};
  MessageRate rate = {};  // beyond it: one digest
  bool operator==(const QuietPolicy&) const = default;
};

}  // namespace tocsin
