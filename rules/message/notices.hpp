// SPDX-License-Identifier: Apache-2.0
// Messages that no alarm of the user's caused: they look like every other, and say plainly what
// they are.
#pragma once
#include <string>

#include "tocsin/notification.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// What `tocsin notify test` sends: made up, and plainly marked as a test in every part. `topic`
// need not exist.
Notification make_test_notification(const std::string& topic, const RuleSet& rules, Instant now);

// "Tocsin cannot store its state", with the store's own words: the one message that leaves without
// a commit.
Notification make_trouble_notification(const std::string& topic, const RuleSet& rules, Instant now,
                                       const std::string& why);

}  // namespace tocsin
