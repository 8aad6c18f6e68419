// SPDX-License-Identifier: Apache-2.0
// The state directory: one SQLite database in WAL mode, one writer. docs/state-format.md describes
// the tables. What a commit holds is all or nothing: positions, engine state, alarm statuses,
// history, evidence and the outbox together.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/store/alarm_query.hpp"
#include "daemon/store/dead_letters.hpp"
#include "daemon/store/durability.hpp"
#include "daemon/store/subscription.hpp"
#include "tocsin/effects.hpp"
#include "tocsin/log_event.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/outbox.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

struct StoreOptions {
  Durability durability = Durability::full;
  // Space that stays allocated, so that the outbox can still commit on a full disk.
  std::uint64_t reserve_bytes = 16u << 20;
  // Rows that wait for one endpoint; a message beyond goes to the dead letters at once, counted.
  std::size_t outbox_rows_max = 10'000;
  // The oldest go first, beyond either bound.
  Duration history_kept = days{30};
  std::size_t history_rows_max = 1'000'000;
  std::size_t transition_rows_max = 100'000;
  Duration dead_letters_kept = days{14};
  std::size_t dead_letter_rows_max = 100'000;
  std::string vfs;  // SQLite's name of the file layer; empty: the system's. For fault tests
};

// Which items of an alarm's history.
struct HistoryQuery {
  std::string alarm;
  std::string type = {};  // "StateUpdate"...; empty: all
  Instant since = kNoTime;
  Instant until = kNever;  // before this
  // Only those before this id, to go on where a page ended; 0: from the newest.
  std::int64_t before_id = 0;
  std::size_t limit = 100;
};

// Where one message goes. `held_for`: not yet, it waits to be a part of the digest of that id.
struct Target {
  std::string endpoint;  // Endpoint::id
  std::string label;
  std::string held_for = {};
};

struct Commit {
  std::vector<PositionUpdate> positions;
  StateDelta state;
  std::vector<Transition> transitions;
  std::vector<HistoryItem> history;
  std::vector<Notification> notifications;
  // For each notification, the endpoints it goes to: index-aligned with `notifications`.
  std::vector<std::vector<Target>> endpoints;
  // Digests whose time has come. What was held for the first ones goes, since they are among the
  // notifications; what was held for the others is to be sent as it is.
  std::vector<std::string> digested;
  std::vector<std::string> released;
  std::vector<DeliveryRecord> deliveries;
  std::vector<DeadLetterOrder> dead_letters;
  std::vector<SubscriptionChange> subscriptions;
  Instant now;  // wall clock: `created` of messages, and what retention counts from
  bool empty() const;
};

// Numbers a person can look at.
struct StoreReport {
  std::size_t outbox_rows = 0;  // those that are held too
  std::size_t dead_letters = 0;
  std::uint64_t outbox_overflows = 0;  // messages that found their outbox full, since the start
  bool reserve_held = false;           // false: the disk is (nearly) full
};

class Store {
 public:
  // Locks and opens `directory` (created 0700 if missing), migrates the schema, checks integrity.
  // Errors: in-use, read-only, disk-full, damaged, newer-schema, io-error; the text names the file
  // and says what to do. Whatever the error, nothing that was stored is overwritten.
  static Result<std::unique_ptr<Store>> open(const std::string& directory,
                                             const StoreOptions& options);
  static Result<std::unique_ptr<Store>> open(const std::string& directory, Durability durability) {
    StoreOptions options;
    options.durability = durability;
    return open(directory, options);
  }
  virtual ~Store() = default;

  // The writer's thread only.
  virtual Result<StateImage> load() = 0;
  // By log group, in order of name.
  virtual Result<std::vector<std::pair<std::string, std::vector<PositionUpdate>>>> positions() = 0;
  // To be sent and not yet delivered, oldest first, without the messages: they are read one by one.
  virtual Result<std::vector<OutboxEntry>> outbox() = 0;
  // What channels remember, in the order in which it was renewed.
  virtual Result<std::vector<DeliveryReceipt>> receipts() = 0;
  // Held for a digest, oldest first.
  virtual Result<std::vector<OutboxEntry>> held() = 0;

  // Made at run time, oldest first.
  virtual Result<std::vector<Subscription>> subscriptions() = 0;

  // One transaction, durable when it returns. On success returns the outbox entries that it
  // created. On failure nothing of it is stored and it may be tried again. Error disk-full: once
  // the reserve had to be released, only commits with messages or deliveries are taken, until
  // there is room to make it anew. The writer's thread only.
  virtual Result<std::vector<OutboxEntry>> commit(const Commit& commit) = 0;

  // What else a commit holds when messages of it find their outbox full, and are dead letters by
  // it: asked inside the transaction, again for those that the answer has added. `is_first`: the
  // transaction is a new one, an earlier one has failed. Of the answer the messages and the rows of
  // state are written. The writer's thread only.
  using Aftermath =
      std::function<Commit(const std::vector<DeliveryReport>& overflowed, bool is_first)>;
  virtual void on_overflow(Aftermath aftermath) = 0;

  // Messages of commits since the last call that found their outbox full: dead letters already. The
  // writer's thread only.
  virtual std::vector<DeliveryReport> take_overflowed() = 0;

  // How many messages must leave an endpoint's outbox before its dead letters are sent again, since
  // it is half full; 0: none. The writer's thread only.
  virtual std::size_t crowd(const std::string& endpoint) const = 0;

  // From the next commit on. The writer's thread only.
  virtual void keep_history_for(Duration kept) = 0;

  // Readers: any thread, committed state only.
  virtual Result<std::vector<AlarmStatus>> alarms() const = 0;  // by alarm, then key
  // A page of them, ALARM first, then INSUFFICIENT_DATA, then OK; within a state by name and key.
  virtual Result<std::vector<AlarmStatus>> alarms(const AlarmQuery& query) const = 0;
  // The same with all keys of an alarm as one; the cursor's key is not looked at.
  virtual Result<std::vector<AlarmSummary>> alarm_summaries(const AlarmQuery& query) const = 0;
  virtual Result<StateCounts> state_counts() const = 0;  // of alarms, not of their keys
  // Newest first, of all keys; also of alarms that are no more.
  virtual Result<std::vector<HistoryItem>> history(const HistoryQuery& query) const = 0;
  virtual Result<std::vector<Transition>> transitions(const std::string& alarm,
                                                      std::size_t limit) const = 0;
  // The JSON of an outbox entry. Error not-found: it is no longer waiting.
  virtual Result<std::string> notification(std::int64_t outbox_id) const = 0;
  // When the oldest waiting message was made; kNoTime: none waits.
  virtual Instant outbox_oldest() const = 0;
  virtual Result<std::vector<DeadLetter>> dead_letters(const DeadLetterQuery& query) const = 0;
  virtual StoreReport report() const = 0;
};

}  // namespace tocsin
