// SPDX-License-Identifier: Apache-2.0
// What people are told of a channel where the message at hand is not for them. Pure.
#pragma once
#include <string>

#include "notifiers/channel_watch.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/outbox.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// `topic`: who is told.
Notification channel_message(const ChannelWatch::News& news, const DeliveryReport& report,
                             const std::string& topic, const RuleSet& rules);

}  // namespace tocsin
