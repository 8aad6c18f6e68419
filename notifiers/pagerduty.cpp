// SPDX-License-Identifier: Apache-2.0
// pagerduty: { routing_key, url, retry_for }: Events API v2. ALARM triggers an incident of
// (alarm, key), OK resolves it.
#include "notifiers/endpoint_name.hpp"
#include "notifiers/facts.hpp"
#include "notifiers/incident.hpp"
#include "notifiers/json_post.hpp"
#include "notifiers/json_text.hpp"
#include "notifiers/text.hpp"
#include "tocsin/escape.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kEventsUrl = "https://events.pagerduty.com/v2/enqueue";
constexpr std::size_t kDedupKeyMax = 255;
constexpr std::size_t kSummaryMax = 1024;
constexpr std::size_t kTextMax = 4000;

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return "critical";
    case Severity::high:
      return "error";
    case Severity::medium:
      return "warning";
    case Severity::low:
    case Severity::info:
      break;
  }
  return "info";
}

std::string dedup_key(const Notification& n) {
  return n.dedup_key.size() <= kDedupKeyMax ? one_line(n.dedup_key) : name_hash(n.dedup_key);
}

std::string summary(const Notification& n) {
  if (const std::string_view own = rendered_for(n, "pagerduty"); !own.empty())
    return truncate(one_line(own), kSummaryMax);
  const std::string head = headline(n);
  return truncate(head.empty() ? title(n) : title(n) + ": " + head, kSummaryMax);
}

Json details(const Notification& n) {
  Json out = Json::object();
  for (const std::vector<Fact>& facts : {five_w_facts(n), judgement_facts(n)})
    for (const Fact& fact : facts) out[fact.label] = truncate(fact.value, kTextMax);
  if (!n.description.empty()) out["Description"] = truncate(printable(n.description), kTextMax);
  if (!n.rule_location.empty()) out["Rule"] = printable(n.rule_location);
  if (n.events.empty()) return out;
  Json events = Json::array();
  for (const NotifiedEvent& e : n.events) events.push_back(truncate(event_line(e), kTextMax));
  out["Events"] = {{"shown", events_caption(n)}, {"list", std::move(events)}};
  return out;
}

Json payload(const Notification& n) {
  const FiveWs facts = n.events.empty() ? FiveWs{} : n.events.back().facts;
  return {{"summary", summary(n)},
          {"source", one_line(n.identity.name.empty() ? "tocsin" : n.identity.name)},
          {"severity", severity_name(n.severity)},
          {"timestamp", format_iso(n.transition.at)},
          {"component", truncate(one_line(n.log_group), kSummaryMax)},
          {"group", truncate(one_line(n.topic), kSummaryMax)},
          {"class", truncate(one_line(facts.what), kSummaryMax)},
          {"custom_details", details(n)}};
}

std::string event(const Notification& n, const Secret& routing_key) {
  Json body{{"routing_key", routing_key.reveal()},
            {"event_action", opens_incident(n) ? "trigger" : "resolve"},
            {"dedup_key", dedup_key(n)},
            {"payload", payload(n)},
            {"client", "Tocsin"}};
  if (is_link(n.runbook)) body["links"] = Json::array({{{"href", n.runbook}, {"text", "Runbook"}}});
  return to_text(body);
}

}  // namespace

std::vector<Endpoint> make_pagerduty(const ConfigNode& node, const NotifierContext& context,
                                     Diagnostics& out) {
  ConfigReader read(node, "pagerduty", out);
  Endpoint endpoint;
  auto key = read_secret(read, "routing_key", context);
  if (key && key->reveal().size() != 32) {
    report(out, "bad-value", *node.find("routing_key"), "`routing_key` has 32 characters",
           "the integration key of an Events API v2 integration");
    key.reset();
  }
  auto target = read_service_url(read, "url", kEventsUrl, context);
  read_http_options(read, context, endpoint);
  read.finish();
  if (!key || !target) return {};
  endpoint.id = endpoint_id_of_secret(context.topic, "pagerduty", key->reveal());
  endpoint.label = "pagerduty " + target->host;
  endpoint.wants = concerns_incident;
  endpoint.takes_digests = false;
  endpoint.notifier = make_json_post(
      std::move(*target),
      [key = std::move(*key)](const Notification& n, const Attempt&) { return event(n, key); });
  return {std::move(endpoint)};
}

}  // namespace tocsin
