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
#include "tocsin/outbox.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

enum class Durability { full, normal };

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
