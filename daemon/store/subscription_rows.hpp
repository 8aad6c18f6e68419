// SPDX-License-Identifier: Apache-2.0
// The table of subscriptions that were made at run time.
#pragma once
#include <vector>

#include "daemon/store/database.hpp"
#include "daemon/store/subscription.hpp"

namespace tocsin::subscription_rows {

Result<std::vector<Subscription>> read(Database& db);  // oldest first
Status write(Database& db, const SubscriptionChange& change);

}  // namespace tocsin::subscription_rows
