// SPDX-License-Identifier: Apache-2.0
// The text of Slack messages: escaped and cut within Slack's limits. Pure. spec/notifications.md
// section 6.
#pragma once
#include <string>
#include <string_view>

#include "notifiers/channels.hpp"
#include "notifiers/json_text.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

// `text` with &, < and > escaped, at most `max` code points long after escaping; what is cut ends
// in "...", never inside of an escape.
std::string slack_text(std::string_view text, std::size_t max);

// What an alarm is called in a list of messages, on a telephone, and where blocks are not shown.
std::string slack_fallback(const Notification& n);

// A message: the fall-back text and one attachment of blocks. The body of the incoming webhook's
// request, and most of that of the bot's.
Json slack_message(const Notification& n, const Attempt& attempt);

// slack: { token, channel, ... }, in slack_bot.cpp.
MakeEndpoints make_slack_bot;

}  // namespace tocsin
