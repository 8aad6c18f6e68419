// SPDX-License-Identifier: Apache-2.0
// States of alarms, their keys and what people are told of a change. spec/alarms.md sections 1, 6;
// spec/time.md 5, 7.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tocsin/time.hpp"

namespace tocsin {

enum class AlarmState : unsigned char { insufficient_data, ok, alarm };

constexpr std::string_view to_string(AlarmState s) {
  switch (s) {
    case AlarmState::insufficient_data:
      return "INSUFFICIENT_DATA";
    case AlarmState::ok:
      return "OK";
    case AlarmState::alarm:
      return "ALARM";
  }
  return "?";
}

// What kind of alarm a history item is about, as CloudWatch names them.
enum class AlarmType { metric, composite };

constexpr std::string_view to_string(AlarmType t) {
  return t == AlarmType::composite ? "CompositeAlarm" : "MetricAlarm";
}

// Whether the daemon can evaluate an alarm; never mixed with its state. spec/alarms.md section 1.
// partial_data: a stalled stream is not waited for, or a limit cut the result. evaluation_error:
// its configuration cannot be evaluated. evaluation_failure: its source cannot be read just now.
enum class EvaluationState { normal, partial_data, evaluation_failure, evaluation_error };

// As CloudWatch writes it; "" for normal.
constexpr std::string_view to_string(EvaluationState s) {
  switch (s) {
    case EvaluationState::normal:
      return "";
    case EvaluationState::partial_data:
      return "PARTIAL_DATA";
    case EvaluationState::evaluation_failure:
      return "EVALUATION_FAILURE";
    case EvaluationState::evaluation_error:
      return "EVALUATION_ERROR";
  }
  return "?";
}

// The values by which an alarm is split, in order of name; empty without group_by. An absent
// reference is "".
using AlarmKey = std::vector<std::pair<std::string, std::string>>;

// A log event that travels with a transition: redacted, at most 8 KiB, valid JSON if it was JSON.
struct Evidence {
  Instant time;
  std::string source;          // path or object
  std::uint64_t position = 0;  // byte offset or record number there
  std::string message;
};

// What an event said, in full, by its source and position; empty: nobody knows any more.
using EvidenceText = std::function<std::string(const Evidence& evidence)>;

// What the model of a metric expects at one timestamp, both inclusive: a value on a bound breaches
// nothing.
struct Band {
  double low = 0;
  double high = 0;
};

// One value that an evaluation looked at: a statistic over a period (start) or window; no value:
// missing.
struct Datapoint {
  Instant start;
  std::optional<double> value;
  double sample_count = 0;
  std::optional<Band> band{};  // of alarms that compare with one: of a value always there
};

// Who keeps an alarm's actions from running while evaluation, history and events go on.
// spec/alarms.md sections 9.4 and 10.
enum class HeldBy { mute_window, silence, wait_period, extension_period, suppressor };

constexpr std::string_view to_string(HeldBy by) {
  switch (by) {
    case HeldBy::mute_window:
      return "MuteWindow";
    case HeldBy::silence:
      return "Silence";
    case HeldBy::wait_period:
      return "WaitPeriod";
    case HeldBy::extension_period:
      return "ExtensionPeriod";
    case HeldBy::suppressor:
      return "Alarm";
  }
  return "?";
}

struct ActionHold {
  HeldBy by = HeldBy::mute_window;
  std::string name;              // of the window, the silence's id, the suppressing alarm
  std::string why;               // the window's description, the silence's reason; may be empty
  std::string who;               // the silence's author; else empty
  Instant since;                 // wall clock: when the window, silence or period began
  std::optional<Instant> until;  // nothing: not known beforehand (a suppressor in ALARM)
};

// What became of a transition's actions when it was decided. `run`: its topics were told, if it has
// any. Held actions may run later: once, for the state that stands then.
enum class ActionsFate { run, held, disabled, shadow };

constexpr std::string_view to_string(ActionsFate fate) {
  switch (fate) {
    case ActionsFate::run:
      return "run";
    case ActionsFate::held:
      return "held";
    case ActionsFate::disabled:
      return "disabled";
    case ActionsFate::shadow:
      return "shadow";
  }
  return "?";
}

// A child of a composite alarm when that changed its state.
struct ChildState {
  std::string alarm;
  AlarmState state = AlarmState::ok;
  bool decides = false;               // the value of the rule rests on it
  std::optional<Instant> changed_at;  // wall clock: its change is what changed the composite
};

// A change of the state of one (alarm, key). `at` is the event time of the deciding sample, or the
// end of the deciding window or period: the same in every run over the same events. `decided_at` is
// the wall clock: never compared.
struct Transition {
  std::string id;              // UUIDv5 of (alarm ARN, canonical key, sequence)
  std::uint64_t sequence = 0;  // from the store's one counter
  std::string alarm;
  AlarmType alarm_type = AlarmType::metric;
  AlarmKey key;
  AlarmState from = AlarmState::ok;
  AlarmState to = AlarmState::ok;
  Instant at;
  Instant decided_at;
  bool late = false;    // decided by a sample behind the watermark
  bool again = false;   // an ALARM whose OK came in the same moment and is not told
  bool silent = false;  // recorded, but nobody is told: the initial INSUFFICIENT_DATA -> OK, an OK
                        // followed at once by ALARM
  std::string set_by;   // the person who set the state; empty: it was judged
  ActionsFate actions = ActionsFate::run;
  std::optional<ActionHold> hold;  // set exactly if `actions` is held
  std::string reason;              // CloudWatch's words
  std::string reason_data;         // JSON, spec/alarms.md section 6
  std::optional<double> value;
  std::vector<Datapoint> datapoints;  // oldest first
  std::vector<Datapoint> parts;  // of a short form's window, oldest first, without what is unknown
  std::uint64_t firings = 0;  // how often it went to ALARM in 30 days (by UTC day), this included
  std::optional<Instant> since;  // when the state that ends here began (event time)
  // The state that ends here, as it was told: its reason, and the wall clock of its last update.
  std::string from_reason;
  std::string from_reason_data;
  Instant from_updated;
  std::uint64_t events_total = 0;    // matched events of this episode so far
  std::vector<Evidence> events;      // the newest, at most evidence.events, oldest first
  std::vector<ChildState> children;  // of a composite alarm, by name
  EvaluationState evaluation_state = EvaluationState::normal;
};

// A person has seen the alarm and looks after it: reminders stop, until then or until its state
// changes. It never holds a change of state.
struct Acknowledgement {
  std::string who;
  std::string comment;
  Instant at;
  std::optional<Instant> until;
};

// Who is told of an alarm, and who is not and why.
struct ActionStatus {
  bool enabled = true;  // actions_enabled as it is in force
  std::string
      switched_by;      // the person who enabled or disabled them against the rules; empty: none
  bool shadow = false;  // `mode: shadow`: nobody is ever told
  // What holds the actions now. In what the store keeps only if actions wait; MuteTable (of
  // Engine::mutes()) says it for alarms whose state has not changed since.
  std::optional<ActionHold> hold;
  bool waiting = false;  // the actions of the present state wait for the end of `hold`
  std::optional<Acknowledgement> acknowledged;
  std::optional<Instant> next_repeat;
  std::optional<Instant> next_escalation;  // if nobody acknowledges it before
  std::vector<std::string> escalated_to;   // topics
  bool flapping = false;
  std::string set_by;  // the person who set the present state, until the next evaluation
};

// What `tocsin alarms list` shows of one (alarm, key).
struct AlarmStatus {
  std::string alarm;
  AlarmKey key;
  AlarmState state = AlarmState::insufficient_data;
  std::string reason;
  std::string reason_data;
  Instant state_since;  // event time of the last change of state
  Instant updated_at;   // wall clock of the last change of anything shown
  std::string note;     // "counts are approximate"...; empty normally
  EvaluationState evaluation_state = EvaluationState::normal;
  ActionStatus actions{};
};

// What happened to an alarm, spec/alarms.md section 11. type: ConfigurationUpdate, StateUpdate,
// Action; of one key (a contributor) AlarmContributorStateUpdate, AlarmContributorAction.
struct HistoryItem {
  std::string alarm;
  AlarmType alarm_type = AlarmType::metric;
  AlarmKey key;
  Instant time;  // wall clock
  std::string type;
  std::string summary;  // at most 255 characters
  std::string data;     // JSON, at most 4095 characters
  std::int64_t id = 0;  // ascending in order of commit; 0: not stored yet
};

}  // namespace tocsin
