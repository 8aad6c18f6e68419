// SPDX-License-Identifier: Apache-2.0
#include "notifiers/payload_format.hpp"

#include <algorithm>
#include <iterator>

#include "notifiers/alertmanager.hpp"
#include "notifiers/formats.hpp"
#include "notifiers/incident.hpp"

namespace tocsin {
namespace {

constexpr PayloadFormat kFormats[] = {
    {"native", "application/json",
     [](const auto& n, const auto& attempt, const auto&) { return native_payload(n, attempt); },
     false, true},
    {"sns", "text/plain; charset=UTF-8",
     [](const auto& n, const auto&, const auto& subscription) {
       return sns_payload(n, subscription);
     }},
    {"cloudwatch", "application/json",
     [](const auto& n, const auto&, const auto&) { return cloudwatch_payload(n); }},
    {"eventbridge", "application/json",
     [](const auto& n, const auto& attempt, const auto&) {
       return eventbridge_payload(n, attempt);
     }},
    {"cloudevents", "application/cloudevents+json; charset=UTF-8",
     [](const auto& n, const auto& attempt, const auto&) {
       return cloudevents_payload(n, attempt);
     },
     false, true},
    {"alertmanager", "application/json",
     [](const auto& n, const auto&, const auto&) { return alertmanager_webhook_payload(n); }, true},
};

}  // namespace

std::span<const PayloadFormat> payload_formats() { return kFormats; }

const PayloadFormat& payload_format(std::string_view name) {
  const auto found = std::find_if(std::begin(kFormats), std::end(kFormats),
                                  [&](const PayloadFormat& f) { return f.name == name; });
  TOCSIN_ASSERT(found != std::end(kFormats));
  return *found;
}

const PayloadFormat* read_format(ConfigReader& read, const NotifierContext& context) {
  constexpr std::size_t kCount = std::size(kFormats);
  std::pair<std::string_view, const PayloadFormat*> names[kCount];
  for (std::size_t i = 0; i < kCount; ++i) names[i] = {kFormats[i].name, &kFormats[i]};
  const PayloadFormat* const only = &payload_format("eventbridge");
  const PayloadFormat* format = context.event_bus ? only : &payload_format("native");
  read.optional_name("format", format, names);
  if (context.event_bus && format != only)
    report(read.diagnostics(), "bad-value", *read.map().find("format"),
           "the event bus has the format eventbridge");
  return format;
}

void limit_to_format(Endpoint& endpoint, const PayloadFormat& format) {
  endpoint.takes_digests = format.of_digests;
  if (format.of_incidents) endpoint.wants = concerns_incident;
}

}  // namespace tocsin
