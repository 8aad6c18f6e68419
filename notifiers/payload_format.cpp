// SPDX-License-Identifier: Apache-2.0
#include "notifiers/payload_format.hpp"

#include <iterator>

#include "notifiers/alertmanager.hpp"
#include "notifiers/formats.hpp"

namespace tocsin {
namespace {

constexpr PayloadFormat kFormats[] = {
    {"native", "application/json",
     [](const auto& n, const auto& attempt, const auto&) { return native_payload(n, attempt); }},
    {"sns", "text/plain; charset=UTF-8",
     [](const auto& n, const auto&, const auto& arn) { return sns_payload(n, arn); }},
    {"cloudwatch", "application/json",
     [](const auto& n, const auto&, const auto&) { return cloudwatch_payload(n); }},
    {"eventbridge", "application/json",
     [](const auto& n, const auto& attempt, const auto&) {
       return eventbridge_payload(n, attempt);
     }},
    {"cloudevents", "application/cloudevents+json; charset=UTF-8",
     [](const auto& n, const auto& attempt, const auto&) {
       return cloudevents_payload(n, attempt);
     }},
    {"alertmanager", "application/json",
     [](const auto& n, const auto&, const auto&) { return alertmanager_webhook_payload(n); }, true},
};
const PayloadFormat& kNative = kFormats[0];
const PayloadFormat& kEventBridge = kFormats[3];

}  // namespace

std::span<const PayloadFormat> payload_formats() { return kFormats; }

const PayloadFormat* read_format(ConfigReader& read, const NotifierContext& context) {
  constexpr std::size_t kCount = std::size(kFormats);
  std::pair<std::string_view, const PayloadFormat*> names[kCount];
  for (std::size_t i = 0; i < kCount; ++i) names[i] = {kFormats[i].name, &kFormats[i]};
  const PayloadFormat* format = context.event_bus ? &kEventBridge : &kNative;
  read.optional_name("format", format, names);
  if (context.event_bus && format != &kEventBridge)
    report(read.diagnostics(), "bad-value", *read.map().find("format"),
           "the event bus has the format eventbridge");
  return format;
}

}  // namespace tocsin
