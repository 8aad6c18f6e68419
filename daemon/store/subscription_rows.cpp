// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/subscription_rows.hpp"

namespace tocsin::subscription_rows {
namespace {

constexpr const char* kScopeOfAttributes = "MessageAttributes";
constexpr const char* kScopeOfBody = "MessageBody";

SubscriptionState state_from(const std::string& text) {
  for (const SubscriptionState state :
       {SubscriptionState::confirmed, SubscriptionState::unsubscribed})
    if (text == to_string(state)) return state;
  return SubscriptionState::pending;
}

}  // namespace

Result<std::vector<Subscription>> read(Database& db) {
  std::vector<Subscription> out;
  Status done = db.each(
      "SELECT id, topic, url, state, raw, authenticate, filter, filter_scope, author, created,"
      " changed FROM subscription ORDER BY created, id",
      {}, [&](const Row& row) {
        out.push_back({.id = row.text(0),
                       .topic = row.text(1),
                       .url = Secret(row.text(2)),
                       .state = state_from(row.text(3)),
                       .raw = row.number(4) != 0,
                       .authenticate_on_unsubscribe = row.number(5) != 0,
                       .filter = row.text(6),
                       .filter_on_attributes = row.text(7) == kScopeOfAttributes,
                       .author = row.text(8),
                       .created = instant_from_ms(row.number(9)),
                       .changed = instant_from_ms(row.number(10))});
      });
  if (!done) return done.error();
  return out;
}

Status write(Database& db, const SubscriptionChange& change) {
  if (!change.now) return db.run("DELETE FROM subscription WHERE id = ?", {change.id});
  const Subscription& s = *change.now;
  return db.run(
      "INSERT OR REPLACE INTO subscription(id, topic, url, state, raw, authenticate, filter,"
      " filter_scope, author, created, changed) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {s.id, s.topic, s.url.reveal(), to_string(s.state), s.raw ? 1 : 0,
       s.authenticate_on_unsubscribe ? 1 : 0, s.filter,
       s.filter_on_attributes ? kScopeOfAttributes : kScopeOfBody, s.author, to_ms(s.created),
       to_ms(s.changed)});
}

}  // namespace tocsin::subscription_rows
