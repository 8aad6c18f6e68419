// SPDX-License-Identifier: Apache-2.0
// The state directory: one SQLite database in WAL mode, one writer. docs/state-format.md describes
// the tables. What a commit holds is all or nothing: positions, engine state, alarm statuses,
// history, evidence and the outbox together.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/effects.hpp"
#include "tocsin/log_event.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

enum class Durability { full, normal };

// One message to one endpoint: the unit of attempts, order and dead letters.
struct OutboxEntry {
  std::int64_t id = 0;  // ascending in order of commit
  std::string message_id;
  std::string topic;
  std::string endpoint;  // Endpoint::id
  std::string endpoint_label;
  std::string dedup_key;       // (alarm, key)
  std::uint64_t sequence = 0;  // of the transition
  int attempts = 0;
  Instant created;
  Instant next_attempt;
  std::string last_detail;
  std::string notification;  // JSON
};

// What became of an attempt; committed by the writer, off the delivery thread.
struct DeliveryRecord {
  std::int64_t outbox_id = 0;
  enum class Fate { delivered, retry, dead } fate = Fate::delivered;
  int attempts = 0;
  Instant at;
  Instant next_attempt;  // fate == retry
  int status = 0;
  std::string detail;
};

struct Commit {
  std::vector<PositionUpdate> positions;
  StateDelta state;
  std::vector<Transition> transitions;
  std::vector<HistoryItem> history;
  std::vector<Notification> notifications;
  // For each notification, the endpoints (id, label) it goes to: index-aligned with
  // `notifications`.
  std::vector<std::vector<std::pair<std::string, std::string>>> endpoints;
  std::vector<DeliveryRecord> deliveries;
  Instant now;
  bool empty() const;
};

class Store {
 public:
  // Locks and opens `directory` (created 0700 if missing), migrates the schema, checks integrity.
  // Errors: in-use, read-only, disk-full, damaged (nothing is overwritten), newer-schema; the text
  // says what to do.
  static Result<std::unique_ptr<Store>> open(const std::string& directory, Durability durability);
  virtual ~Store() = default;

  virtual Result<StateImage> load() = 0;
  virtual Result<std::vector<std::pair<std::string, std::vector<PositionUpdate>>>>
  positions() = 0;                                        // by log group
  virtual Result<std::vector<OutboxEntry>> outbox() = 0;  // not yet delivered, oldest first

  // One transaction, durable when it returns. On success returns the outbox entries that it
  // created. On failure nothing of it is stored and it may be tried again.
  virtual Result<std::vector<OutboxEntry>> commit(const Commit& commit) = 0;

  // Readers: any thread, committed state only.
  virtual Result<std::vector<AlarmStatus>> alarms() const = 0;
  virtual Result<std::vector<HistoryItem>> history(const std::string& alarm,
                                                   std::size_t limit) const = 0;
  virtual Result<std::vector<Transition>> transitions(const std::string& alarm,
                                                      std::size_t limit) const = 0;
  virtual Result<std::vector<OutboxEntry>> dead_letters() const = 0;
};

}  // namespace tocsin
