// SPDX-License-Identifier: Apache-2.0
// The words of a mail, as plain text and as HTML: the five W's first, then value, reason, runbook,
// events, and below them the details under CloudWatch's labels. Pure. spec/notifications.md
// section 5.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/notification.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

std::string email_text(const Notification& n, const Attempt& attempt, std::string_view to);
std::string email_html(const Notification& n, const Attempt& attempt, std::string_view to);

}  // namespace tocsin
