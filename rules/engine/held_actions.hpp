// SPDX-License-Identifier: Apache-2.0
// A transition whose actions somebody holds: kept, over restarts, until they are run once or
// dropped. spec/alarms.md sections 9.4 and 10.
#pragma once
#include "rules/engine/row_codec.hpp"
#include "tocsin/alarm_state.hpp"

namespace tocsin {

struct HeldActions {
  Transition transition;  // the newest; without its events, which the key's evidence has
  ActionHold hold;        // who holds it now
  AlarmState known = AlarmState::ok;  // the state that people were told last
  bool muted = false;  // a window or silence held it: it is told as ActionExecutedAfterMuteWindow
};

constexpr bool is_mute(HeldBy by) { return by == HeldBy::mute_window || by == HeldBy::silence; }

void write_hold(const ActionHold& hold, RowWriter& out);
ActionHold read_hold(RowReader& in);

void write_held(const HeldActions& held, RowWriter& out);
// false: damaged.
bool read_held(RowReader& in, HeldActions& held);

}  // namespace tocsin
