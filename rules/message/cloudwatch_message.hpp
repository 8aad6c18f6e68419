// SPDX-License-Identifier: Apache-2.0
// The JSON text that CloudWatch hands to SNS about a metric or composite alarm, field by field,
// with Tocsin's additions under the one key "x-source". spec/notifications.md 1.1 to 1.3.
#pragma once
#include <string>

#include "tocsin/notification.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// `n` is complete but for its cloudwatch_message. The short form is shown as CloudWatch would have
// it: Period is `within`, one evaluation period. At most 256 KiB: events go first.
std::string make_cloudwatch_message(const Notification& n, const Alarm& alarm,
                                    const RuleSet& rules);

// `ALARM: "NAME" in US East (N. Virginia)`: one line, at most 100 characters, the name shortened
// with "...". `word`: the state, as a rule.
std::string make_subject(std::string_view word, std::string_view alarm, const Identity& identity);

}  // namespace tocsin
