// SPDX-License-Identifier: Apache-2.0
// The formats that webhooks and files have in common, as rows of a table: `format:` in their
// options.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "notifiers/sns_envelope.hpp"
#include "tocsin/config_reader.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

struct PayloadFormat {
  std::string_view name;
  std::string_view content_type;
  std::string (*body)(const Notification& n, const Attempt& attempt,
                      const SnsSubscription& subscription);
  bool of_incidents = false;  // it knows firing and resolved alone
  bool of_digests = false;    // it can say several alarms at once
};

std::span<const PayloadFormat> payload_formats();

// The format of that name, which there is.
const PayloadFormat& payload_format(std::string_view name);

// The key `format`: native by default; of the event bus eventbridge and nothing else.
const PayloadFormat* read_format(ConfigReader& read, const NotifierContext& context);

// What an endpoint that speaks `format` takes: digests or not, all messages or incidents alone.
void limit_to_format(Endpoint& endpoint, const PayloadFormat& format);

}  // namespace tocsin
