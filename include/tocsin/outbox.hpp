// SPDX-License-Identifier: Apache-2.0
// The outbox: what is durable and not yet delivered, and what became of each attempt. Written by
// daemon/store, worked off by notifiers/delivery_plan. spec/notifications.md sections 3 and 8.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tocsin/time.hpp"

namespace tocsin {

struct Notification;
// One message, shared by all deliveries of it.
using MessagePtr = std::shared_ptr<const Notification>;

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
  bool superseded = false;       // a newer one of its dedup_key was delivered to this endpoint
  MessagePtr message = nullptr;  // of an entry that a commit has just made
  std::string notification;      // JSON, of a dead letter and of what is held
  std::string held_for = {};     // the digest that it waits for; empty: it is to be sent
};

// What became of an attempt; committed by the writer, off the delivery thread.
struct DeliveryRecord {
  std::int64_t outbox_id = 0;
  enum class Fate { delivered, retry, dead } fate = Fate::delivered;
  int attempts = 0;
  Instant at{};
  Instant next_attempt{};  // fate == retry
  int status = 0;
  std::string detail = {};
  bool permanent = false;                   // fate == dead: not for want of patience
  MessagePtr message = nullptr;             // if it was at hand; else the store has it
  std::optional<std::string> receipt = {};  // Delivery::receipt
};

// What a channel remembers of an (alarm, key).
struct DeliveryReceipt {
  std::string endpoint;
  std::string dedup_key;
  std::string text;
};
// Kept at most, in the store and in memory; those that were renewed longest ago go first.
inline constexpr std::size_t kDeliveryReceiptsMax = 10'000;

// A DeliveryRecord with what a person must know of its message: for counters, logs, and to tell the
// topic's other channels of a dead letter.
struct DeliveryReport {
  DeliveryRecord record;
  std::string message_id;
  std::string topic;
  std::string endpoint;
  std::string endpoint_label;
  std::string dedup_key;
};

}  // namespace tocsin
