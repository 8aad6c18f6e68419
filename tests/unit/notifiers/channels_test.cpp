// SPDX-License-Identifier: Apache-2.0
#include "notifiers/channels.hpp"

#include <nlohmann/json.hpp>

#include "unit/notifiers/channel_fixture.hpp"

namespace tocsin {

using namespace test;
using nlohmann::json;

TEST_CASE("a missing credential is an error at its place", "[notifiers][slack]") {
  Diagnostics out;
  CHECK(make_slack(map({{"webhook_url", scalar("${credential:absent}")}}), context(), out).empty());
  CHECK(codes(out) == Codes{"missing-credential"});
}

TEST_CASE("a Slack message has header, facts, reason, events and colour", "[notifiers][slack]") {
  Diagnostics out;
  const auto endpoints =
      make_slack(map({{"webhook_url", scalar("${credential:slack}")}}), context(), out);
  REQUIRE(endpoints.size() == 1);
  CHECK(endpoints[0].label == "slack hooks.slack.com");
  const json body = json::parse(http_request(endpoints, test::sample_notification()).body);
  CHECK(body["text"] ==
        "ALARM: sg-open (account = 111122223333): alice opened sg-0a1b2c3d to the world");
  const json& attachment = body["attachments"][0];
  CHECK(attachment["color"] == "#D13212");
  const json& blocks = attachment["blocks"];
  CHECK(blocks[0]["type"] == "header");
  const std::string fields = blocks[2]["fields"].dump() + blocks[3]["fields"].dump();
  for (const char* text : {"*Who*\\nIAM user alice", "*What*\\nec2", "*When*", "*Where*", "*Which*",
                           "*Value*\\n2, alarm when count", "<!date^1773488462^"})
    CHECK(fields.find(text) != std::string::npos);
  CHECK(blocks.dump().find("*Reason* Threshold Crossed: 1 datapoint [2.0] was &gt;=") !=
        std::string::npos);
  CHECK(blocks.dump().find("<https://wiki.example.com/sg-open|") != std::string::npos);
}

TEST_CASE("every channel tells the datapoints, their chart and how often the alarm fired",
          "[notifiers]") {
  Notification n = test::sample_notification();
  n.datapoints_text = "2 of the last 2 datapoints breach, 2 are needed: 4, 7";
  n.trend = {{{kNow, 4.0, true}, {kNow, 7.0, true}}, 3.0, "2 periods of 1 min", "\u2585\u2588"};
  n.transition.firings = 4;
  const std::string url = "https://hooks.example.com/x";
  const auto body = [&](MakeEndpoints* make, const char* key) {
    Diagnostics out;
    const auto endpoints = make(map({{key, scalar(url)}}), context(), out);
    REQUIRE(endpoints.size() == 1);
    return std::get<HttpRequest>(endpoints[0].request(n, {.now = kNow})).body;
  };
  Diagnostics out;
  const auto mail =
      std::get<MailRequest>(make_email(map({{"to", scalar("a@example.com")}}), context(), out)
                                .at(0)
                                .request(n, {.now = kNow}));
  for (const std::string& text : {body(make_slack, "webhook_url"), body(make_teams, "webhook_url"),
                                  body(make_webhook, "url"), mail.text, mail.html}) {
    INFO(text);
    CHECK(text.find("2 of the last 2 datapoints breach") != std::string::npos);
    CHECK(text.find("\u2585\u2588") != std::string::npos);
    CHECK((text.find("4 times in 30 days") != std::string::npos ||
           text.find("\"fired_in_30_days\":4") != std::string::npos));
  }
  REQUIRE(mail.images.size() == 1);
  CHECK(mail.html.find("cid:" + mail.images[0].id + "\"") != std::string::npos);
  CHECK(mail.images[0].bytes.starts_with("\x89PNG"));
}

TEST_CASE("a message says which subscription and filter sent it", "[notifiers]") {
  Diagnostics out;
  auto endpoints = make_email(map({{"to", scalar("a@example.com")}}), context(), out);
  endpoints[0].filter_text = R"({"NewStateValue":["ALARM"]})";
  Notification n = test::sample_notification();
  n.pattern = "{ $.eventName = Authorize* }";
  const auto mail = std::get<MailRequest>(endpoints[0].request(n, {.now = kNow}));
  CHECK(squeeze(mail.text).find("You get this because a@example.com is subscribed to topic "
                                "\"security\" of Tocsin on prod, filter "
                                "{\"NewStateValue\":[\"ALARM\"]}. The rule stands in "
                                "rules.d/sg.yaml:14. It looks for { $.eventName = Authorize* }") !=
        std::string::npos);
  const auto slack =
      make_slack(map({{"webhook_url", scalar("https://h.example.com/x")}}), context(), out);
  const json body = json::parse(std::get<HttpRequest>(slack[0].request(n, {})).body);
  CHECK(body.dump().find("because slack h.example.com is subscribed to topic") !=
        std::string::npos);
}

TEST_CASE("what a template made stands in the place of the channel's own words", "[notifiers]") {
  Diagnostics out;
  Notification n = test::sample_notification();
  n.rendered = {{"text", "own text"},
                {"html", "<p>own html</p>"},
                {"slack", "own *slack*"},
                {"teams", "own teams"},
                {"pagerduty", "own summary"}};
  const auto mail = std::get<MailRequest>(
      make_email(map({{"to", scalar("a@example.com")}}), context(), out).at(0).request(n, {}));
  CHECK(mail.text.starts_with("own text\n-- \nYou get this because"));
  CHECK(mail.html.find("<p>own html</p>") != std::string::npos);
  CHECK(mail.html.find("alice opened") == mail.html.rfind("alice opened"));  // the preview alone
  const auto body = [&](const std::vector<Endpoint>& endpoints) {
    return json::parse(std::get<HttpRequest>(endpoints.at(0).request(n, {})).body);
  };
  const ConfigNode url = map({{"webhook_url", scalar("https://h.example.com/x")}});
  CHECK(body(make_slack(url, context(), out))["attachments"][0]["blocks"][1]["text"]["text"] ==
        "own *slack*");
  CHECK(body(make_teams(url, context(), out))["attachments"][0]["content"]["body"][1]["text"] ==
        "own teams");
  const ConfigNode key = map({{"routing_key", scalar(std::string(32, 'k'))}});
  CHECK(body(make_pagerduty(key, context(), out))["payload"]["summary"] == "own summary");
}

}  // namespace tocsin
