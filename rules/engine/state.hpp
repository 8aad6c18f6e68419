// SPDX-License-Identifier: Apache-2.0
// What the Engine holds, and the steps of its work; engine.cpp is the table of contents. Private to
// rules/engine*.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/engine.hpp"
#include "rules/engine/action_desk.hpp"
#include "rules/engine/alarm_book.hpp"
#include "rules/engine/composites.hpp"
#include "rules/engine/default_values.hpp"
#include "rules/engine/event_clock.hpp"
#include "rules/engine/long_form_specs.hpp"
#include "rules/engine/recorder.hpp"
#include "rules/engine/restored_evidence.hpp"
#include "rules/metric/store.hpp"
#include "rules/stream/group_watermark.hpp"
#include "rules/stream/repeats.hpp"

namespace tocsin {

struct GroupState {
  explicit GroupState(const LogGroup& group)
      : spec(group), watermark(group.lateness, group.max_stall) {}
  LogGroup spec;
  GroupWatermark watermark;
  Repeats repeats;
  DefaultValues defaults;
  std::vector<std::size_t> default_filters;  // of the rules: those of this group with a default
  EventClock* clock = nullptr;
  std::vector<EventClock*> clocks;  // all that its watermark may move, its own first
  bool listens_anew =
      false;  // its input was not listening: absence begins anew with the next watermark
  bool unreadable = false;                          // as of the last look
  EvaluationState noted = EvaluationState::normal;  // as its alarms show it
  bool dirty = true;
  Instant stored_floor = kNoTime;
  std::set<std::string> dirty_streams;
  GroupReport report;

  // What it means for the alarms that it feeds.
  EvaluationState evaluation() const {
    if (unreadable) return EvaluationState::evaluation_failure;
    return watermark.partial() ? EvaluationState::partial_data : EvaluationState::normal;
  }
};

// What the alarms with group_by of one metric look at: values of `names`, with `fixed` given.
struct KeyedView {
  Dimensions fixed;
  std::vector<std::string> names;
  std::string unit;
  std::vector<AlarmBook*> books;
};

struct MetricState {
  std::string name;
  EventClock* clock = nullptr;
  SeriesShape shape;
  Duration retention{};
  std::set<std::string> units;  // that exact alarms restrict themselves to
  std::vector<KeyedView> views;
  // Clocks of alarms over this and other metrics: what they have not judged yet is not forgotten.
  std::set<const EventClock*> readers;
};

// The series of one of its metrics that a key of a long-form alarm watches.
std::string series_of(const AlarmMetric& metric, const Alarm& alarm, const AlarmKey& key);

// Where the samples of one filter go.
struct FilterRoute {
  AlarmBook* short_book = nullptr;
  MetricState* metric = nullptr;
  GroupState* group = nullptr;
};

// "Namespace/Name" -> the filters that publish it.
using FiltersByMetric = std::map<std::string, std::vector<const MetricFilter*>, std::less<>>;
FiltersByMetric filters_by_metric(const RuleSet& rules);

struct Engine::State {
  State(std::shared_ptr<const RuleSet> rule_set, EngineOptions engine_options)
      : rules(std::move(rule_set)),
        alarm_index(std::make_shared<const AlarmIndex>(*rules)),
        publishers(filters_by_metric(*rules)),
        options(engine_options),
        desk(action_lookups()) {}

  // Tells by the present rules.
  Recorder recorder(Instant now, Effects& out) {
    return {*alarm_index, desk, next_sequence, now, out};
  }

  // Actions, by the wall clock (engine/actions.cpp)
  ActionDesk::Lookups action_lookups();
  void run_wall(Instant now, Recorder& to);
  KeyEntry* find_key(const ActionName& name) const;
  AlarmStatus status_of(const KeyEntry& entry) const;
  void set_state(KeyEntry& entry, const SetAlarmState& what, const std::string& who, Recorder& to);
  Result<std::vector<KeyEntry*>> find_keys(const AlarmName& name) const;
  Result<OperatorAnswer> operate(const OperatorRequest& request, Recorder& to);
  Result<OperatorAnswer> operate(const SetAlarmState& what, const std::string& who, Recorder& to);
  Result<OperatorAnswer> operate(const Acknowledge& what, const std::string& who, Recorder& to);
  Result<OperatorAnswer> operate(const TakeBackAcknowledgement& what, const std::string& who,
                                 Recorder& to);
  Result<OperatorAnswer> operate(const SwitchActions& what, const std::string& who, Recorder& to);
  Result<OperatorAnswer> operate(const AddSilence& what, const std::string& who, Recorder& to);
  Result<OperatorAnswer> operate(const EndSilence& what, const std::string& who, Recorder& to);

  // One sample on its way in.
  struct Arrival {
    const MatchBatch& batch;
    const MatchedEvent& event;
    const Sample& sample;
    const MetricFilter& filter;
    GroupState& group;
    Instant time;
    double value;
    // The event as evidence, made for the first alarm that keeps it.
    mutable SharedEvidence evidence{};
    mutable EvidenceStep evidence_step{};
  };

  // Watermarks (engine/clocks.cpp)
  Instant watermark_of(const EventClock& clock) const;
  EventClock& clock_for(std::set<std::string> groups);
  void run_clocks(const GroupState& moved, Recorder& to);
  void run_all_clocks(Recorder& to);
  void run_if_moved(EventClock& clock, Recorder& to);
  void run(EventClock& clock, Instant watermark, Recorder& to);
  void begin(EventClock& clock, Instant watermark, Recorder& to);
  Instant next_minute(const EventClock& clock) const;
  void publish_defaults(const EventClock& clock, Instant watermark, Recorder& to);
  void publish(const MetricFilter& filter, Instant minute, Recorder& to);
  void retract(const MetricFilter& filter, Instant minute);
  void forget_old(EventClock& clock, Instant watermark);

  // What is shown beside a state: whether it can be evaluated, that counts are approximate.
  void note_evaluation(GroupState& group);
  void note_evaluation(KeyEntry& entry);
  EvaluationState evaluation_of(const AlarmBook& book) const;
  void count_evaluations();

  // Samples (engine/samples.cpp)
  // true: a watermark has moved.
  bool read(GroupState& group, StreamState& stream, const MatchBatch& batch, std::size_t index,
            Instant now, EventMoment& moment);
  void match(GroupState& group, const MatchBatch& batch, const MatchedEvent& event, Instant time,
             Recorder& to);
  void note_minute(GroupState& group, const MatchBatch& batch, const MatchedEvent* event,
                   Instant time, Recorder& to);
  void feed(const Arrival& arrival, Recorder& to);
  bool feed_short(AlarmBook& book, const Arrival& arrival, Recorder& to);
  bool feed_metric(MetricState& metric, const Arrival& arrival, Recorder& to);
  bool feed_series(StoredSeries& stored, const MetricState& metric, const Arrival& arrival,
                   Recorder& to);
  KeyEntry& key_for(AlarmBook& book, AlarmKey key, Instant t, Recorder& to);
  void arrive(KeyEntry& entry, const Arrival& arrival);
  KeyEntry& make_key(AlarmBook& book, AlarmKey key, Instant seen, Recorder& to);
  // false: the key is gone.
  bool record(KeyEntry& entry, const Changes& changes, Recorder& to, bool current);
  void end_overlay(KeyEntry& entry, Instant w, Recorder& to);
  void settle(KeyEntry& entry);
  // Keys of an alarm may have changed: what that means for the alarm as a whole.
  void settled(AlarmBook& book, Instant at, Recorder& to);
  void remove_key(KeyEntry& entry);
  void make_machine(AlarmBook& book, KeyEntry& entry, Instant seen);

  // Series of long forms (engine/watching.cpp)
  const DatapointSource& watch_series(KeyEntry& entry);
  void unwatch_series(KeyEntry& entry);
  void bind_series(AlarmBook& book);
  void add_metrics(AlarmBook& book);
  std::shared_ptr<const MathSpec> math_spec(const Alarm& alarm) const;
  // What its datapoints are made of, of all its metrics.
  Shared<std::string> datapoints_of_alarm(const Alarm& alarm) const;

  // Composite alarms (engine/composite_step.cpp)
  void run_composites(Recorder& to);
  void catch_up_composites(Instant next, Instant w, Recorder& to);
  void step_composites(Recorder& to);
  CompositeChange describe(const Composites::Decision& decision) const;
  Instant known_until() const;
  std::set<std::string> groups_under(const Composite& composite) const;
  // What was missed of them because their children are not known in order of time
  // (engine/composite_timelines.cpp)
  void run_timelines(Recorder& to);
  void tell_missed(const CompositeNode& node, KeyEntry& entry,
                   const CompositeTimeline::Episode& episode, Recorder& to);
  // The newest events up to its end of the metric alarms that were in ALARM.
  std::vector<Evidence> events_of(const CompositeNode& node, const std::vector<std::string>& leaves,
                                  const CompositeTimeline::Episode& episode) const;
  // The events that explain the present state, for a message that comes late.
  std::vector<Evidence> events_of(KeyEntry& entry, Instant at) const;

  // Their suppressors (engine/suppressors.cpp)
  void bind_suppressors(Recorder& to);
  void use_suppressor(const CompositeNode& node, KeyEntry& entry, Recorder& to);
  // What holds the actions of a change, if anything does.
  std::optional<ActionHold> suppress(KeyEntry& entry, AlarmState state, Instant now);
  void act_on(KeyEntry& entry, bool due, Recorder& to);
  void run_suppressors(Recorder& to);
  Instant next_suppressor() const;
  void set_back_suppressors(Duration by);

  // Rules (engine/reload.cpp)
  // `to` tells by `next_index`, which is of `next`.
  void reconcile(std::shared_ptr<const RuleSet> next, std::shared_ptr<const AlarmIndex> next_index,
                 Recorder& to);
  void build_groups(const RuleSet& next);
  void forget_changed_metrics();
  void take_names(const RuleSet& next, Recorder& to);
  void update_books(const RuleSet& next, Recorder& to);
  void update_book(AlarmBook& book, std::shared_ptr<const Alarm> next, Recorder& to);
  void configure(AlarmBook& book, std::shared_ptr<const Alarm> alarm);
  void build_metrics();
  void route();
  void start_books(Recorder& to);
  void link_clocks();
  void remove_alarm(const std::string& name, Recorder& to);
  void close_key(KeyEntry& entry, const char* reason, Recorder& to);
  std::set<std::string> groups_of(const Alarm& alarm) const;
  std::span<const MetricFilter* const> publishers_of(std::string_view metric) const;

  // State rows, out (engine/persistence.cpp)
  void mark_dirty(AlarmBook& book);
  void mark_dirty(KeyEntry& entry);
  void forget_cells(KeyEntry& entry);
  void forget_rows(KeyEntry& entry);
  void forget_rows(AlarmBook& book);
  void forget_rows(const std::string& name, GroupState& group);
  void collect(StateDelta& out);
  static void collect_book(AlarmBook& book, StateDelta& out);
  void collect_key(KeyEntry& entry, StateDelta& out);
  void collect_group(const std::string& name, GroupState& group, StateDelta& out);
  // In (engine/restoring.cpp). Those that could not be read are returned, without their values.
  std::vector<StateRow> restore(const StateImage& image, Recorder& to);
  std::vector<StateRow> restore_rows(const StateImage& image);
  bool has_owner(const StateRow& row) const;
  bool restore_group_row(const StateRow& row);
  bool restore_metric_row(const StateRow& row);
  bool restore_series_row(const StateRow& row);
  bool restore_alarm_row(const StateRow& row);
  std::shared_ptr<const Alarm> restore_alarm(const std::string& name, std::string_view text) const;
  Shared<std::string> restore_datapoints(const Alarm& alarm, std::string text) const;
  bool restore_key_row(const StateRow& row);
  bool restore_part_row(const StateRow& row);
  void restore_whole(AlarmBook& book);
  bool restore_action_row(const StateRow& row);
  bool restore_shown_row(const StateRow& row);
  // What becomes of keys whose rows could not be read (engine/unreadable_rows.cpp)
  void regain_watermark(GroupState& group) const;
  using StatesTold = std::map<ActionName, const AlarmStatus*>;
  static StatesTold states_told(const StateImage& image);
  void assume_told(const StateRow& row, const StatesTold& told);
  void show_told(const StateRow& row, const StatesTold& told);
  void judge_unreadable(const std::vector<StateRow>& rows, Recorder& to);
  void judge_anew(KeyEntry& entry, Recorder& to);

  std::shared_ptr<const RuleSet> rules;
  std::shared_ptr<const AlarmIndex> alarm_index;  // of `rules`
  FiltersByMetric publishers;                     // of `rules`
  EngineOptions options;
  std::map<std::string, std::unique_ptr<GroupState>> groups;
  std::map<std::set<std::string>, std::unique_ptr<EventClock>> clocks;
  AlarmBooks books;
  Composites composites;
  std::map<std::string, MetricState> metrics;
  // "Namespace/Name" -> what its datapoints are made of, as of the rules.
  using MetricDatapoints = std::map<std::string, Shared<std::string>>;
  MetricDatapoints metric_datapoints;
  LongFormSpecs long_specs;
  std::vector<FilterRoute> routes;     // by filter
  std::vector<std::uint64_t> matched;  // by filter
  MetricStore store;
  GroupWatermark merged{Duration{0}, hours{24 * 365}};  // replay: the one stream of all groups
  Instant newest_merged = kNoTime;
  std::uint64_t next_sequence = 1;
  std::uint64_t arrivals = 0;         // events that somebody kept
  Shared<std::string> newest_source;  // of an event that somebody kept
  RestoredEvidence restored;          // while rows are read
  ActionDesk desk;
  Instant wall = kNoTime;  // the latest `now`
  Effects pending;         // of the constructor, given out by the next call

  AlarmWork work;
  EvaluationCounts evaluations{};  // of books
  KeysDropped keys_dropped;
  std::vector<KeyEntry*> dirty_keys;    // nullptr: gone
  std::vector<AlarmBook*> dirty_books;  // likewise
  std::vector<StateRow> gone_rows;
  std::vector<std::pair<std::string, AlarmKey>> removed_keys;
  bool metrics_dirty = true;
};

}  // namespace tocsin
