// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/commit_writer.hpp"

#include <string_view>
#include <utility>

#include "daemon/store/alarm_key_text.hpp"
#include "daemon/store/store_queries.hpp"
#include "daemon/store/subscription_rows.hpp"
#include "notifiers/own_notice.hpp"
#include "rules/message/alarm_details.hpp"
#include "rules/message/history_items.hpp"
#include "rules/message/notification_json.hpp"

namespace tocsin {
namespace {

std::int64_t as_int(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace

Status drop_message_if_unused(Database& db, std::int64_t message) {
  return db.run(
      "DELETE FROM notification WHERE id = ?1"
      " AND NOT EXISTS (SELECT 1 FROM outbox WHERE notification = ?1)"
      " AND NOT EXISTS (SELECT 1 FROM dead_letter WHERE notification = ?1)",
      {message});
}

Status CommitWriter::write(const Commit& commit) {
  Status done = write_positions(commit.positions);
  if (done) done = write_rows(commit.state.rows);
  if (done) done = write_seen(commit.state);
  if (done) done = write_alarms(commit.state);
  if (done && commit.state.next_sequence != 0)
    done = db_.run(
        "INSERT INTO meta VALUES('next_sequence', ?) ON CONFLICT(name)"
        " DO UPDATE SET value = max(value, excluded.value)",
        {as_int(commit.state.next_sequence)});
  if (done) done = write_transitions(commit.transitions);
  if (done) done = write_history(commit.history);
  if (done) done = write_messages(commit);
  for (const DeliveryRecord& record : commit.deliveries)
    if (done) done = write_outcome(record);
  for (const SubscriptionChange& change : commit.subscriptions)
    if (done) done = subscription_rows::write(db_, change);
  for (const DeadLetterOrder& order : commit.dead_letters)
    if (done) done = dead_letters::carry_out(db_, order, options_, commit.now, tally_, created_);
  if (done) done = write_aftermath();
  if (done && !commit.empty())
    done = prune(db_, options_, commit.now, history_rows_ + commit.transitions.size(), tally_);
  return done;
}

Status CommitWriter::write_positions(const std::vector<PositionUpdate>& positions) {
  for (const PositionUpdate& p : positions) {
    Status done = p.value ? db_.run("INSERT OR REPLACE INTO position VALUES(?, ?, ?)",
                                    {p.log_group, p.name, Blob{*p.value}})
                          : db_.run("DELETE FROM position WHERE log_group = ? AND name = ?",
                                    {p.log_group, p.name});
    if (!done) return done;
  }
  return success();
}

Status CommitWriter::write_rows(const std::vector<StateRow>& rows) {
  for (const StateRow& row : rows) {
    Status done = row.value
                      ? db_.run(
                            "INSERT INTO state VALUES(?, ?, ?) ON CONFLICT(kind, id)"
                            " DO UPDATE SET value = excluded.value",
                            {row.kind, row.id, Blob{*row.value}})
                      : db_.run("DELETE FROM state WHERE kind = ? AND id = ?", {row.kind, row.id});
    if (!done) return done;
  }
  return success();
}

Status CommitWriter::write_seen(const StateDelta& state) {
  for (const SeenEvent& event : state.seen) {
    const std::string_view id(reinterpret_cast<const char*>(event.id.data()), event.id.size());
    Status done = db_.run("INSERT OR REPLACE INTO seen VALUES(?, ?, ?)",
                          {event.log_group, to_ms(event.time), Blob{id}});
    if (!done) return done;
  }
  for (const auto& [log_group, floor] : state.seen_floor) {
    Status done =
        db_.run("DELETE FROM seen WHERE log_group = ? AND time < ?", {log_group, to_ms(floor)});
    if (!done) return done;
  }
  return success();
}

Status CommitWriter::write_alarms(const StateDelta& state) {
  for (const auto& [alarm, key] : state.removed) {
    const std::string text = alarm_key_to_text(key);
    Status done = db_.run("DELETE FROM alarm WHERE alarm = ? AND key = ?", {alarm, text});
    if (!done) return done;
  }
  for (const AlarmStatus& a : state.alarms) {
    const std::string key = alarm_key_to_text(a.key);
    Status done = db_.run("INSERT OR REPLACE INTO alarm VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                          {a.alarm, key, to_string(a.state), a.reason, a.reason_data,
                           to_ms(a.state_since), to_ms(a.updated_at), a.note, alarm_details(a)});
    if (!done) return done;
  }
  return success();
}

// A sequence comes from one counter, so a second row of one can only be the same transition
// decided anew after a restart: it replaces the first.
Status CommitWriter::write_transitions(const std::vector<Transition>& transitions) {
  for (const Transition& t : transitions) {
    const std::string json = to_json(t);
    Status done = db_.run("INSERT OR REPLACE INTO transition VALUES(?, ?, ?, ?)",
                          {as_int(t.sequence), t.alarm, to_ms(t.decided_at), json});
    if (!done) return done;
  }
  return success();
}

Status CommitWriter::write_history(const std::vector<HistoryItem>& history) {
  for (const HistoryItem& item : history)
    if (Status done = write_history(item); !done) return done;
  return success();
}

Status CommitWriter::write_history(const HistoryItem& item) {
  ++history_rows_;
  const std::string key = alarm_key_to_text(item.key);
  return db_.run(
      "INSERT INTO history(alarm, key, time, type, summary, data, alarm_type)"
      " VALUES(?, ?, ?, ?, ?, ?, ?)",
      {item.alarm, key, to_ms(item.time), item.type, item.summary, item.data,
       to_string(item.alarm_type)});
}

Status CommitWriter::write_messages(const Commit& commit) {
  TOCSIN_ASSERT(commit.endpoints.size() == commit.notifications.size());
  for (std::size_t i = 0; i < commit.notifications.size(); ++i) {
    Status done = write_message(commit.notifications[i], commit.endpoints[i], commit.now);
    if (!done) return done;
  }
  // Behind all messages: the last that is held for a digest may come in the commit of the digest.
  for (const std::string& digest : commit.digested)
    if (Status done = drop_held(digest); !done) return done;
  for (const std::string& digest : commit.released)
    if (Status done = release_held(digest, commit.now); !done) return done;
  return success();
}

Status CommitWriter::drop_held(const std::string& digest) {
  std::vector<std::pair<std::int64_t, std::string>> gone;  // message, endpoint
  Status done =
      db_.each("SELECT notification, endpoint FROM outbox WHERE held <> '' AND held = ?", {digest},
               [&](const Row& row) { gone.emplace_back(row.number(0), row.text(1)); });
  if (done) done = db_.run("DELETE FROM outbox WHERE held <> '' AND held = ?", {digest});
  for (const auto& [message, endpoint] : gone) {
    if (done) done = drop_message_if_unused(db_, message);
    if (std::size_t& rows = tally_.waiting[endpoint]; rows > 0) --rows;
  }
  return done;
}

Status CommitWriter::release_held(const std::string& digest, Instant now) {
  Result<std::vector<OutboxEntry>> held = store_queries::held_for(db_, digest);
  if (!held) return held.error();
  for (OutboxEntry& entry : *held) {
    entry.held_for.clear();
    entry.created = entry.next_attempt = now;
    created_.push_back(std::move(entry));
  }
  return db_.run(
      "UPDATE outbox SET held = '', next_attempt = ?1, since = ?1 WHERE held <> '' AND held = ?2",
      {to_ms(now), digest});
}

Status CommitWriter::write_message(const Notification& message, const std::vector<Target>& targets,
                                   Instant now) {
  if (targets.empty()) return success();
  const std::string json = to_json(message);
  Status done = db_.run(
      "INSERT OR IGNORE INTO notification(message_id, topic, dedup_key, sequence, created, json)"
      " VALUES(?, ?, ?, ?, ?, ?)",
      {message.message_id, message.topic, message.dedup_key, as_int(message.transition.sequence),
       to_ms(now), json});
  if (!done) return done;
  const bool is_new = db_.changed_rows() > 0;
  Result<std::int64_t> row = db_.last_row_id();
  if (!is_new)
    row = db_.number("SELECT id FROM notification WHERE message_id = ?", {message.message_id});
  if (!row) return row.error();
  const auto shared = std::make_shared<const Notification>(message);
  for (const Target& target : targets) {
    OutboxEntry entry{.message_id = message.message_id,
                      .topic = message.topic,
                      .endpoint = target.endpoint,
                      .endpoint_label = target.label,
                      .dedup_key = message.dedup_key,
                      .sequence = message.transition.sequence,
                      .created = now,
                      .next_attempt = now,
                      .last_detail = {},
                      .superseded = false,
                      .message = shared,
                      .notification = {},
                      .held_for = target.held_for};
    if (done = enqueue(std::move(entry), *row); !done) return done;
  }
  return success();
}

// What waits already stays as it is.
Status CommitWriter::enqueue(OutboxEntry entry, std::int64_t message) {
  Status done = db_.run(
      "INSERT OR IGNORE INTO outbox(notification, endpoint, endpoint_label, attempts, next_attempt,"
      " last_detail, held) VALUES(?, ?, ?, 0, ?, '', ?)",
      {message, entry.endpoint, entry.endpoint_label, to_ms(entry.next_attempt), entry.held_for});
  if (!done || db_.changed_rows() == 0) return done;
  entry.id = db_.last_row_id();
  std::size_t& rows = tally_.waiting[entry.endpoint];
  ++rows;
  if (rows <= options_.outbox_rows_max) {
    if (entry.held_for.empty()) created_.push_back(std::move(entry));
    return success();
  }
  return overflow(entry);
}

Status CommitWriter::overflow(const OutboxEntry& entry) {
  ++tally_.outbox_overflows;
  overflowed_.push_back({{.outbox_id = entry.id,
                          .fate = DeliveryRecord::Fate::dead,
                          .at = entry.created,
                          .next_attempt = {},
                          .detail = "more than " + std::to_string(options_.outbox_rows_max) +
                                    " messages wait for this subscription",
                          .message = entry.message},
                         entry.message_id,
                         entry.topic,
                         entry.endpoint,
                         entry.endpoint_label,
                         entry.dedup_key});
  return write_outcome(overflowed_.back().record);
}

// What is written of a message that found no room may find none itself.
Status CommitWriter::write_aftermath() {
  for (std::size_t told = 0; told < overflowed_.size();) {
    const auto from = overflowed_.begin() + static_cast<std::ptrdiff_t>(told);
    const std::vector<DeliveryReport> reports(from, overflowed_.end());
    const Commit commit = aftermath_(reports, told == 0);
    told = overflowed_.size();
    Status done = write_rows(commit.state.rows);
    if (done) done = write_messages(commit);
    if (!done) return done;
  }
  return success();
}

// Older messages of the same (alarm, key) that still wait at the endpoint, so that they say so also
// after a restart.
Status CommitWriter::mark_superseded(std::int64_t outbox_id, std::int64_t message,
                                     const std::string& endpoint) {
  return db_.run(
      "UPDATE outbox SET superseded = 1 WHERE +id < ?1 AND endpoint = ?2 AND notification IN"
      " (SELECT id FROM notification WHERE dedup_key ="
      " (SELECT dedup_key FROM notification WHERE id = ?3))",
      {outbox_id, endpoint, message});
}

// An id that is not there was settled before: an outcome told twice changes nothing.
Status CommitWriter::write_outcome(const DeliveryRecord& record) {
  Waiting entry;
  Status done = db_.each(
      "SELECT o.notification, o.endpoint, o.endpoint_label, n.topic, n.dedup_key"
      " FROM outbox o JOIN notification n ON n.id = o.notification WHERE o.id = ?",
      {record.outbox_id}, [&](const Row& row) {
        entry = {row.number(0), row.text(1), row.text(2), row.text(3), row.text(4)};
      });
  if (!done || entry.message == 0) return done;
  done = write_action(record, entry);
  if (done && record.receipt) done = write_receipt(entry, *record.receipt);
  if (!done) return done;
  if (record.fate == DeliveryRecord::Fate::retry)
    return db_.run("UPDATE outbox SET attempts = ?, next_attempt = ?, last_detail = ? WHERE id = ?",
                   {record.attempts, to_ms(record.next_attempt), record.detail, record.outbox_id});
  if (record.fate == DeliveryRecord::Fate::dead) {
    done = db_.run(
        "INSERT OR REPLACE INTO dead_letter SELECT id, notification, endpoint, endpoint_label,"
        " ?, ?, ?, ?, ? FROM outbox WHERE id = ?",
        {record.attempts, to_ms(record.at), record.status, record.detail, record.permanent ? 1 : 0,
         record.outbox_id});
    if (!done) return done;
    ++tally_.dead_letters;
  }
  if (record.fate == DeliveryRecord::Fate::delivered)
    done = mark_superseded(record.outbox_id, entry.message, entry.endpoint);
  if (done) done = db_.run("DELETE FROM outbox WHERE id = ?", {record.outbox_id});
  if (!done) return done;
  if (std::size_t& rows = tally_.waiting[entry.endpoint]; rows > 0) --rows;
  return drop_message_if_unused(db_, entry.message);
}

Status CommitWriter::write_receipt(const Waiting& entry, const std::string& text) {
  if (text.empty())
    return db_.run("DELETE FROM receipt WHERE endpoint = ? AND dedup_key = ?",
                   {entry.endpoint, entry.dedup_key});
  Status done = db_.run("INSERT OR REPLACE INTO receipt(endpoint, dedup_key, text) VALUES(?, ?, ?)",
                        {entry.endpoint, entry.dedup_key, text});
  if (!done) return done;
  return db_.run("DELETE FROM receipt WHERE id <= ?",
                 {db_.last_row_id() - static_cast<std::int64_t>(kDeliveryReceiptsMax)});
}

// Only what an alarm did is its history: a notice of Tocsin's own and the event bus are not.
Status CommitWriter::write_action(const DeliveryRecord& record, const Waiting& entry) {
  if (entry.topic == kEventBusTopic || is_own_notice(entry.dedup_key)) return success();
  if (!is_told_in_history(record)) return success();
  const MessagePtr message = message_of(record, entry);
  if (!message) return success();  // the delivery says so, and a damaged row must not stop commits
  for (const HistoryItem& item : action_items(*message, record, entry.endpoint_label))
    if (Status done = write_history(item); !done) return done;
  return success();
}

MessagePtr CommitWriter::message_of(const DeliveryRecord& record, const Waiting& entry) {
  if (record.message != nullptr) return record.message;
  std::string json;
  if (!db_.each("SELECT json FROM notification WHERE id = ?", {entry.message},
                [&](const Row& row) { json = row.text(0); }))
    return nullptr;
  Result<Notification> message = notification_from_json(json);
  return message ? std::make_shared<const Notification>(std::move(*message)) : nullptr;
}

namespace {

// Rows that one commit deletes of one table, and of history as many as it has added besides: what
// is due never makes a commit slow, and what comes never outruns what goes.
constexpr std::int64_t kPruneRows = 32;

Status prune_dead_letters(Database& db, const StoreOptions& options, Instant now, Tally& tally) {
  const bool too_many = tally.dead_letters > options.dead_letter_rows_max;
  const Instant floor = too_many ? kNever : now - options.dead_letters_kept;
  std::vector<std::pair<std::int64_t, std::int64_t>> old;  // id, message
  Status done = db.each(
      "SELECT id, notification FROM dead_letter WHERE died < ?"
      " ORDER BY died LIMIT ?",
      {to_ms(floor), kPruneRows},
      [&](const Row& row) { old.emplace_back(row.number(0), row.number(1)); });
  for (const auto& [id, message] : old) {
    if (done) done = db.run("DELETE FROM dead_letter WHERE id = ?", {id});
    if (done) done = drop_message_if_unused(db, message);
    if (!done) return done;
    if (tally.dead_letters > 0) --tally.dead_letters;
    if (too_many && tally.dead_letters <= options.dead_letter_rows_max) break;
  }
  return done;
}

}  // namespace

Status prune(Database& db, const StoreOptions& options, Instant now, std::size_t added,
             Tally& tally) {
  const std::int64_t floor = to_ms(now - options.history_kept);
  const std::int64_t most = kPruneRows + as_int(added);
  Status done = db.run(
      "DELETE FROM history WHERE id IN (SELECT id FROM history WHERE time < ?1 ORDER BY time"
      " LIMIT ?2)",
      {floor, most});
  if (done)
    done = db.run(
        "DELETE FROM transition WHERE sequence IN (SELECT sequence FROM transition"
        " WHERE decided_at < ?1 ORDER BY decided_at LIMIT ?2)",
        {floor, most});
  // Ids ascend without gaps but for what was pruned, so their span is the number of rows.
  if (done)
    done = db.run(
        "DELETE FROM history WHERE id IN (SELECT id FROM history"
        " WHERE id <= (SELECT max(id) FROM history) - ?1 ORDER BY id LIMIT ?2)",
        {as_int(options.history_rows_max), most});
  if (done)
    done = db.run(
        "DELETE FROM transition WHERE sequence IN (SELECT sequence FROM transition"
        " WHERE sequence <= (SELECT max(sequence) FROM transition) - ?1 ORDER BY sequence"
        " LIMIT ?2)",
        {as_int(options.transition_rows_max), most});
  if (done) done = prune_dead_letters(db, options, now, tally);
  return done;
}

}  // namespace tocsin
