// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/alarm_queries.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "daemon/store/alarm_key_text.hpp"
#include "rules/message/alarm_details.hpp"

namespace tocsin::store_queries {
namespace {

// The columns that status_from() reads, in its order.
const std::string kStatuses =
    "SELECT alarm, key, state, reason, reason_data, state_since, updated_at, note, details"
    " FROM alarm";

AlarmState state_from(const std::string& text) {
  for (const AlarmState state : {AlarmState::ok, AlarmState::alarm})
    if (text == to_string(state)) return state;
  return AlarmState::insufficient_data;
}

AlarmStatus status_from(const Row& row) {
  AlarmStatus status{.alarm = row.text(0),
                     .key = alarm_key_from_text(row.text(1)),
                     .state = state_from(row.text(2)),
                     .reason = row.text(3),
                     .reason_data = row.text(4),
                     .state_since = instant_from_ms(row.number(5)),
                     .updated_at = instant_from_ms(row.number(6)),
                     .note = row.text(7)};
  read_alarm_details(row.text(8), status);
  return status;
}

// SQLite's GLOB knows sets in brackets too; ours does not.
std::string sqlite_glob(std::string_view pattern) {
  std::string out;
  for (const char c : pattern) c == '[' ? out += "[[]" : out += c;
  return out.empty() ? "*" : out;
}

// Where a listing begins and ends, as columns: states sort by their names as they are shown.
struct Bounds {
  std::string state, alarm, key;  // behind this row
  std::string last_state;
};

Bounds bounds_of(const AlarmQuery& query) {
  Bounds out;
  out.last_state = to_string(AlarmState::ok);
  if (query.state) out.state = out.last_state = to_string(*query.state);
  if (!query.after || (query.state && *query.state != query.after->state)) return out;
  out.state = to_string(query.after->state);
  out.alarm = query.after->alarm;
  out.key = alarm_key_to_text(query.after->key);
  return out;
}

std::int64_t as_limit(std::size_t limit) {
  constexpr std::size_t kMost = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(limit, kMost));
}

Result<StateCounts> counts(Database& db, std::string_view sql,
                           std::initializer_list<SqlValue> values) {
  StateCounts out;
  Status done = db.each(sql, values, [&](const Row& row) {
    const AlarmState state = state_from(row.text(0));
    std::size_t& count = state == AlarmState::alarm ? out.alarm
                         : state == AlarmState::ok  ? out.ok
                                                    : out.insufficient_data;
    count = static_cast<std::size_t>(row.number(1));
  });
  if (!done) return done.error();
  return out;
}

Status only_one(Database& db, const std::string& alarm, AlarmStatus& out) {
  return db.each(kStatuses + " WHERE alarm = ? AND key = ''", {alarm},
                 [&](const Row& row) { out = status_from(row); });
}

// The key that came last into `state`.
Status newest_of(Database& db, const std::string& alarm, AlarmState state, AlarmStatus& out) {
  return db.each(
      kStatuses +
          " WHERE alarm = ? AND state = ? AND key != '' ORDER BY state_since DESC, key LIMIT 1",
      {alarm, to_string(state)}, [&](const Row& row) { out = status_from(row); });
}

// One alarm's summary if that is its overall state (nothing: whatever it is), else nothing is
// added. An alarm without group_by has one row, without a key.
Status add_summary(Database& db, const std::string& alarm, std::optional<AlarmState> state,
                   std::vector<AlarmSummary>& out) {
  Result<StateCounts> keys =
      counts(db, "SELECT state, count(*) FROM alarm WHERE alarm = ? AND key != '' GROUP BY state",
             {alarm});
  if (!keys) return keys.error();
  AlarmSummary summary{.status = {}, .keys = *keys};
  Status done = keys->total() > 0 ? newest_of(db, alarm, keys->overall(), summary.status)
                                  : only_one(db, alarm, summary.status);
  const bool wanted = !state || summary.status.state == *state;
  if (done && wanted && !summary.status.alarm.empty()) out.push_back(std::move(summary));
  return done;
}

// The next (state, alarm) behind the bounds, whatever the keys. Skipping from one to the next by
// the index costs as much as there are lines to show, not keys.
Result<bool> step(Database& db, const std::string& glob, Bounds& at) {
  bool found = false;
  Status done = db.each(
      "SELECT state, alarm FROM alarm WHERE (state, alarm) > (?1, ?2) AND state <= ?3"
      " AND alarm GLOB ?4 ORDER BY state, alarm LIMIT 1",
      {at.state, at.alarm, at.last_state, glob}, [&](const Row& row) {
        found = true;
        at.state = row.text(0);
        at.alarm = row.text(1);
      });
  if (!done) return done.error();
  return found;
}

}  // namespace

Result<std::vector<AlarmStatus>> alarms(Database& db) {
  std::vector<AlarmStatus> out;
  Status done = db.each(kStatuses + " ORDER BY alarm, key", {},
                        [&](const Row& row) { out.push_back(status_from(row)); });
  if (!done) return done.error();
  return out;
}

Result<std::vector<AlarmStatus>> alarms(Database& db, const AlarmQuery& query) {
  std::vector<AlarmStatus> out;
  const Bounds from = bounds_of(query);
  const std::int64_t limit = as_limit(query.limit);
  const auto take = [&](const Row& row) { out.push_back(status_from(row)); };
  Status done =
      !query.alarm.empty()
          ? db.each(kStatuses +
                        " WHERE alarm = ?1 AND (state, alarm, key) > (?2, ?3, ?4)"
                        " AND state <= ?5 ORDER BY state, key LIMIT ?6",
                    {query.alarm, from.state, from.alarm, from.key, from.last_state, limit}, take)
          : db.each(kStatuses +
                        " WHERE (state, alarm, key) > (?2, ?3, ?4) AND state <= ?5"
                        " AND alarm GLOB ?1 ORDER BY state, alarm, key LIMIT ?6",
                    {sqlite_glob(query.pattern), from.state, from.alarm, from.key, from.last_state,
                     limit},
                    take);
  if (!done) return done.error();
  return out;
}

Result<std::vector<AlarmSummary>> alarm_summaries(Database& db, const AlarmQuery& query) {
  std::vector<AlarmSummary> out;
  if (!query.alarm.empty()) {
    if (Status done = add_summary(db, query.alarm, query.state, out); !done) return done.error();
    return out;
  }
  Bounds at = bounds_of(query);
  const std::string glob = sqlite_glob(query.pattern);
  while (out.size() < query.limit) {
    Result<bool> more = step(db, glob, at);
    if (!more) return more.error();
    if (!*more) break;
    if (Status done = add_summary(db, at.alarm, state_from(at.state), out); !done)
      return done.error();
  }
  return out;
}

Result<StateCounts> state_counts(Database& db) {
  return counts(db, "SELECT state, count(*) FROM alarm WHERE key = '' GROUP BY state", {});
}

}  // namespace tocsin::store_queries
