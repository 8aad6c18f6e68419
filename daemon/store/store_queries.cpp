// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/store_queries.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "daemon/store/alarm_key_text.hpp"
#include "daemon/store/alarm_queries.hpp"
#include "rules/message/notification_json.hpp"

namespace tocsin::store_queries {
namespace {

std::uint64_t as_unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

std::int64_t as_limit(std::size_t limit) {
  constexpr std::size_t kMost = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(limit, kMost));
}

SeenEvent seen_from(const Row& row) {
  SeenEvent seen{.log_group = row.text(0), .id = {}, .time = instant_from_ms(row.number(1))};
  const std::string id = row.text(2);
  std::copy_n(id.begin(), std::min(id.size(), seen.id.size()), seen.id.begin());
  return seen;
}

// The columns that outbox and dead letters have in common.
OutboxEntry entry_from(const Row& row) {
  return {.id = row.number(0),
          .message_id = row.text(1),
          .topic = row.text(2),
          .endpoint = row.text(3),
          .endpoint_label = row.text(4),
          .dedup_key = row.text(5),
          .sequence = as_unsigned(row.number(6)),
          .attempts = static_cast<int>(row.number(7)),
          .created = instant_from_ms(row.number(8)),
          .next_attempt = instant_from_ms(row.number(9)),
          .last_detail = row.text(10),
          .superseded = row.number(11) != 0,
          .notification = row.text(12),
          .held_for = row.text(13)};
}

// Of the outbox: `json` is the column of the message or an empty text, `rest` condition and order.
std::string from_outbox(std::string_view json, std::string_view rest) {
  return std::string(
             "SELECT o.id, n.message_id, n.topic, o.endpoint, o.endpoint_label, n.dedup_key,"
             " n.sequence, o.attempts, CASE o.since WHEN 0 THEN n.created ELSE o.since END,"
             " o.next_attempt, o.last_detail, o.superseded, ")
      .append(json)
      .append(", o.held FROM outbox o JOIN notification n ON n.id = o.notification ")
      .append(rest);
}

template <class T, class Make>
Result<std::vector<T>> list(Database& db, std::string_view sql,
                            std::initializer_list<SqlValue> values, Make make) {
  std::vector<T> out;
  Status done = db.each(sql, values, [&](const Row& row) { out.push_back(make(row)); });
  if (!done) return done.error();
  return out;
}

}  // namespace

Result<StateImage> load(Database& db) {
  StateImage image;
  Status done =
      db.each("SELECT kind, id, value FROM state ORDER BY kind, id", {}, [&](const Row& row) {
        image.rows.push_back({row.text(0), row.text(1), row.text(2)});
      });
  if (done)
    done = db.each("SELECT log_group, time, id FROM seen ORDER BY log_group, time", {},
                   [&](const Row& row) { image.seen.push_back(seen_from(row)); });
  if (!done) return done.error();
  Result<std::vector<AlarmStatus>> statuses = alarms(db);
  if (!statuses) return statuses.error();
  image.alarms = std::move(*statuses);
  Result<std::int64_t> next = db.number("SELECT value FROM meta WHERE name = 'next_sequence'");
  if (!next) return next.error();
  if (*next > 0) image.next_sequence = as_unsigned(*next);
  return image;
}

Result<std::vector<std::pair<std::string, std::vector<PositionUpdate>>>> positions(Database& db) {
  std::vector<std::pair<std::string, std::vector<PositionUpdate>>> groups;
  Status done = db.each("SELECT log_group, name, value FROM position ORDER BY log_group, name", {},
                        [&](const Row& row) {
                          PositionUpdate position{row.text(0), row.text(1), row.text(2)};
                          if (groups.empty() || groups.back().first != position.log_group)
                            groups.push_back({position.log_group, {}});
                          groups.back().second.push_back(std::move(position));
                        });
  if (!done) return done.error();
  return groups;
}

Result<std::vector<OutboxEntry>> outbox(Database& db) {
  return list<OutboxEntry>(db, from_outbox("''", "WHERE o.held = '' ORDER BY o.id"), {},
                           entry_from);
}

Result<std::vector<OutboxEntry>> held(Database& db) {
  return list<OutboxEntry>(db, from_outbox("n.json", "WHERE o.held <> '' ORDER BY o.id"), {},
                           entry_from);
}

Result<std::vector<OutboxEntry>> held_for(Database& db, const std::string& digest) {
  return list<OutboxEntry>(db, from_outbox("''", "WHERE o.held <> '' AND o.held = ? ORDER BY o.id"),
                           {digest}, entry_from);
}

Result<std::vector<DeliveryReceipt>> receipts(Database& db) {
  return list<DeliveryReceipt>(db, "SELECT endpoint, dedup_key, text FROM receipt ORDER BY id", {},
                               [](const Row& row) {
                                 return DeliveryReceipt{row.text(0), row.text(1), row.text(2)};
                               });
}

Result<std::string> notification(Database& db, std::int64_t outbox_id) {
  Result<std::vector<std::string>> found = list<std::string>(
      db, "SELECT n.json FROM outbox o JOIN notification n ON n.id = o.notification WHERE o.id = ?",
      {outbox_id}, [](const Row& row) { return row.text(0); });
  if (!found) return found.error();
  if (found->empty()) return Error{"not-found", "the outbox has no such entry"};
  return std::move(found->front());
}

Instant outbox_oldest(Database& db) {
  // The first entry is the oldest but for what is retried, which is what a person wants to hear of.
  Result<std::vector<Instant>> found =
      list<Instant>(db,
                    "SELECT n.created FROM outbox o JOIN notification n ON n.id = o.notification"
                    " WHERE o.held = '' ORDER BY o.id LIMIT 1",
                    {}, [](const Row& row) { return instant_from_ms(row.number(0)); });
  return found && !found->empty() ? found->front() : kNoTime;
}

Result<std::vector<HistoryItem>> history(Database& db, const HistoryQuery& query) {
  const std::int64_t before =
      query.before_id > 0 ? query.before_id : std::numeric_limits<std::int64_t>::max();
  return list<HistoryItem>(
      db,
      "SELECT id, alarm, alarm_type, key, time, type, summary, data FROM history"
      " WHERE alarm = ?1 AND id < ?2 AND time >= ?3 AND time < ?4 AND ?5 IN ('', type)"
      " ORDER BY id DESC LIMIT ?6",
      {query.alarm, before, to_ms(query.since), to_ms(query.until), query.type,
       as_limit(query.limit)},
      [](const Row& row) {
        return HistoryItem{.alarm = row.text(1),
                           .alarm_type = row.text(2) == to_string(AlarmType::composite)
                                             ? AlarmType::composite
                                             : AlarmType::metric,
                           .key = alarm_key_from_text(row.text(3)),
                           .time = instant_from_ms(row.number(4)),
                           .type = row.text(5),
                           .summary = row.text(6),
                           .data = row.text(7),
                           .id = row.number(0)};
      });
}

Result<std::vector<Transition>> transitions(Database& db, const std::string& alarm,
                                            std::size_t limit) {
  Result<std::vector<std::string>> texts = list<std::string>(
      db, "SELECT json FROM transition WHERE alarm = ? ORDER BY sequence DESC LIMIT ?",
      {alarm, as_limit(limit)}, [](const Row& row) { return row.text(0); });
  if (!texts) return texts.error();
  std::vector<Transition> out;
  for (const std::string& text : *texts) {
    Result<Transition> transition = transition_from_json(text);
    if (!transition) return transition.error();
    out.push_back(std::move(*transition));
  }
  return out;
}

Result<Tally> tally(Database& db) {
  Tally out;
  Status done = db.each(
      "SELECT endpoint, count(*) FROM outbox GROUP BY endpoint", {},
      [&](const Row& row) { out.waiting[row.text(0)] = static_cast<std::size_t>(row.number(1)); });
  if (!done) return done.error();
  Result<std::int64_t> dead = db.number("SELECT count(*) FROM dead_letter");
  if (!dead) return dead.error();
  out.dead_letters = static_cast<std::size_t>(*dead);
  return out;
}

}  // namespace tocsin::store_queries
