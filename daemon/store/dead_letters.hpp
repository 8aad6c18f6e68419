// SPDX-License-Identifier: Apache-2.0
// Deliveries that were given up: listed, sent again, thrown away. spec/notifications.md
// section 3.3.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tocsin/outbox.hpp"
#include "tocsin/result.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

struct DeadLetter {
  std::int64_t id = 0;  // that of its outbox entry; never used twice
  std::string message_id;
  std::string topic;
  std::string endpoint;        // Endpoint::id
  std::string endpoint_label;  // for people
  std::string dedup_key;
  int attempts = 0;
  int status = 0;          // of the last attempt, HTTP or SMTP; 0: no answer
  bool permanent = false;  // the receiver refused it, or its address did
  std::string detail;
  Instant created;  // when the message was made
  Instant given_up;
  std::string notification;  // JSON
};

// Which of them; newest first. Empty members: any.
struct DeadLetterQuery {
  std::vector<std::int64_t> ids = {};
  std::string topic = {};
  std::string endpoint = {};  // id or label
  Instant since = kNoTime;    // given up then or later
  bool retryable_only = false;
  bool texts = true;  // DeadLetter::notification too
  // Only those behind this one (given_up, id), to go on where a page ended.
  std::pair<Instant, std::int64_t> after{kNever, 0};
  std::size_t limit = 100;
};

// What a person has decided about some of them.
enum class DeadLetterFate { redrive, purge };
struct DeadLetterOrder {
  DeadLetterFate fate = DeadLetterFate::purge;
  std::vector<std::int64_t> ids;
};

class Database;
struct StoreOptions;
struct Tally;

namespace dead_letters {

Result<std::vector<DeadLetter>> read(Database& db, const DeadLetterQuery& query);

// How many messages must leave the outbox of an endpoint until it is less than half full; 0: none.
std::size_t crowd(const Tally& tally, const StoreOptions& options, const std::string& endpoint);

// Inside a transaction. An id that is not there changes nothing. What is redriven is a new series
// of attempts of the same message, from `now`; it stays a dead letter while the outbox of its
// endpoint is half full. New entries go to `created`.
Status carry_out(Database& db, const DeadLetterOrder& order, const StoreOptions& options,
                 Instant now, Tally& tally, std::vector<OutboxEntry>& created);

}  // namespace dead_letters
}  // namespace tocsin
