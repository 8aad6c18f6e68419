// SPDX-License-Identifier: Apache-2.0
// alertmanager: { url, retry_for }: alerts to an Alertmanager's API v2. `url` is its address, with
// its path prefix if it has one.
#include "notifiers/alertmanager.hpp"

#include <array>
#include <cstdint>
#include <map>

#include "notifiers/endpoint_name.hpp"
#include "notifiers/facts.hpp"
#include "notifiers/incident.hpp"
#include "notifiers/json_post.hpp"
#include "notifiers/json_text.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kNoEnd = "0001-01-01T00:00:00Z";
constexpr Duration kLongestAlarm = days{365};
constexpr std::size_t kValueMax = 2000;

using Labels = std::map<std::string, std::string>;  // in the order that the fingerprint wants

// Label names are [a-zA-Z_][a-zA-Z0-9_]*.
std::string label_name(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (digit && out.empty()) out += '_';
    out += digit || letter ? c : '_';
  }
  return out.empty() ? "_" : out;
}

// Alertmanager takes an empty label as an absent one.
void put(Labels& labels, std::string_view name, std::string_view value) {
  if (!value.empty()) labels.emplace(label_name(name), truncate(one_line(value), kValueMax));
}

// The metric stands in CloudWatch's message only; that of metric maths has none.
void put_metric(Labels& labels, const Notification& n) {
  const Json message = Json::parse(n.cloudwatch_message, nullptr, false);
  if (!message.is_object() || !message.contains("Trigger") || !message["Trigger"].is_object())
    return;
  const Json& trigger = message["Trigger"];
  for (const auto& [label, member] :
       {std::pair("namespace", "Namespace"), std::pair("metric", "MetricName")})
    if (trigger.contains(member) && trigger[member].is_string())
      put(labels, label, trigger[member].get<std::string>());
}

// What was named first stays: a key called `severity` does not replace the alarm's.
Labels labels_of(const Notification& n) {
  Labels labels;
  put(labels, "alertname", n.transition.alarm);
  put(labels, "severity", to_string(n.severity));
  put(labels, "account", n.identity.account_id);
  put(labels, "region", n.identity.region);
  put_metric(labels, n);
  for (const auto& [name, value] : n.transition.key)
    put(labels, labels.contains(label_name(name)) ? "key_" + name : name, value);
  return labels;
}

Labels annotations_of(const Notification& n) {
  Labels out;
  put(out, "summary", headline(n));
  put(out, "description", n.description);
  put(out, "runbook_url", n.runbook);
  put(out, "topic", n.topic);
  put(out, "rule", n.rule_location);
  put(out, "transition_id", n.transition.id);
  for (const std::vector<Fact>& facts : {five_w_facts(n), judgement_facts(n)})
    for (const Fact& fact : facts)
      if (fact.label != "Runbook") put(out, lower_case(fact.label), fact.value);
  for (std::size_t i = 0; i < n.events.size(); ++i)
    put(out, "event_" + std::to_string(i + 1), event_line(n.events[i]));
  return out;
}

Json to_json(const Labels& labels) {
  Json out = Json::object();
  for (const auto& [name, value] : labels) out[name] = value;
  return out;
}

// FNV-1a, as Prometheus' common library does it.
std::string fingerprint(const Labels& labels) {
  std::uint64_t hash = 14695981039346656037U;
  const auto add = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    hash = (hash ^ 0xffU) * 1099511628211U;
  };
  for (const auto& [name, value] : labels) {
    add(name);
    add(value);
  }
  std::array<char, 16> hex{};
  for (auto at = hex.rbegin(); at != hex.rend(); ++at, hash >>= 4)
    *at = "0123456789abcdef"[hash & 15];
  return {hex.begin(), hex.end()};
}

}  // namespace

std::string alertmanager_webhook_payload(const Notification& n) {
  const Labels labels = labels_of(n);
  const Json annotations = to_json(annotations_of(n));
  const std::string status = opens_incident(n) ? "firing" : "resolved";
  const Json alert{
      {"status", status},
      {"labels", to_json(labels)},
      {"annotations", annotations},
      {"startsAt", format_iso(incident_start(n))},
      {"endsAt", opens_incident(n) ? std::string(kNoEnd) : format_iso(n.transition.at)},
      {"generatorURL", ""},
      {"fingerprint", fingerprint(labels)}};
  return to_text(Json{{"version", "4"},
                      {"groupKey", one_line(n.dedup_key)},
                      {"truncatedAlerts", 0},
                      {"status", status},
                      {"receiver", one_line(n.topic)},
                      {"groupLabels", {{"alertname", one_line(n.transition.alarm)}}},
                      {"commonLabels", to_json(labels)},
                      {"commonAnnotations", annotations},
                      {"externalURL", ""},
                      {"alerts", Json::array({alert})}});
}

std::string alertmanager_api_payload(const Notification& n) {
  const Instant end = opens_incident(n) ? n.transition.at + kLongestAlarm : n.transition.at;
  return to_text(Json::array({{{"labels", to_json(labels_of(n))},
                               {"annotations", to_json(annotations_of(n))},
                               {"startsAt", format_iso(incident_start(n))},
                               {"endsAt", format_iso(end)}}}));
}

std::vector<Endpoint> make_alertmanager(const ConfigNode& node, const NotifierContext& context,
                                        Diagnostics& out) {
  ConfigReader read(node, "alertmanager", out);
  Endpoint endpoint;
  auto target = read_secret_url(read, "url", context);
  if (target && target->url.reveal().find_first_of("?#") != std::string::npos) {
    report(out, "bad-value", *node.find("url"), "`url` is the address alone",
           "such as http://localhost:9093");
    target.reset();
  }
  read_http_options(read, context, endpoint);
  read.finish();
  if (!target) return {};
  endpoint.id = endpoint_id_of_secret(context.topic, "alertmanager", target->url.reveal());
  endpoint.label = "alertmanager " + target->host;
  endpoint.wants = concerns_incident;
  endpoint.takes_digests = false;
  target->url = url_below(target->url, "api/v2/alerts");
  endpoint.notifier = make_json_post(std::move(*target), [](const Notification& n, const Attempt&) {
    return alertmanager_api_payload(n);
  });
  return {std::move(endpoint)};
}

}  // namespace tocsin
