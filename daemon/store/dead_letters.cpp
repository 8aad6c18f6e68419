// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/dead_letters.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "daemon/store/alarm_key_text.hpp"
#include "daemon/store/commit_writer.hpp"
#include "daemon/store/database.hpp"
#include "rules/message/notification_json.hpp"

namespace tocsin::dead_letters {
namespace {

// Conditions and the order follow.
std::string select(bool texts) {
  return std::string(
             "SELECT d.id, n.message_id, n.topic, d.endpoint, d.endpoint_label, n.dedup_key,"
             " d.attempts, d.status, d.permanent, d.last_detail, n.created, d.died, ") +
         (texts ? "n.json" : "''") +
         " FROM dead_letter d JOIN notification n ON n.id = d.notification";
}

DeadLetter letter_from(const Row& row) {
  return {.id = row.number(0),
          .message_id = row.text(1),
          .topic = row.text(2),
          .endpoint = row.text(3),
          .endpoint_label = row.text(4),
          .dedup_key = row.text(5),
          .attempts = static_cast<int>(row.number(6)),
          .status = static_cast<int>(row.number(7)),
          .permanent = row.number(8) != 0,
          .detail = row.text(9),
          .created = instant_from_ms(row.number(10)),
          .given_up = instant_from_ms(row.number(11)),
          .notification = row.text(12)};
}

struct Found {
  std::int64_t message = 0;
  OutboxEntry entry;
  std::string json;
};

Result<std::optional<Found>> find(Database& db, std::int64_t id) {
  std::optional<Found> found;
  Status done = db.each(
      "SELECT d.notification, d.endpoint, d.endpoint_label, n.message_id, n.topic, n.dedup_key,"
      " n.sequence, n.json FROM dead_letter d JOIN notification n ON n.id = d.notification"
      " WHERE d.id = ?",
      {id}, [&](const Row& row) {
        Found& f = found.emplace();
        f.message = row.number(0);
        f.entry.endpoint = row.text(1);
        f.entry.endpoint_label = row.text(2);
        f.entry.message_id = row.text(3);
        f.entry.topic = row.text(4);
        f.entry.dedup_key = row.text(5);
        f.entry.sequence = static_cast<std::uint64_t>(row.number(6));
        f.json = row.text(7);
      });
  if (!done) return done.error();
  return found;
}

// Whether its alarm is in another state by now: the message must say so.
Result<bool> is_outdated(Database& db, const std::string& json) {
  const Result<Notification> message = notification_from_json(json);
  if (!message || message->transition.alarm.empty()) return false;
  const std::string key = alarm_key_to_text(message->transition.key);
  Result<std::int64_t> other =
      db.number("SELECT 1 FROM alarm WHERE alarm = ? AND key = ? AND state <> ?",
                {message->transition.alarm, key, to_string(message->transition.to)});
  if (!other) return other.error();
  return *other != 0;
}

Status forget(Database& db, std::int64_t id, Tally& tally) {
  if (tally.dead_letters > 0) --tally.dead_letters;
  return db.run("DELETE FROM dead_letter WHERE id = ?", {id});
}

Status redrive(Database& db, std::int64_t id, const StoreOptions& options, Instant now,
               Tally& tally, std::vector<OutboxEntry>& created) {
  Result<std::optional<Found>> found = find(db, id);
  if (!found) return found.error();
  if (!*found) return success();
  auto& [message, entry, json] = **found;
  if (crowd(tally, options, entry.endpoint) > 0) return success();
  Result<std::int64_t> there = db.number(
      "SELECT 1 FROM outbox WHERE notification = ? AND endpoint = ?", {message, entry.endpoint});
  if (!there) return there.error();
  if (*there != 0) return forget(db, id, tally);
  Result<bool> outdated = is_outdated(db, json);
  if (!outdated) return outdated.error();
  entry.superseded = *outdated;
  entry.created = entry.next_attempt = now;
  Status done = db.run(
      "INSERT INTO outbox(notification, endpoint, endpoint_label, attempts, next_attempt,"
      " last_detail, superseded, since) VALUES(?, ?, ?, 0, ?, '', ?, ?)",
      {message, entry.endpoint, entry.endpoint_label, to_ms(now), entry.superseded ? 1 : 0,
       to_ms(now)});
  if (!done) return done;
  entry.id = db.last_row_id();
  ++tally.waiting[entry.endpoint];
  created.push_back(std::move(entry));
  return forget(db, id, tally);
}

Status purge(Database& db, std::int64_t id, Tally& tally) {
  Result<std::int64_t> message =
      db.number("SELECT notification FROM dead_letter WHERE id = ?", {id});
  if (!message) return message.error();
  if (*message == 0) return success();
  if (Status done = forget(db, id, tally); !done) return done;
  return drop_message_if_unused(db, *message);
}

}  // namespace

std::size_t crowd(const Tally& tally, const StoreOptions& options, const std::string& endpoint) {
  const auto waiting = tally.waiting.find(endpoint);
  const std::size_t half = options.outbox_rows_max / 2;
  if (waiting == tally.waiting.end() || waiting->second < half) return 0;
  return waiting->second - half + 1;
}

Result<std::vector<DeadLetter>> read(Database& db, const DeadLetterQuery& query) {
  std::vector<DeadLetter> out;
  if (!query.ids.empty()) {
    for (const std::int64_t id : query.ids) {
      Status done = db.each(select(query.texts) + " WHERE d.id = ?", {id},
                            [&](const Row& row) { out.push_back(letter_from(row)); });
      if (!done) return done.error();
    }
    return out;
  }
  constexpr std::size_t kMost = std::numeric_limits<std::int64_t>::max();
  Status done = db.each(select(query.texts) +
                            " WHERE d.died >= ?1 AND (?2 = '' OR n.topic = ?2)"
                            " AND (?3 = '' OR d.endpoint = ?3 OR d.endpoint_label = ?3)"
                            " AND (?4 = 0 OR d.permanent = 0)"
                            " AND (d.died < ?5 OR (d.died = ?5 AND d.id < ?6))"
                            " ORDER BY d.died DESC, d.id DESC LIMIT ?7",
                        {to_ms(query.since), query.topic, query.endpoint,
                         query.retryable_only ? 1 : 0, to_ms(query.after.first), query.after.second,
                         static_cast<std::int64_t>(std::min(query.limit, kMost))},
                        [&](const Row& row) { out.push_back(letter_from(row)); });
  if (!done) return done.error();
  return out;
}

Status carry_out(Database& db, const DeadLetterOrder& order, const StoreOptions& options,
                 Instant now, Tally& tally, std::vector<OutboxEntry>& created) {
  for (const std::int64_t id : order.ids) {
    Status done = order.fate == DeadLetterFate::redrive
                      ? redrive(db, id, options, now, tally, created)
                      : purge(db, id, tally);
    if (!done) return done;
  }
  return success();
}

}  // namespace tocsin::dead_letters
