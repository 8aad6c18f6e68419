// SPDX-License-Identifier: Apache-2.0
// The text of Slack messages: escaped and cut within Slack's limits. Pure. spec/notifications.md
// section 6.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/notification.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

// `text` with &, < and > escaped, at most `max` code points long after escaping; what is cut ends
// in "...", never inside of an escape.
std::string slack_text(std::string_view text, std::size_t max);

// The body of the incoming webhook's request: a fall-back text and one attachment of blocks.
std::string slack_payload(const Notification& n, const Attempt& attempt);

}  // namespace tocsin
