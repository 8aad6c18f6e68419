// SPDX-License-Identifier: Apache-2.0
// One log event that several alarms keep: ten alarms on one metric hold its text once.
#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "rules/engine/counted.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/shared_value.hpp"

namespace tocsin {

// As it is kept: events of one source hold its name together.
struct KeptEvent {
  Instant time;
  Shared<std::string> source;
  std::uint64_t position = 0;
  std::string message;

  Evidence told() const { return {time, source, position, message}; }
};

struct HeldEvidence {
  KeptEvent event;
  const EvidenceText* text = nullptr;  // says the message of an event that has none here
  std::uint64_t arrival = 0;  // settles equal times, also after a restart; later ones have more
  bool trimmed = false;
  std::uint32_t holders = 0;
};

using SharedEvidence = Counted<HeldEvidence>;

inline SharedEvidence share_evidence(KeptEvent event, std::uint64_t arrival) {
  return SharedEvidence(HeldEvidence{.event = std::move(event), .arrival = arrival});
}

}  // namespace tocsin
