// SPDX-License-Identifier: Apache-2.0
// One log event that several alarms keep: ten alarms on one metric hold its text once. Counted
// without locks, since the engine is of one thread.
#pragma once
#include <cstdint>
#include <string>
#include <utility>

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

// A reference that counts; empty by default.
class SharedEvidence {
 public:
  SharedEvidence() = default;
  SharedEvidence(KeptEvent event, std::uint64_t arrival)
      : held_(new HeldEvidence{
            .event = std::move(event), .text = nullptr, .arrival = arrival, .holders = 1}) {}
  SharedEvidence(const SharedEvidence& other) : held_(other.held_) {
    if (held_ != nullptr) ++held_->holders;
  }
  SharedEvidence(SharedEvidence&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  SharedEvidence& operator=(SharedEvidence other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~SharedEvidence() {
    if (held_ != nullptr && --held_->holders == 0) delete held_;
  }

  explicit operator bool() const { return held_ != nullptr; }
  HeldEvidence* operator->() const { return held_; }
  HeldEvidence& operator*() const { return *held_; }

 private:
  HeldEvidence* held_ = nullptr;
};

}  // namespace tocsin
