// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/schema.hpp"

#include <string>

namespace tocsin {
namespace {

// seen: ordered by time, so that what is added and what is forgotten are neighbours on disk; the
// engine holds the ids in memory and never looks one up here.
// outbox: AUTOINCREMENT, so that a late outcome never meets another message under its id.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta(
  name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE position(
  log_group TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY(log_group, name)) STRICT, WITHOUT ROWID;
CREATE TABLE state(
  kind TEXT NOT NULL, id TEXT NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY(kind, id)) STRICT;
CREATE TABLE seen(
  log_group TEXT NOT NULL, time INTEGER NOT NULL, id BLOB NOT NULL,
  PRIMARY KEY(log_group, time, id)) STRICT, WITHOUT ROWID;
CREATE TABLE alarm(
  alarm TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
  reason_data TEXT NOT NULL, state_since INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  note TEXT NOT NULL, PRIMARY KEY(alarm, key)) STRICT;
CREATE TABLE transition(
  sequence INTEGER PRIMARY KEY, alarm TEXT NOT NULL, decided_at INTEGER NOT NULL,
  json TEXT NOT NULL) STRICT;
CREATE INDEX transition_of_alarm ON transition(alarm, sequence);
CREATE INDEX transition_by_age ON transition(decided_at);
CREATE TABLE history(
  id INTEGER PRIMARY KEY, alarm TEXT NOT NULL, key TEXT NOT NULL, time INTEGER NOT NULL,
  type TEXT NOT NULL, summary TEXT NOT NULL, data TEXT NOT NULL) STRICT;
CREATE INDEX history_of_alarm ON history(alarm, id);
CREATE INDEX history_by_age ON history(time);
CREATE TABLE notification(
  id INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, topic TEXT NOT NULL,
  dedup_key TEXT NOT NULL, sequence INTEGER NOT NULL, created INTEGER NOT NULL,
  json TEXT NOT NULL) STRICT;
CREATE INDEX notification_of_key ON notification(dedup_key);
CREATE TABLE outbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT, notification INTEGER NOT NULL, endpoint TEXT NOT NULL,
  endpoint_label TEXT NOT NULL, attempts INTEGER NOT NULL, next_attempt INTEGER NOT NULL,
  last_detail TEXT NOT NULL, superseded INTEGER NOT NULL DEFAULT 0,
  UNIQUE(notification, endpoint)) STRICT;
CREATE TABLE dead_letter(
  id INTEGER PRIMARY KEY, notification INTEGER NOT NULL, endpoint TEXT NOT NULL,
  endpoint_label TEXT NOT NULL, attempts INTEGER NOT NULL, died INTEGER NOT NULL,
  status INTEGER NOT NULL, last_detail TEXT NOT NULL) STRICT;
CREATE INDEX dead_letter_of_notification ON dead_letter(notification);
CREATE INDEX dead_letter_by_age ON dead_letter(died);
)sql";

// Listings go by state, in pages.
constexpr const char* kVersion2 = "CREATE INDEX alarm_by_state ON alarm(state, alarm, key);";
constexpr const char* kVersion3 = R"sql(
ALTER TABLE history ADD COLUMN alarm_type TEXT NOT NULL DEFAULT 'MetricAlarm';
UPDATE history SET type = 'AlarmContributorStateUpdate' WHERE type = 'StateUpdate' AND key <> '';
)sql";

// JSON of whatever else is shown of an alarm.
constexpr const char* kVersion4 = R"sql(
ALTER TABLE alarm ADD COLUMN details TEXT NOT NULL DEFAULT '';
)sql";

// Ids ascend with each renewal, so that the oldest go first.
constexpr const char* kVersion5 = R"sql(
CREATE TABLE receipt(
  id INTEGER PRIMARY KEY AUTOINCREMENT, endpoint TEXT NOT NULL, dedup_key TEXT NOT NULL,
  text TEXT NOT NULL, UNIQUE(endpoint, dedup_key)) STRICT;
)sql";

// held: the id of the digest that a message waits for. since: when its attempts began to count, if
// not when it was made.
constexpr const char* kVersion6 = R"sql(
ALTER TABLE outbox ADD COLUMN held TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_held ON outbox(held) WHERE held <> '';
)sql";

// permanent: it was refused, and trying again would not have helped.
constexpr const char* kVersion7 = R"sql(
ALTER TABLE dead_letter ADD COLUMN permanent INTEGER NOT NULL DEFAULT 0;
CREATE INDEX dead_letter_of_endpoint ON dead_letter(endpoint, died);
)sql";

constexpr const char* kVersion8 = R"sql(
CREATE TABLE subscription(
  id TEXT PRIMARY KEY, topic TEXT NOT NULL, url TEXT NOT NULL, state TEXT NOT NULL,
  raw INTEGER NOT NULL, authenticate INTEGER NOT NULL, filter TEXT NOT NULL,
  filter_scope TEXT NOT NULL, author TEXT NOT NULL, created INTEGER NOT NULL,
  changed INTEGER NOT NULL) STRICT;
)sql";

constexpr Migration kMigrations[] = {{1, kVersion1}, {2, kVersion2}, {3, kVersion3},
                                     {4, kVersion4}, {5, kVersion5}, {6, kVersion6},
                                     {7, kVersion7}, {8, kVersion8}};

int latest(std::span<const Migration> known) { return known.empty() ? 0 : known.back().version; }

Status apply(Database& db, const Migration& migration) {
  Result<Transaction> transaction = Transaction::begin(db);
  if (!transaction) return transaction.error();
  if (Status done = db.script(migration.sql); !done) return done;
  const std::string marks = "PRAGMA user_version = " + std::to_string(migration.version) +
                            "; PRAGMA application_id = " + std::to_string(kApplicationId);
  if (Status done = db.script(marks.c_str()); !done) return done;
  return transaction->commit();
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

Status check_version(Database& db, std::span<const Migration> known) {
  Result<std::int64_t> owner = db.number("PRAGMA application_id");
  if (!owner) return owner.error();
  Result<std::int64_t> version = db.number("PRAGMA user_version");
  if (!version) return version.error();
  if (*owner != kApplicationId)
    return Error{"damaged", db.path() +
                                ": this is a SQLite database, but not one of Tocsin's; nothing was "
                                "changed. Choose another state directory, or move the file away"};
  if (*version > latest(known))
    return Error{"newer-schema",
                 db.path() + ": written by a later version of Tocsin (its format is " +
                     std::to_string(*version) + ", this one knows up to " +
                     std::to_string(latest(known)) +
                     "); nothing was changed. Install that version again, or restore the state "
                     "from before the upgrade"};
  return success();
}

Status migrate(Database& db, std::span<const Migration> known) {
  Result<std::int64_t> version = db.number("PRAGMA user_version");
  if (!version) return version.error();
  for (const Migration& migration : known)
    if (migration.version > *version)
      if (Status done = apply(db, migration); !done) return done;
  return success();
}

}  // namespace tocsin
