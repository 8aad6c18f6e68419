// SPDX-License-Identifier: Apache-2.0
// Statuses of alarms as they are listed: those in ALARM first, then INSUFFICIENT_DATA, then OK;
// within a state by name and key.
#pragma once
#include <vector>

#include "daemon/store/alarm_query.hpp"
#include "daemon/store/database.hpp"
#include "tocsin/result.hpp"

namespace tocsin::store_queries {

// All of them, by alarm, then key.
Result<std::vector<AlarmStatus>> alarms(Database& db);
Result<std::vector<AlarmStatus>> alarms(Database& db, const AlarmQuery& query);
Result<std::vector<AlarmSummary>> alarm_summaries(Database& db, const AlarmQuery& query);
Result<StateCounts> state_counts(Database& db);

}  // namespace tocsin::store_queries
