// SPDX-License-Identifier: Apache-2.0
// A Notification as JSON text, for the outbox and the dead letters, and back.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/notification.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

// Every field, so that notification_from_json gives back an equal value. Invalid UTF-8 becomes
// U+FFFD.
std::string to_json(const Notification& notification);

// A field that is missing has its default (an older version wrote the text). Error
// "bad-notification": no JSON, or a field of another type.
Result<Notification> notification_from_json(std::string_view text);

// A transition alone, as the store keeps it; the same rules. Error "bad-transition".
std::string to_json(const Transition& transition);
Result<Transition> transition_from_json(std::string_view text);

}  // namespace tocsin
