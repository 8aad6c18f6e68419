// SPDX-License-Identifier: Apache-2.0
// What is sent when: a pure state machine over the outbox. No thread, no I/O, no clock: `now` is
// passed, the dispatcher (or the simulator) does what it says and reports what came of it.
// spec/notifications.md sections 3 and 8.
//
//   - At most one attempt is in flight per endpoint, and a few per group, so a slow one delays
//   nobody else.
//   - Every message has a timer of its own: one that is retried blocks no other of its endpoint,
//   but for
//   - order: of one (alarm, key) a later message waits behind a retried earlier one, at most 60 s;
//   then it overtakes.
//   - An endpoint that failed several times in a row and delivers again gets at once what waits for
//   its next attempt, but for what Retry-After or a delivery policy keeps back.
//   - Nothing is dropped: what is not delivered becomes a dead letter, and take_reports() says so.
//
// Memory: some 400 bytes a message, no texts; at most `pending_max` messages an endpoint,
// beyond which the oldest becomes a dead letter.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifiers/retry_policy.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/outbox.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

struct DeliveryLimits {
  std::size_t pending_max = 10'000;  // messages an endpoint
  std::size_t group_in_flight_max = 4;
  std::size_t in_flight_max = 256;
  Duration order_hold{seconds{60}};
  int outage_failures = 3;  // attempts in a row after which a success is a recovery
};

// An attempt to make now. It is in flight until on_outcome() with the same outbox id.
struct DueAttempt {
  std::int64_t outbox_id = 0;
  std::string endpoint;
  std::string message_id;
  Attempt attempt;
};

class DeliveryPlan {
 public:
  explicit DeliveryPlan(DeliveryLimits limits = {}) : limits_(limits) {}
  DeliveryPlan(DeliveryPlan&&) = default;
  DeliveryPlan& operator=(DeliveryPlan&&) = default;
  DeliveryPlan(const DeliveryPlan&) = delete;  // messages point to the names of their chains

  // The endpoints from now on (id, retry_for, policy and group are used). Messages of those that
  // are gone become dead letters, but for attempts in flight: their outcome counts.
  void set_endpoints(const std::vector<Endpoint>& endpoints, Instant now);

  // Takes messages over: after their commit, or all of the outbox at start. An id that is known is
  // ignored.
  void push(const OutboxEntry& entry, Instant now);

  // The attempts to begin now, each at most once, oldest due first.
  std::vector<DueAttempt> take_due(Instant now);

  // When take_due() next has something by the passing of time alone; kNever: an outcome or a push
  // must come first.
  Instant next_due() const;

  // The end of an attempt. `status` is the HTTP or SMTP status, 0 if there was none.
  void on_outcome(std::int64_t outbox_id, const Delivery& delivery, int status, Instant now);

  // Endpoints that said that they are gone, and how: what comes for them becomes a dead letter at
  // once, until they are enabled again. "": all of them.
  std::map<std::string, std::string> disabled() const;
  void enable(const std::string& endpoint);

  // What became of messages since the last call, in order. Every one is to be committed.
  std::vector<DeliveryReport> take_reports() { return std::exchange(reports_, {}); }

  std::size_t pending() const;  // messages, those in flight included
  std::size_t in_flight() const { return in_flight_.size(); }

 private:
  struct Message {
    std::string message_id;
    const std::string* dedup_key = nullptr;  // the key of its chain
    std::vector<const std::string*> told;    // of a digest: of those that its lines belong to
    int attempts = 0;                        // ended ones
    Instant created;
    Instant next_attempt;
    Instant first_attempt = kNoTime;  // kNoTime: none yet
    Instant due;                      // under which it stands in Queue::waiting
    bool superseded = false;
    bool told_to_wait = false;  // by the last answer's Retry-After
  };
  struct Queue {
    std::string topic, label;
    RetryPolicy policy;
    std::string group;
    Duration spacing{0};
    Instant not_before = kNoTime;              // the next attempt, for its spacing's sake
    std::map<std::int64_t, Message> messages;  // by outbox id: in order of commit
    std::set<std::pair<Instant, std::int64_t>> waiting;
    std::map<std::string, std::set<std::int64_t>>
        chains;                  // by dedup key, with two or more messages or one
    std::int64_t in_flight = 0;  // outbox id, 0: none
    std::string disabled;        // why; empty: it is not
    int failures = 0;            // since the last delivery
    bool removed =
        false;  // its endpoint is gone from the configuration; goes with its last attempt
  };
  struct InFlight {
    std::string endpoint;
    std::string group;
  };

  static void join_chains(Queue& queue, Message& message, const OutboxEntry& entry);
  void leave_chains(Queue& queue, std::int64_t id, const Message& message);
  void follow_clock(Instant now);
  bool has_earlier(const Queue& queue, std::int64_t id, const Message& message) const;
  Instant due_of(const Queue& queue, std::int64_t id, const Message& message) const;
  void schedule(Queue& queue, std::int64_t id);
  void schedule_successor(Queue& queue, std::int64_t id, const std::string& dedup_key);
  bool may_start(const Queue& queue) const;
  static Instant due_of_next(const Queue& queue);
  DueAttempt start(const std::string& endpoint, Queue& queue, Instant now);
  void hurry(Queue& queue, Instant now);
  void remove(Queue& queue, std::int64_t id);
  void report(const std::string& endpoint, const Queue& queue, const Message& message,
              DeliveryRecord record);
  void bury(const std::string& endpoint, Queue& queue, std::int64_t id, std::string detail,
            Instant now);
  void bury_all(const std::string& endpoint, Queue& queue, const std::string& detail, Instant now);
  void bury_oldest(const std::string& endpoint, Queue& queue, Instant now);

  DeliveryLimits limits_;
  std::map<std::string, Queue> queues_;  // by endpoint id
  std::map<std::int64_t, InFlight> in_flight_;
  std::map<std::string, std::size_t> group_in_flight_;
  std::vector<DeliveryReport> reports_;
  Instant last_now_ = kNoTime;
};

}  // namespace tocsin
