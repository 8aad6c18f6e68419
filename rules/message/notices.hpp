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

// That it can again, to those who were told: `stood_still`: for how long it could not.
Notification make_trouble_over_notification(const std::string& topic, const RuleSet& rules,
                                            Instant now, Duration stood_still);

// That messages to a subscription of `of_topic` are not delivered (as an ALARM), or are again (OK).
struct ChannelNews {
  bool works = false;
  std::string of_topic;
  std::string summary;    // which, and since when or why
  std::string detail;     // what that means
  bool has_lost = false;  // there are dead letters
  Instant since;          // when it began to fail
};
Notification make_channel_notification(const std::string& topic, const RuleSet& rules, Instant now,
                                       const ChannelNews& news);

}  // namespace tocsin
