// SPDX-License-Identifier: Apache-2.0
// Channels that open and resolve something: PagerDuty, Alertmanager; and Teams' card.
#include <nlohmann/json.hpp>

#include "notifiers/alertmanager.hpp"
#include "notifiers/channels.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

using nlohmann::json;
using test::map;
using test::scalar;

const std::string kRoutingKey = "0123456789abcdef0123456789abcdef";

Endpoint only(std::vector<Endpoint> endpoints, const Diagnostics& out) {
  CHECK(out.list().empty());
  REQUIRE(endpoints.size() == 1);
  return std::move(endpoints[0]);
}

Endpoint pagerduty() {
  Diagnostics out;
  NotifierContext context;
  context.topic = "security";
  return only(make_pagerduty(map({{"routing_key", scalar(kRoutingKey)}}), context, out), out);
}

Endpoint teams() {
  Diagnostics out;
  return only(make_teams(map({{"webhook_url", scalar("https://x.example.com/hook")}}), {}, out),
              out);
}

HttpRequest request(const Endpoint& endpoint, const Notification& n) {
  return std::get<HttpRequest>(endpoint.notifier->request(n, {}));
}
json body(const Endpoint& endpoint, const Notification& n) {
  return json::parse(request(endpoint, n).body);
}

Notification ok_notification() {
  Notification n = test::sample_notification();
  n.transition.from = AlarmState::alarm;
  n.transition.to = AlarmState::ok;
  n.transition.since = n.transition.at;
  n.transition.at += minutes{5};
  return n;
}

Notification without_data(AlarmState from) {
  Notification n = test::sample_notification();
  n.transition.from = from;
  n.transition.to = AlarmState::insufficient_data;
  return n;
}

}  // namespace

TEST_CASE("PagerDuty: an ALARM triggers and its OK resolves the same incident", "[notifiers]") {
  const Endpoint endpoint = pagerduty();
  const HttpRequest sent = request(endpoint, test::sample_notification());
  CHECK(sent.url.reveal() == "https://events.pagerduty.com/v2/enqueue");
  const json alarm = json::parse(sent.body);
  CHECK(alarm["routing_key"] == kRoutingKey);
  CHECK(alarm["event_action"] == "trigger");
  CHECK(alarm["payload"]["severity"] == "error");
  CHECK(alarm["payload"]["timestamp"] == "2026-03-14T11:41:02.123Z");
  CHECK(alarm["payload"]["source"] == "prod");
  CHECK(alarm["payload"]["custom_details"]["Who"] == "IAM user alice (111122223333)");
  CHECK(alarm["links"][0]["href"] == "https://wiki.example.com/sg-open");
  const json ok = body(endpoint, ok_notification());
  CHECK(ok["event_action"] == "resolve");
  CHECK(ok["dedup_key"] == alarm["dedup_key"]);
}

TEST_CASE("PagerDuty: what is long is cut to its limits", "[notifiers]") {
  Notification n = test::sample_notification();
  n.dedup_key = std::string(300, 'k');
  n.summary = std::string(5000, 's');
  const json sent = body(pagerduty(), n);
  CHECK(sent["dedup_key"].get<std::string>().size() <= 255);
  CHECK(sent["payload"]["summary"].get<std::string>().size() == 1024);
  n.dedup_key += "2";
  CHECK(body(pagerduty(), n)["dedup_key"] != sent["dedup_key"]);
}

TEST_CASE("PagerDuty: a routing key of another length is refused", "[notifiers]") {
  Diagnostics out;
  CHECK(make_pagerduty(map({{"routing_key", scalar("short")}}), {}, out).empty());
  REQUIRE(out.list().size() == 1);
  CHECK(out.list()[0].code == "bad-value");
}

TEST_CASE("an alarm without data ends an incident only if one is open", "[notifiers]") {
  const Endpoint endpoint = pagerduty();
  REQUIRE(endpoint.wants);
  CHECK(endpoint.wants(test::sample_notification()));
  CHECK(endpoint.wants(ok_notification()));
  CHECK(endpoint.wants(without_data(AlarmState::alarm)));
  CHECK_FALSE(endpoint.wants(without_data(AlarmState::ok)));
  CHECK(body(endpoint, without_data(AlarmState::alarm))["event_action"] == "resolve");
}

TEST_CASE("Alertmanager: an alert fires for long and ends when the alarm does", "[notifiers]") {
  Diagnostics out;
  const Endpoint endpoint =
      only(make_alertmanager(map({{"url", scalar("http://localhost:9093/am/")}}), {}, out), out);
  CHECK(request(endpoint, {}).url.reveal() == "http://localhost:9093/am/api/v2/alerts");
  const json firing = body(endpoint, test::sample_notification())[0];
  CHECK(firing["labels"] == json{{"alertname", "sg-open"},
                                 {"severity", "high"},
                                 {"account", "000000000000"},
                                 {"region", "us-east-1"},
                                 {"namespace", "Tocsin"},
                                 {"metric", "sg-open"},
                                 {"key_account", "111122223333"}});
  CHECK(firing["annotations"]["who"] == "IAM user alice (111122223333)");
  CHECK(firing["startsAt"] == "2026-03-14T11:41:02.123Z");
  CHECK(firing["endsAt"] == "2027-03-14T11:41:02.123Z");
  const json resolved = body(endpoint, ok_notification())[0];
  CHECK(resolved["labels"] == firing["labels"]);
  CHECK(resolved["startsAt"] == firing["startsAt"]);
  CHECK(resolved["endsAt"] == "2026-03-14T11:46:02.123Z");
}

TEST_CASE("Alertmanager's webhook: firing has no end, one alert, a stable fingerprint",
          "[notifiers]") {
  const json firing = json::parse(alertmanager_webhook_payload(test::sample_notification()));
  CHECK(firing["version"] == "4");
  CHECK(firing["status"] == "firing");
  REQUIRE(firing["alerts"].size() == 1);
  CHECK(firing["alerts"][0]["endsAt"] == "0001-01-01T00:00:00Z");
  CHECK(firing["commonLabels"] == firing["alerts"][0]["labels"]);
  const json resolved = json::parse(alertmanager_webhook_payload(ok_notification()));
  CHECK(resolved["status"] == "resolved");
  CHECK(resolved["alerts"][0]["fingerprint"] == firing["alerts"][0]["fingerprint"]);
  CHECK(firing["alerts"][0]["fingerprint"].get<std::string>().size() == 16);
}

TEST_CASE("Teams: somebody else's text stays text", "[notifiers]") {
  Notification n = test::sample_notification();
  n.summary = "[click](https://evil.example.com) **now**";
  const json card = body(teams(), n)["attachments"][0]["content"];
  CHECK(card["type"] == "AdaptiveCard");
  CHECK(card["body"][0]["color"] == "Attention");
  CHECK(card["body"][1]["text"] == R"(\[click\]\(https://evil.example.com\) \*\*now\*\*)");
  CHECK(card["actions"][0]["url"] == "https://wiki.example.com/sg-open");
}

TEST_CASE("Teams: the card stays below 28 KB whatever is in it", "[notifiers]") {
  Notification n = test::sample_notification();
  const std::string all(100'000, '*');
  n.summary = n.runbook = n.condition = n.transition.reason = n.transition.alarm = n.when = all;
  n.topic = n.rule_location = n.duration_text = n.value_text = all;
  n.events.assign(5, test::sample_event());
  for (NotifiedEvent& e : n.events) e.facts = {all, all, all, all, {all}};
  CHECK(request(teams(), n).body.size() < 28'000);
}

}  // namespace tocsin
