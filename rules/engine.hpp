// SPDX-License-Identifier: Apache-2.0
// The deterministic state machine behind tocsind, replay, test and the simulator: watermarks,
// repeats, metrics, alarms. spec/time.md is its law. One writer: every call on one thread. It reads
// no clock; `now` is the wall clock of the caller and must not be used for anything the spec
// decides by event time.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/alarm/alarm_work.hpp"
#include "rules/mute/mute_table.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/effects.hpp"
#include "tocsin/log_event.hpp"
#include "tocsin/match.hpp"
#include "tocsin/operator.hpp"
#include "tocsin/result.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// Counters a person can look at; they never influence an answer.
struct GroupReport {
  std::string log_group;
  std::optional<Instant> watermark;
  bool partial_data = false;  // a stalled stream is not waited for
  bool unreadable = false;    // the last look met something that cannot be read
  std::uint64_t events = 0, bytes = 0, matched = 0, repeats = 0, dropped_late = 0,
                replaced_times = 0;
  std::uint64_t refused = 0;  // samples below their filter's `min`, or beyond 2^360
  std::uint64_t ids_forgotten =
      0;                        // ids of events that went for want of room: repeats of them count
  std::string dropped_example;  // source:position of the last event that was too late to be judged
};
struct StreamReport {
  std::string log_group, stream;
  std::optional<Instant> newest;  // event time read so far
  Instant last_read;              // wall
  bool unread = false, stalled = false;
  std::uint64_t events = 0, bytes = 0, replaced_times = 0;
};

struct EngineOptions {
  // Replay: one merged stream, watermark at the newest event, lateness 0; finish() ends it.
  bool replay = false;
  // Matched events that come without a message: it is asked for when a transition tells them.
  EvidenceText evidence_text{};
  // Ids of matched events come as bytes_of() their hash, made where events were matched.
  bool hashed_ids = false;
  // How long statistics() remembers at least, behind the watermark. Tests look further back.
  Duration metric_retention{hours{3}};
  // Of every metric what extended statistics need, so that statistic() can answer them. Else only
  // where an alarm asks for one.
  bool keep_values = false;
  // restore() is the first call: nothing is built before it, since it would only be thrown away.
  bool restore_follows = false;
};

// What the evaluation of one (alarm, key) sees now. Counters and boxes for people: nothing is
// decided by it.
struct Outlook {
  std::vector<Datapoint>
      datapoints;  // oldest first: those being evaluated, and open ones with data
  std::vector<std::optional<bool>> breaching;  // of each; nothing: missing
  std::size_t closed = 0;                      // so many of them are over, the others still open
  // Wall clock, if all inputs are looked at then; nothing: when the next sample comes.
  std::optional<Instant> next_evaluation;
};

class Engine {
 public:
  Engine(std::shared_ptr<const RuleSet> rules, Instant now, EngineOptions options = {});
  ~Engine();

  // Once, before anything else. Rows of alarms and keys that the rules no longer have are closed as
  // a reload would. Returns the rows that could not be read, without their values: they are
  // dropped, what they held begins anew, and alarms that they were of say so in their history.
  std::vector<StateRow> restore(const StateImage& image, Instant now, Effects& out);

  // A look found these streams; moves idle watermarks.
  void look(const LookReport& report, Instant now, Effects& out);
  // Applies a batch event by event: first the watermark that the event allows with all that falls
  // due, then the event.
  void apply(const MatchBatch& batch, Instant now, Effects& out);
  // Wall time passes: stalls, caps on watermarks, expiries. Watermarks never move by this alone
  // beyond `now` - lateness.
  void advance(Instant now, Effects& out);
  // When something could fall due if every input were looked at then: a wall time, or nothing.
  std::optional<Instant> next_deadline() const;
  // The wall clock was found set back by `by` (against the monotonic clock): spec/time.md
  // section 2. Concerns the log groups whose lateness is less than that, and by more than a minute.
  void clock_set_back(Instant now, Duration by, Effects& out);
  // Replay only: moves the watermark to `until` (or the newest event) and closes what has ended.
  void finish(std::optional<Instant> until, Effects& out);

  // spec/time.md section 8. Batches matched with the old rules must have been applied before.
  void swap_rules(std::shared_ptr<const RuleSet> rules, Instant now, Effects& out);

  // What a person asks for. Errors: not-found, bad-request (a limit of operator.hpp), conflict (it
  // makes no sense in the present state), too-many.
  Result<OperatorAnswer> operate(const OperatorRequest& request, Instant now, Effects& out);
  // Windows and silences, as they hold now; for any thread.
  std::shared_ptr<const MuteTable> mutes() const;

  // Of alarms, each once whatever its keys, by EvaluationState.
  using EvaluationCounts = std::array<std::size_t, 4>;
  const EvaluationCounts& evaluations() const;
  // Keys of alarms that gave way to others (max_keys) while their samples still counted: since the
  // start, of those alarms only that had any.
  using KeysDropped = std::map<std::string, std::uint64_t>;
  const KeysDropped& keys_dropped() const;
  // Since the start: samples of series that nobody watches and that are too many to be kept.
  std::uint64_t series_refused() const;
  // How many alarms and keys have actions that wait for the end of what holds them.
  std::size_t held_actions() const;
  // Nothing: there is no such alarm or key, or its state is not made of datapoints.
  std::optional<Outlook> outlook(const std::string& alarm, const AlarmKey& key) const;

  // Only what is dirty since the last call.
  void collect(StateDelta& out);

  std::vector<AlarmStatus> alarms() const;
  std::vector<GroupReport> groups() const;
  std::vector<StreamReport> streams() const;
  // Matched events per filter name since the start, repeats dropped; every filter of the rules, 0
  // included.
  std::map<std::string, std::uint64_t> matched() const;
  // Since the start.
  AlarmWork work() const;
  // The statistic set of one series' period, for tests: metric "Namespace/Name", empty optional if
  // there is none.
  struct StatisticSet {
    double count = 0, sum = 0, minimum = 0, maximum = 0;
  };
  std::optional<StatisticSet> statistics(const std::string& metric, const AlarmKey& dimensions,
                                         Instant start, Duration period) const;
  // Any one statistic of it.
  std::optional<double> statistic(const StatisticExpression& statistic, const std::string& metric,
                                  const AlarmKey& dimensions, Instant start, Duration period) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin
