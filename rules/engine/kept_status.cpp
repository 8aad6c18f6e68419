// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/kept_status.hpp"

namespace tocsin {

void KeptStatus::set(const AlarmStatus& status) {
  reason_ = PackedTexts(status.reason, status.reason_data);
  state_since_ = status.state_since;
  updated_at_ = status.updated_at;
  evaluation_state_ = status.evaluation_state;
  set_note(status.note);
}

AlarmStatus KeptStatus::status(const std::string& alarm, const AlarmKey& key,
                               AlarmState state) const {
  AlarmStatus out;
  out.alarm = alarm;
  out.key = key;
  out.state = state;
  out.reason = reason_.first();
  out.reason_data = reason_.second();
  out.state_since = state_since_;
  out.updated_at = updated_at_;
  if (note_) out.note = *note_;
  out.evaluation_state = evaluation_state_;
  return out;
}

void KeptStatus::set_note(const std::string& note) {
  note_ = note.empty() ? nullptr : std::make_unique<std::string>(note);
}

}  // namespace tocsin
