// SPDX-License-Identifier: Apache-2.0
#include "daemon/telemetry.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>

#include "daemon/metrics.hpp"
#include "notifiers/dead_letter_copy.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/names.hpp"

namespace tocsin::telemetry {
namespace {

double in_seconds(std::chrono::nanoseconds d) { return std::chrono::duration<double>(d).count(); }

// At most one line a minute of a trouble that goes on.
class Seldom {
 public:
  bool now() {
    const std::int64_t t = std::chrono::duration_cast<std::chrono::seconds>(
                               std::chrono::steady_clock::now().time_since_epoch())
                               .count();
    std::int64_t last = last_.load();
    return (last < 0 || t - last >= 60) && last_.compare_exchange_strong(last, t);
  }
  void again() { last_ = -1; }

 private:
  std::atomic<std::int64_t> last_{-1};
};

struct Numbers {
  MetricsRegistry registry;
  MetricFamily<Counter>& events =
      registry.counter("tocsin_events", "Log events read.", {"log_group"});
  MetricFamily<Counter>& bytes =
      registry.counter("tocsin_bytes", "Bytes read, inflated.", {"log_group"});
  MetricFamily<Counter>& regex_limits = registry.counter(
      "tocsin_regex_limits", "Regex searches that met a limit and took longer.", {"log_group"});
  MetricFamily<Counter>& matched = registry.counter(
      "tocsin_matched", "Events that matched a metric filter, repeats dropped.", {"filter"});
  MetricFamily<Counter>& parse_errors = registry.counter(
      "tocsin_parse_errors", "Records or objects that could not be read.", {"log_group"});
  MetricFamily<Counter>& dropped = registry.counter(
      "tocsin_dropped", "Events or data left out, by reason.", {"log_group", "reason"});
  MetricFamily<Counter>& replaced_times = registry.counter(
      "tocsin_replaced_times", "Events whose time was not credible.", {"log_group"});
  MetricFamily<Counter>& input_troubles =
      registry.counter("tocsin_input_troubles", "Times that an input met trouble.", {"log_group"});
  MetricFamily<Gauge>& stream_lag = registry.gauge(
      "tocsin_stream_lag_seconds", "How far a stream with unread data is behind the wall clock.",
      {"log_group", "stream"}, "seconds");
  MetricFamily<Gauge>& watermark_lag = registry.gauge(
      "tocsin_watermark_lag_seconds", "How far a log group's watermark is behind the wall clock.",
      {"log_group"}, "seconds");
  MetricFamily<Gauge>& partial_data = registry.gauge(
      "tocsin_partial_data", "1: a stalled stream is not waited for.", {"log_group"});
  MetricFamily<Gauge>& alarms =
      registry.gauge("tocsin_alarms", "Alarms and keys in each state.", {"state"});
  MetricFamily<Gauge>& not_evaluated = registry.gauge(
      "tocsin_alarms_not_evaluated", "Alarms that cannot be evaluated, or not in full, by why.",
      {"evaluation_state"});
  MetricFamily<Counter>& keys_dropped = registry.counter(
      "tocsin_keys_dropped",
      "Keys of an alarm that gave way to others while their samples still counted.", {"alarm"});
  MetricFamily<Counter>& series_refused = registry.counter(
      "tocsin_series_refused", "Samples of series that nobody watches and that are too many.");
  MetricFamily<Counter>& ids_forgotten =
      registry.counter("tocsin_event_ids_forgotten",
                       "Ids of events that went too soon to tell repeats of them.", {"log_group"});
  MetricFamily<Gauge>& held_actions = registry.gauge(
      "tocsin_held_actions", "Alarms and keys whose actions wait for the end of what holds them.");
  MetricFamily<Gauge>& silences =
      registry.gauge("tocsin_silences_active", "Silences that hold actions now.");
  MetricFamily<Counter>& transitions =
      registry.counter("tocsin_transitions", "Changes of state.", {"state"});
  MetricFamily<Counter>& unreadable_rows = registry.counter(
      "tocsin_unreadable_state_rows", "Rows of state that could not be read at a start.", {"kind"});
  MetricFamily<Histogram>& commit_time =
      registry.histogram("tocsin_commit_seconds", "Time that a commit took.", "seconds");
  MetricFamily<Counter>& commit_failures =
      registry.counter("tocsin_commit_failures", "Commits that the store refused.", {"code"});
  MetricFamily<Gauge>& reserve_held =
      registry.gauge("tocsin_disk_reserve_held", "1: the space kept aside for messages is there.");
  MetricFamily<Gauge>& outbox_depth =
      registry.gauge("tocsin_outbox_depth", "Deliveries that wait or are retried.");
  MetricFamily<Gauge>& outbox_oldest = registry.gauge(
      "tocsin_outbox_oldest_seconds", "Age of the oldest delivery that waits.", {}, "seconds");
  MetricFamily<Counter>& outbox_overflows = registry.counter(
      "tocsin_outbox_overflows", "Messages that became dead letters by a full outbox.");
  MetricFamily<Counter>& deliveries =
      registry.counter("tocsin_deliveries", "Attempts to deliver, by result.", {"result"});
  MetricFamily<Counter>& filtered_out = registry.counter(
      "tocsin_filtered_out", "Messages that a subscription's filter kept away.", {"topic"});
  MetricFamily<Counter>& incidents = registry.counter(
      "tocsin_channel_incidents", "Times that people were told of a channel that fails.");
  MetricFamily<Gauge>& channels_failing =
      registry.gauge("tocsin_channels_failing", "Channels whose newest attempt failed.");
  MetricFamily<Counter>& dead_man_pings = registry.counter(
      "tocsin_dead_man_pings", "Pings of dead man's switches.", {"topic", "result"});
  MetricFamily<Counter>& digests =
      registry.counter("tocsin_digests", "Messages that stand for several.", {"topic"});
  MetricFamily<Counter>& digested = registry.counter(
      "tocsin_digested_messages", "Messages that went as part of a digest.", {"topic"});
  MetricFamily<Gauge>& held_messages =
      registry.gauge("tocsin_held_messages", "Messages that wait for their digest.");
  MetricFamily<Counter>& notifications = registry.counter(
      "tocsin_notifications", "What became of messages to subscriptions, as SNS counts it.",
      {"topic", "result"});
  MetricFamily<Gauge>& dead_letters =
      registry.gauge("tocsin_dead_letters", "Deliveries given up and kept.");
  MetricFamily<Counter>& last_resort = registry.counter(
      "tocsin_last_resort_messages", "Messages sent without a commit.", {"result"});
  MetricFamily<Gauge>& reload_success =
      registry.gauge("tocsin_last_reload_success", "1: the newest configuration is in force.");
  MetricFamily<Gauge>& reload_time =
      registry.gauge("tocsin_last_reload_timestamp_seconds",
                     "When the configuration was last read.", {}, "seconds");
  Seldom key_trouble, commit_trouble, overflow_trouble, reserve_trouble;
};

Numbers& numbers() {
  static Numbers n;
  return n;
}

std::string_view label_of(DeliveryRecord::Fate fate) {
  switch (fate) {
    case DeliveryRecord::Fate::delivered:
      return "delivered";
    case DeliveryRecord::Fate::retry:
      return "retry";
    case DeliveryRecord::Fate::dead:
      return "dead";
  }
  return "?";
}

// The last words of SNS' metrics NumberOfNotifications...; "": not over yet.
std::string_view sns_result(const DeliveryReport& report) {
  const bool is_copy = is_dead_letter_copy(report.dedup_key);
  if (report.record.fate == DeliveryRecord::Fate::delivered)
    return is_copy ? "redriven_to_dlq" : "delivered";
  if (report.record.fate == DeliveryRecord::Fate::dead)
    return is_copy ? "failed_to_redrive_to_dlq" : "failed";
  return "";
}

std::string name_of(const Transition& t) {
  return t.key.empty() ? t.alarm : t.alarm + " " + canonical_key(t.key);
}

}  // namespace

std::string render() { return numbers().registry.render(); }

void started(std::string_view version, std::string_view config_file) {
  numbers().registry.info("tocsin_build", "What is running.", {{"version", std::string(version)}});
  spdlog::info("tocsind {} started with {}", version, config_file);
}

void stopping(std::string_view why) { spdlog::info("stopping: {}", why); }

void reloaded(Instant now, std::size_t rules) {
  numbers().reload_success.with({}).set(1);
  numbers().reload_time.with({}).set(in_seconds(now.time_since_epoch()));
  spdlog::info("configuration in force, alarms: {}", rules);
}

void reload_failed(Instant now, std::string_view why) {
  numbers().reload_success.with({}).set(0);
  numbers().reload_time.with({}).set(in_seconds(now.time_since_epoch()));
  spdlog::error("the new configuration is refused, the old one stays: {}", why);
}

void clock_set_back(Duration by) {
  spdlog::warn("the wall clock was set back by {}", format_span(by));
}

void https_trouble(std::string_view text) {
  spdlog::error("https: {}; SNS documents may lack a signature that receivers can check", text);
}

void state_rows_unreadable(const std::vector<StateRow>& rows) {
  constexpr std::size_t kShown = 10;
  for (const StateRow& row : rows) numbers().unreadable_rows.with({row.kind}).add();
  for (std::size_t i = 0; i < std::min(rows.size(), kShown); ++i)
    spdlog::error("state: a row of kind {} of {} could not be read; what it held begins anew",
                  rows[i].kind, rows[i].id.substr(0, rows[i].id.find('\x1f')));
  if (rows.size() > kShown)
    spdlog::error("state: and {} more rows could not be read", rows.size() - kShown);
}

void batch_read(const MatchBatch& batch) {
  numbers().events.with({batch.log_group}).add(batch.events);
  numbers().bytes.with({batch.log_group}).add(batch.bytes);
  if (batch.regex_limits > 0)
    numbers().regex_limits.with({batch.log_group}).add(batch.regex_limits);
}

void parse_errors(std::string_view log_group, std::uint64_t n) {
  if (n > 0) numbers().parse_errors.with({log_group}).add(n);
}

void dropped(std::string_view log_group, std::string_view reason, std::uint64_t n) {
  if (n > 0) numbers().dropped.with({log_group, reason}).add(n);
}

void input_trouble(std::string_view log_group, std::string_view text) {
  numbers().input_troubles.with({log_group}).add();
  spdlog::warn("log group {}: {}", log_group, text);
}

void input_recovered(std::string_view log_group) {
  spdlog::info("log group {}: reads again", log_group);
}

void transition(const Transition& t) {
  numbers().transitions.with({to_string(t.to)}).add();
  const auto level = t.to == AlarmState::alarm ? spdlog::level::warn : spdlog::level::info;
  spdlog::log(t.silent ? spdlog::level::debug : level, "alarm {}: {} -> {}{}: {}", name_of(t),
              to_string(t.from), to_string(t.to), t.late ? " (late)" : "", t.reason);
}

void engine_seen(const std::vector<GroupReport>& groups, const std::vector<StreamReport>& streams,
                 const std::map<std::string, std::uint64_t>& matched, Instant now) {
  Numbers& n = numbers();
  for (const GroupReport& g : groups) {
    n.dropped.with({g.log_group, "late"}).raise_to(g.dropped_late);
    n.dropped.with({g.log_group, "repeat"}).raise_to(g.repeats);
    n.dropped.with({g.log_group, "value"}).raise_to(g.refused);
    n.ids_forgotten.with({g.log_group}).raise_to(g.ids_forgotten);
    n.replaced_times.with({g.log_group}).raise_to(g.replaced_times);
    n.partial_data.with({g.log_group}).set(g.partial_data ? 1 : 0);
    if (g.watermark) n.watermark_lag.with({g.log_group}).set(in_seconds(now - *g.watermark));
  }
  std::map<std::vector<std::string>, double> lags;
  for (const StreamReport& s : streams) {
    const bool behind = s.unread && s.newest;
    lags[{s.log_group, s.stream}] = behind ? std::max(0.0, in_seconds(now - *s.newest)) : 0;
  }
  n.stream_lag.assign(std::move(lags));
  for (const auto& [filter, total] : matched) n.matched.with({filter}).raise_to(total);
}

void alarms_seen(const StateCounts& alarms) {
  const auto set = [](AlarmState state, std::size_t count) {
    numbers().alarms.with({to_string(state)}).set(static_cast<double>(count));
  };
  set(AlarmState::ok, alarms.ok);
  set(AlarmState::alarm, alarms.alarm);
  set(AlarmState::insufficient_data, alarms.insufficient_data);
}

void evaluations_seen(const Engine::EvaluationCounts& alarms) {
  for (std::size_t i = 1; i < alarms.size(); ++i)
    numbers()
        .not_evaluated.with({to_string(static_cast<EvaluationState>(i))})
        .set(static_cast<double>(alarms[i]));
}

void series_refused(std::uint64_t samples) { numbers().series_refused.with({}).raise_to(samples); }

void keys_dropped(const Engine::KeysDropped& alarms) {
  Numbers& n = numbers();
  for (const auto& [alarm, total] : alarms) {
    Counter& counter = n.keys_dropped.with({alarm});
    if (counter.value() < total && n.key_trouble.now())
      spdlog::warn(
          "alarm {}: more keys than its max_keys: {} since the start gave way while their samples "
          "still counted",
          alarm, total);
    counter.raise_to(total);
  }
}

void actions_seen(std::size_t held, std::size_t silences) {
  numbers().held_actions.with({}).set(static_cast<double>(held));
  numbers().silences.with({}).set(static_cast<double>(silences));
}

void committed(std::chrono::nanoseconds took) {
  numbers().commit_time.with({}).observe(in_seconds(took));
}

void commit_failed(const Error& error) {
  numbers().commit_failures.with({error.code}).add();
  if (numbers().commit_trouble.now())
    spdlog::error("the state cannot be stored ({}): {}", error.code, error.text);
}

void commit_recovered(Duration after) {
  numbers().commit_trouble.again();
  spdlog::info("the state is stored again, after {}", format_span(after));
}

void store_seen(const StoreReport& report, Instant oldest, Instant now) {
  Numbers& n = numbers();
  n.outbox_depth.with({}).set(static_cast<double>(report.outbox_rows));
  n.outbox_oldest.with({}).set(oldest == kNoTime ? 0 : std::max(0.0, in_seconds(now - oldest)));
  n.dead_letters.with({}).set(static_cast<double>(report.dead_letters));
  n.outbox_overflows.with({}).raise_to(report.outbox_overflows);
  n.reserve_held.with({}).set(report.reserve_held ? 1 : 0);
  if (report.outbox_overflows > 0 && n.overflow_trouble.now())
    spdlog::error("an outbox is full: {} messages became dead letters", report.outbox_overflows);
  if (report.reserve_held) {
    n.reserve_trouble.again();
  } else if (n.reserve_trouble.now()) {
    spdlog::error("the state's disk is (nearly) full: what was kept aside for messages is in use");
  }
}

void filtered_out(const Notification& message, std::string_view endpoint_label) {
  numbers().filtered_out.with({message.topic}).add();
  spdlog::debug("topic {}: the filter of {} keeps away \"{}\"", message.topic, endpoint_label,
                message.subject);
}

void digest_made(std::string_view topic, std::size_t messages) {
  numbers().digests.with({topic}).add();
  numbers().digested.with({topic}).add(messages);
  spdlog::info("topic {}: a digest of {} messages", topic, messages);
}

void held_messages_seen(std::size_t messages) {
  numbers().held_messages.with({}).set(static_cast<double>(messages));
}

void delivery_done(const DeliveryReport& report) {
  const DeliveryRecord& r = report.record;
  numbers().deliveries.with({label_of(r.fate)}).add();
  if (const std::string_view result = sns_result(report); !result.empty())
    numbers().notifications.with({report.topic, result}).add();
  const auto& to = report.endpoint_label;
  if (r.fate == DeliveryRecord::Fate::delivered)
    spdlog::info("topic {}: delivered to {} (attempt {})", report.topic, to, r.attempts);
  else if (r.fate == DeliveryRecord::Fate::retry)
    spdlog::warn("topic {}: {} will be tried again (attempt {}): {}", report.topic, to, r.attempts,
                 r.detail);
  else
    spdlog::error("topic {}: {} was given up (attempts: {}) and kept as a dead letter: {}",
                  report.topic, to, r.attempts, r.detail);
}

void channel_changed(const DeliveryReport& report, bool works) {
  if (works) return spdlog::info("topic {}: {} works again", report.topic, report.endpoint_label);
  numbers().incidents.with({}).add();
  spdlog::error("topic {}: {} fails: {}", report.topic, report.endpoint_label,
                report.record.detail);
}

void channels_seen(std::size_t failing) {
  numbers().channels_failing.with({}).set(static_cast<double>(failing));
}

void dead_man_pinged(std::string_view topic, std::string_view result, bool is_news,
                     std::string_view detail) {
  numbers().dead_man_pings.with({topic, result}).add();
  if (is_news && result == "ok")
    spdlog::info("topic {}: the dead man's switch takes pings again", topic);
  else if (is_news)
    spdlog::error("topic {}: the dead man's switch cannot be pinged: {}", topic, detail);
}

void dead_man_withheld(std::string_view topic, std::string_view why) {
  if (why.empty()) return spdlog::info("topic {}: the dead man's switch is pinged again", topic);
  spdlog::error("topic {}: the dead man's switch is not pinged: {}", topic, why);
}

void subscription_changed(std::string_view topic, std::string_view label, std::string_view state) {
  spdlog::warn("topic {}: subscription of {}: {}", topic, label, state);
}

void redriven(std::string_view topic, std::string_view endpoint_label, std::size_t letters) {
  numbers().notifications.with({topic, "redriven"}).add(letters);
  spdlog::info("topic {}: {} delivers again: dead letters sent again: {}", topic, endpoint_label,
               letters);
}

void last_resort_sent(std::string_view topic, bool delivered, std::string_view detail) {
  numbers().last_resort.with({delivered ? "delivered" : "failed"}).add();
  spdlog::error("topic {}: told that Tocsin cannot store its state: {}", topic,
                delivered ? "delivered" : detail);
}

}  // namespace tocsin::telemetry
