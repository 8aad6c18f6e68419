// SPDX-License-Identifier: Apache-2.0
// What a person asks of the running engine, and what a person can look up there: states set by
// hand, acknowledgements, switched actions, silences. spec/alarms.md sections 1, 5.7 and 10. Values
// only; Engine::operate() does it, on the engine's thread, and everything asked for is in the
// history with who asked.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/mute_window.hpp"

namespace tocsin {

// One alarm; without `key` all of its keys.
struct AlarmName {
  std::string alarm;
  std::optional<AlarmKey> key{};
};

// SetAlarmState: runs the actions of the new state if it differs from the old one. A metric alarm
// goes back to its computed state at its next evaluation, a composite when a child changes.
struct SetAlarmState {
  AlarmName name;
  AlarmState state = AlarmState::ok;
  std::string reason;       // 1..1023 bytes
  std::string reason_data;  // JSON or empty, at most 4000 bytes
};

// Holds reminders (`repeat`), not changes of state; ends with the state, at `until`, or when it is
// taken back. Concerns keys that are not OK.
struct Acknowledge {
  AlarmName name;
  std::optional<Instant> until{};  // later than now; nothing: as long as the state lasts
  std::string comment{};           // at most 1023 bytes
};
struct TakeBackAcknowledgement {
  AlarmName name;
};

// DisableAlarmActions, EnableAlarmActions. Holds over restarts and reloads until somebody switches
// it back or the rule's own `actions_enabled` is edited. What happened meanwhile is not told later.
struct SwitchActions {
  std::vector<std::string> alarms;  // 1..100 names
  bool enabled = true;
};

// `silence.id`, `created`: set by the engine. from < until, until later than now and at most 366
// days after from; targets must name something; reason 1..1023 bytes.
struct AddSilence {
  Silence silence;
};
// As if its time were over: held actions run if they still apply.
struct EndSilence {
  std::string id;
};

struct OperatorRequest {
  std::string who;  // for people: "alice", "uid 1000", "api 10.0.0.7"; 1..255 bytes
  std::variant<SetAlarmState, Acknowledge, TakeBackAcknowledgement, SwitchActions, AddSilence,
               EndSilence>
      what;
};

// What was done.
struct OperatorAnswer {
  std::size_t concerned = 0;  // alarms or keys; for a silence those that it mutes now
  std::string silence{};      // its id
};

// A window of the rules, as it stands at some instant.
struct MuteWindowStatus {
  enum class When { scheduled, active, expired };
  MuteWindow window;
  When when = When::scheduled;
  std::optional<Instant> begin, end;  // of the active occurrence, else of the next one
};

constexpr std::string_view to_string(MuteWindowStatus::When when) {
  switch (when) {
    case MuteWindowStatus::When::scheduled:
      return "SCHEDULED";
    case MuteWindowStatus::When::active:
      return "ACTIVE";
    case MuteWindowStatus::When::expired:
      return "EXPIRED";
  }
  return "?";
}

}  // namespace tocsin
