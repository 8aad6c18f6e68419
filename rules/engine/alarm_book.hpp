// SPDX-License-Identifier: Apache-2.0
// One alarm of the rules with the state of all its keys: spec/time.md section 5. It bounds their
// number, finds who is to go, and keeps the clock's queue in step with the machines.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/alarm/composite_machine.hpp"
#include "rules/alarm/long_form.hpp"
#include "rules/alarm/math_source.hpp"
#include "rules/alarm/short_form.hpp"
#include "rules/engine/event_clock.hpp"
#include "rules/engine/kept_status.hpp"
#include "rules/engine/key_evidence.hpp"
#include "rules/engine/key_table.hpp"
#include "rules/engine/state_overlay.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/shared_value.hpp"

namespace tocsin {

class AlarmBook;
struct CompositeRole;
struct StoredSeries;

// What a key of an alarm by maths has beside: the series of its metrics, in their order.
struct MathKey {
  MathKey(std::shared_ptr<const MathSpec> of, std::vector<StoredSeries*> watched,
          std::vector<const DatapointSource*> sources, Duration renewal)
      : spec(std::move(of)),
        series(std::move(watched)),
        source(*spec, std::move(sources), renewal) {}
  std::shared_ptr<const MathSpec> spec;
  std::vector<StoredSeries*> series;
  MathSource source;
};

// What the keys of an alarm with group_by have beside, and those of one by maths.
struct KeyDetail {
  Shared<AlarmKey> key;
  Shared<std::string> id;          // canonical
  Instant last_sample = kNoTime;   // only with group_by
  Instant quiet_at = kNever;       // its place among the book's quiet keys; kNever: not there
  std::unique_ptr<MathKey> maths;  // long form by maths
};

// The state of one (alarm, key).
struct KeyEntry {
  enum class Form : unsigned char { composite, short_form, long_form };

  // What a sample and the end of a period look at stands first.
  AlarmBook* book = nullptr;
  std::unique_ptr<Machine> machine;
  StoredSeries* series = nullptr;         // long form on one metric
  std::unique_ptr<StateOverlay> overlay;  // where not the machine's state is shown
  std::unique_ptr<KeyDetail> detail;      // nullptr: as a new one
  KeyEvidence evidence;
  Instant queued = kNever;
  std::uint32_t dirty_place = 0;      // in the list of dirty keys
  std::uint32_t queue_place = 0;      // in the clock's queue, at `queued`
  std::uint32_t cells = 0;            // of the short form, as counted in the book's totals
  Form form = Form::composite;        // of `machine`
  std::uint8_t evaluation = 0;        // an EvaluationState
  std::optional<AlarmState> counted;  // in the book's contributors
  bool counted_vanished = false;
  bool noted_approximate = false;  // the status says so
  bool dirty = true;
  bool status_dirty = true;
  bool listed = false;             // in the engine's list of dirty keys
  bool overlay_stored = false;     // `overlay` has a row
  bool told = false;               // it has changed state before
  std::uint64_t stored_hash = 0;   // of the row as it was last collected
  std::uint64_t events_total = 0;  // of this episode
  Instant changed_at = kNever;     // event time of the last change of state; kNever: none
  KeptStatus status;

  // nullptr: it is of another form.
  ShortForm* short_form() const { return machine_as<ShortForm>(Form::short_form); }
  LongForm* long_form() const { return machine_as<LongForm>(Form::long_form); }
  CompositeMachine* composite() const { return machine_as<CompositeMachine>(Form::composite); }
  // Its key, with its canonical name.
  void set_key(AlarmKey values);
  const AlarmKey& key() const;
  const std::string& id() const;
  Instant last_sample() const { return detail ? detail->last_sample : kNoTime; }
  void set_last_sample(Instant t);
  Instant quiet_at() const { return detail ? detail->quiet_at : kNever; }
  MathKey* maths() const { return detail ? detail->maths.get() : nullptr; }
  void set_maths(std::unique_ptr<MathKey> maths);
  std::optional<Instant> since() const {
    return changed_at == kNever ? std::nullopt : std::optional(changed_at);
  }
  // What people are shown.
  AlarmState state() const;
  // How long after an instant it is judged: samples at the instant itself count for the short form.
  Duration judged_after() const { return Duration{form == Form::short_form ? 1 : 0}; }
  // The least watermark at which it has something to do.
  Instant due() const;
  EvaluationState evaluation_state() const { return static_cast<EvaluationState>(evaluation); }
  void set_evaluation_state(EvaluationState s) { evaluation = static_cast<std::uint8_t>(s); }
  // As it is kept: without what the ActionDesk knows.
  AlarmStatus kept_status() const;
  // Alarm, key and state are its own and not taken from it.
  void keep_status(const AlarmStatus& of);

 private:
  template <class M>
  M* machine_as(Form wanted) const {
    return form == wanted ? static_cast<M*>(machine.get()) : nullptr;
  }
  KeyDetail& own_detail();
};

class AlarmBook {
 public:
  static constexpr std::size_t kMaxCells = 1'000'000;
  static constexpr std::size_t kMaxEvidenceBytes = 16 * 1024 * 1024;
  static constexpr std::string_view kOther = "(other)";

  // Of its keys, which are its contributors (spec/alarms.md section 12). `all`: those with data;
  // the short form's keys always count.
  struct Contributors {
    std::size_t red = 0;
    std::size_t all = 0;
    bool operator==(const Contributors&) const = default;
  };

  // With group_by: the alarm as a whole, as it was told.
  struct Whole {
    AlarmStatus status;                // its key is empty
    std::optional<Contributors> told;  // as its reason has them; nothing: not known
    bool dirty = true;
  };

  // Shared with the rules that it is from, and replaced as a whole.
  std::shared_ptr<const Alarm> spec;
  // What its datapoints are made of: log groups, patterns, values, dimensions. Shared by the alarms
  // on one metric.
  Shared<std::string> datapoints;
  EventClock* clock = nullptr;
  std::unique_ptr<ShortFormSpec> short_spec;  // of the short form only
  const LongFormSpec* long_spec = nullptr;    // of the long form only, shared by alarms alike
  std::shared_ptr<const MathSpec> maths;      // nullptr: on one metric
  std::unique_ptr<Whole> whole;               // nullptr: without group_by
  std::uint32_t order = 0;                    // in the rules
  std::uint32_t dirty_place = 0;              // in the engine's list of dirty books
  bool listed = false;                        // there
  bool dirty = false;                         // its row is to be written
  // While rules are being replaced: start_books() has to judge it again.
  bool rejudge = false;

  // Its part in composite alarms; none: no rule names it and it has none.
  CompositeRole* role = nullptr;

  bool is_composite() const { return spec->composite != nullptr; }
  bool is_short() const { return !is_composite() && spec->anchor == Anchor::event; }
  const KeyTable& keys() const { return keys_; }
  KeyEntry* find(std::string_view id) const { return keys_.find(id); }
  // The alarm as a whole, as it was told.
  AlarmStatus status() const;
  // As they are now.
  Contributors contributors() const;
  // ALARM if any key is; OK if another has data, or for a short form in any case.
  AlarmState overall() const { return overall({}); }
  // As if keys in ALARM were what they had been before, so many of them each state.
  using BeforeAlarm = std::array<std::size_t, 3>;
  AlarmState overall(const BeforeAlarm& before) const;
  // Takes over an entry that has its machine.
  KeyEntry& insert(std::unique_ptr<KeyEntry> entry);
  std::unique_ptr<KeyEntry> take(std::string_view id);
  // Who has to go before one more key can come: in OK, with the oldest sample. nullptr: all are in
  // ALARM.
  KeyEntry* oldest_quiet() const;
  // Event time as this alarm sees it; kNoTime before it sees any.
  Instant clock_time() const { return clock == nullptr ? kNoTime : clock->watermark; }
  std::size_t max_keys() const { return std::max<std::size_t>(spec->max_keys, 1); }
  bool is_full() const { return keys_.size() >= max_keys(); }

  // After anything happened to `entry`: its place among the quiet, in the queue, and the totals.
  void settle(KeyEntry& entry);
  // Before the clock or the order changes, and after.
  void leave_clock();
  void enter_clock(EventClock& to);

  // Whether memory is full: a key gives up a cell for each that it takes then.
  bool cells_full() const { return totals().cells > kMaxCells; }
  // Drops evidence of quiet keys, oldest first, then of others, until a quarter is free. Nothing
  // unless over the budget.
  void bound_evidence();

 private:
  // Keys that are not in ALARM: (newest sample, id).
  using QuietKeys = std::set<std::pair<Instant, std::string_view>>;
  // Of all its keys.
  struct Totals {
    std::array<std::uint32_t, 3> in_state{};  // keys, by state
    std::uint32_t vanished = 0;
    std::uint32_t cells = 0;
    std::uint32_t evidence_bytes = 0;

    void add(const KeyEntry& entry);
    void subtract(const KeyEntry& entry);
  };
  // What there is as soon as there have been several keys at a time.
  struct Several {
    Totals totals;
    QuietKeys quiet;
  };

  Totals totals() const;
  void set_quiet_at(KeyEntry& entry, Instant at);

  KeyTable keys_;
  std::unique_ptr<Several> several_;
};

}  // namespace tocsin
