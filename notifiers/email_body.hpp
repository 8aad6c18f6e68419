// SPDX-License-Identifier: Apache-2.0
// The words of a mail as plain text: the five W's first, then value, reason, runbook, events, and
// below them the details under CloudWatch's labels. Pure. spec/notifications.md section 5.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/notification.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

std::string email_text(const Notification& n, const Attempt& attempt, std::string_view to);

// An event as it was logged, on one line; where that stands, "" if it is not known.
std::string raw_event(const NotifiedEvent& event);
std::string event_place(const Evidence& evidence);

}  // namespace tocsin
