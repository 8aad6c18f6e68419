// SPDX-License-Identifier: Apache-2.0
// What people are shown of one (alarm, key), as it is kept: packed, and without what its KeyEntry
// knows.
#pragma once
#include <memory>
#include <string>

#include "rules/engine/packed_text.hpp"
#include "tocsin/alarm_state.hpp"

namespace tocsin {

class KeptStatus {
 public:
  // Alarm, key and state are the KeyEntry's own and not kept, nor is what ActionDesk knows.
  void set(const AlarmStatus& status);
  AlarmStatus status(const std::string& alarm, const AlarmKey& key, AlarmState state) const;
  // Parts of it alone.
  void set_note(const std::string& note);
  EvaluationState evaluation_state() const { return evaluation_state_; }
  void set_evaluation_state(EvaluationState state) { evaluation_state_ = state; }

 private:
  PackedTexts reason_;  // and its data
  Instant state_since_, updated_at_;
  std::unique_ptr<std::string> note_;  // nullptr: it is empty, as normally
  EvaluationState evaluation_state_ = EvaluationState::normal;
};

}  // namespace tocsin
