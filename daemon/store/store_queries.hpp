// SPDX-License-Identifier: Apache-2.0
// What is read from the tables, as values.
#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "daemon/store/commit_writer.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/store.hpp"

namespace tocsin::store_queries {

Result<StateImage> load(Database& db);
Result<std::vector<std::pair<std::string, std::vector<PositionUpdate>>>> positions(Database& db);
Result<std::vector<OutboxEntry>> outbox(Database& db);
Result<std::vector<DeliveryReceipt>> receipts(Database& db);
Result<std::vector<OutboxEntry>> held(Database& db);
// Held for the digest of that id.
Result<std::vector<OutboxEntry>> held_for(Database& db, const std::string& digest);
Result<std::string> notification(Database& db, std::int64_t outbox_id);
Instant outbox_oldest(Database& db);
Result<std::vector<HistoryItem>> history(Database& db, const HistoryQuery& query);
Result<std::vector<Transition>> transitions(Database& db, const std::string& alarm,
                                            std::size_t limit);
Result<Tally> tally(Database& db);

}  // namespace tocsin::store_queries
