// SPDX-License-Identifier: Apache-2.0
// Bodies that a webhook posts. Pure. docs/user guide: what receivers may rely on;
// spec/notifications.md sections 1 and 2.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/notification.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

// Tocsin's own JSON, {"type":"alarm.state_changed","version":1,...}: the five W's on top,
// everything else below. Members may be added within a version, never renamed or removed.
std::string native_payload(const Notification& n, const Attempt& attempt);

// CloudWatch's alarm message with our additions under "x-source"; of a notice that is none, its
// summary. sns_envelope.hpp puts SNS around it.
std::string cloudwatch_payload(const Notification& n);

// The record of the event bus; of a message that has none (an older version stored it), the native
// payload.
std::string eventbridge_payload(const Notification& n, const Attempt& attempt);

// CloudEvents 1.0 in structured mode, with the native payload as its data.
std::string cloudevents_payload(const Notification& n, const Attempt& attempt);

}  // namespace tocsin
