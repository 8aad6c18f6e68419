// SPDX-License-Identifier: Apache-2.0
// What people are shown of one (alarm, key), as it is kept: packed, and without what its KeyEntry
// knows.
#pragma once
#include "rules/engine/packed_text.hpp"
#include "tocsin/alarm_state.hpp"

namespace tocsin {

class KeptStatus {
 public:
  // Reason and times; all else is the KeyEntry's own.
  void set(const AlarmStatus& status) {
    reason_ = PackedTexts(status.reason, status.reason_data);
    state_since_ = status.state_since;
    updated_at_ = status.updated_at;
  }
  AlarmStatus status() const {
    AlarmStatus out;
    out.reason = reason_.first();
    out.reason_data = reason_.second();
    out.state_since = state_since_;
    out.updated_at = updated_at_;
    return out;
  }

 private:
  PackedTexts reason_;  // and its data
  Instant state_since_, updated_at_;
};

}  // namespace tocsin
