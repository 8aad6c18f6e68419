// SPDX-License-Identifier: Apache-2.0
// `redrive` of a subscription: SNS' RedrivePolicy, whose queue is a file of lines of JSON, or a
// directory with a file for each dead letter. The store keeps every dead letter in any case.
// spec/notifications.md section 3.3.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "tocsin/config_reader.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/outbox.hpp"

namespace tocsin {

// The key `redrive`: { file: PATH } or { directory: PATH }. An endpoint that takes copies of dead
// letters and nothing else; the same for all subscriptions of a topic that name the same place.
std::optional<Endpoint> read_redrive(const ConfigNode& node, const std::string& topic,
                                     Diagnostics& out);

// A copy as a message to that endpoint; `letter` is the dead letter as JSON.
Notification dead_letter_copy(const DeliveryReport& report, std::string letter, Instant now);
bool is_dead_letter_copy(std::string_view dedup_key);

}  // namespace tocsin
