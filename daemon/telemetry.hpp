// SPDX-License-Identifier: Apache-2.0
// What the daemon says about itself: one function per internal event, which counts it and, where a
// person should know, logs it. Any thread. The numbers are one registry per process, shown at
// /metrics.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/store.hpp"
#include "rules/engine.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/match.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/outbox.hpp"
#include "tocsin/result.hpp"
#include "tocsin/time.hpp"

namespace tocsin::telemetry {

// The numbers as OpenMetrics text (MetricsRegistry::kContentType).
std::string render();

// The daemon's life.
void started(std::string_view version, std::string_view config_file);
void stopping(std::string_view why);
void reloaded(Instant now, std::size_t rules);
void reload_failed(Instant now, std::string_view why);
void clock_set_back(Duration by);
// Certificates cannot be served or messages not signed; once an hour while it goes on.
void https_trouble(std::string_view text);

// Inputs. `reason` of a drop is a short fixed word: late, repeat, long-line, broken, queue...
void batch_read(const MatchBatch& batch);
void parse_errors(std::string_view log_group, std::uint64_t n);
void dropped(std::string_view log_group, std::string_view reason, std::uint64_t n);
void input_trouble(std::string_view log_group, std::string_view text);
void input_recovered(std::string_view log_group);

// Rows of state that could not be read at the start: what they held begins anew.
void state_rows_unreadable(const std::vector<StateRow>& rows);

// The engine. Shown by what it says of itself, after a commit.
void transition(const Transition& transition);
void engine_seen(const std::vector<GroupReport>& groups, const std::vector<StreamReport>& streams,
                 const std::map<std::string, std::uint64_t>& matched, Instant now);
void alarms_seen(const StateCounts& alarms);
void evaluations_seen(const Engine::EvaluationCounts& alarms);
// So many since the start; of keys, more are logged once a minute.
void series_refused(std::uint64_t samples);
void keys_dropped(const Engine::KeysDropped& alarms);
// `held`: alarms and keys whose actions wait.
void actions_seen(std::size_t held, std::size_t silences);

// The store. A failure that goes on is logged once a minute.
void committed(std::chrono::nanoseconds took);
void commit_failed(const Error& error);
void commit_recovered(Duration after);
// `oldest` is when the oldest message of the outbox was made; kNoTime: it is empty.
void store_seen(const StoreReport& report, Instant oldest, Instant now);

// Delivery.
// The endpoint's filter keeps the message away from it.
void filtered_out(const Notification& message, std::string_view endpoint_label);
// A digest was made of so many messages.
void digest_made(std::string_view topic, std::size_t messages);
// Messages that wait for a digest.
void held_messages_seen(std::size_t messages);
// People are told that a channel fails, or that it works again.
void channel_changed(const DeliveryReport& report, bool works);
// How many channels fail now.
void channels_seen(std::size_t failing);
void delivery_done(const DeliveryReport& report);
// A ping of a dead man's switch: ok, failed, withheld. `is_news`: unlike the one before.
void dead_man_pinged(std::string_view topic, std::string_view result, bool is_news,
                     std::string_view detail);
// It is not pinged for that reason; empty: it is again.
void dead_man_withheld(std::string_view topic, std::string_view why);
// A subscription made at run time came into that state, or ended.
void subscription_changed(std::string_view topic, std::string_view label, std::string_view state);
// Dead letters of an endpoint that delivers again are sent again.
void redriven(std::string_view topic, std::string_view endpoint_label, std::size_t letters);
void last_resort_sent(std::string_view topic, bool delivered, std::string_view detail);

}  // namespace tocsin::telemetry
