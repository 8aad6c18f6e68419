// SPDX-License-Identifier: Apache-2.0
// Writes the parts of a Commit inside a transaction that the caller began. The first failure ends
// it; the caller rolls back.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/store/database.hpp"
#include "daemon/store/store.hpp"

namespace tocsin {

// How many rows there are, so that no commit has to count them. Taken over only when the
// transaction was committed.
struct Tally {
  std::map<std::string, std::size_t> waiting;  // endpoint -> rows in the outbox
  std::size_t dead_letters = 0;
  std::uint64_t outbox_overflows = 0;
};

class CommitWriter {
 public:
  CommitWriter(Database& db, const StoreOptions& options, Tally& tally,
               const Store::Aftermath& aftermath)
      : db_(db), options_(options), tally_(tally), aftermath_(aftermath) {}

  Status write(const Commit& commit);
  // The outbox entries that write() created.
  std::vector<OutboxEntry>& created() { return created_; }
  // Those that found their outbox full: dead letters already.
  std::vector<DeliveryReport>& overflowed() { return overflowed_; }

 private:
  Status write_positions(const std::vector<PositionUpdate>& positions);
  Status write_rows(const std::vector<StateRow>& rows);
  Status write_seen(const StateDelta& state);
  Status write_alarms(const StateDelta& state);
  Status write_transitions(const std::vector<Transition>& transitions);
  Status write_history(const std::vector<HistoryItem>& history);
  Status write_history(const HistoryItem& item);
  Status write_messages(const Commit& commit);
  Status write_message(const Notification& message, const std::vector<Target>& targets,
                       Instant now);
  Status drop_held(const std::string& digest);
  Status release_held(const std::string& digest, Instant now);
  Status enqueue(OutboxEntry entry, std::int64_t message);
  Status overflow(const OutboxEntry& entry);
  Status write_aftermath();
  Status mark_superseded(std::int64_t outbox_id, std::int64_t message, const std::string& endpoint);
  // An entry of the outbox, as far as its outcome needs it.
  struct Waiting {
    std::int64_t message = 0;
    std::string endpoint;
    std::string endpoint_label;
    std::string topic;
    std::string dedup_key;
  };
  Status write_outcome(const DeliveryRecord& record);
  Status write_receipt(const Waiting& entry, const std::string& text);
  Status write_action(const DeliveryRecord& record, const Waiting& entry);
  MessagePtr message_of(const DeliveryRecord& record, const Waiting& entry);

  Database& db_;
  const StoreOptions& options_;
  Tally& tally_;
  const Store::Aftermath& aftermath_;
  std::vector<OutboxEntry> created_;
  std::vector<DeliveryReport> overflowed_;
  std::size_t history_rows_ = 0;  // that write() added
};

// The message goes with the last outbox row and dead letter that name it.
Status drop_message_if_unused(Database& db, std::int64_t message);

// Deletes rows that are past their retention: a few more than were added to history and
// transitions, and no more than that.
Status prune(Database& db, const StoreOptions& options, Instant now, std::size_t added,
             Tally& tally);

}  // namespace tocsin
