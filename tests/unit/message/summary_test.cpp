// SPDX-License-Identifier: Apache-2.0
#include "rules/message/summary.hpp"

#include "rules/message/text.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

struct World {
  Transition transition;
  Alarm alarm;
  World() {
    alarm.name = "root-login";
    alarm.severity = Severity::critical;
    transition.to = AlarmState::alarm;
    transition.key = {{"account", "1111"}, {"userIdentity.arn", "arn:x"}};
    transition.value = 2;
    transition.events_total = 7;
    transition.events = {
        {instant_from_ms(0), "f", 0,
         R"({"eventName":"ConsoleLogin","sourceIPAddress":"192.0.2.1","n":12345678901234567890123,)"
         R"("userIdentity":{"arn":"arn:root"},"requestParameters":{"items":[{"id":"a"},{"id":"b"}]},)"
         R"("evil":"{{alarm.name}} <b>&amp;\r\nx","yes":true,"nothing":null})"}};
  }
  std::string render(const std::string& text) const {
    const Result<std::string> out = render_summary(text, transition, alarm);
    return out.ok() ? *out : "error: " + out.error().text;
  }
};

}  // namespace

TEST_CASE("a summary names fields of the event, the alarm and the key", "[message][summary]") {
  const World w;
  CHECK(w.render("Root activity: {{eventName}} from {{sourceIPAddress}}") ==
        "Root activity: ConsoleLogin from 192.0.2.1");
  CHECK(w.render("{{userIdentity.arn}} {{requestParameters.items.1.id}} {{n}} {{yes}}") ==
        "arn:root b 12345678901234567890123 true");
  CHECK(w.render("{{alarm.name}} {{alarm.severity}} {{key.account}} {{key.userIdentity.arn}}") ==
        "root-login critical 1111 arn:x");
  CHECK(w.render("{{count}} events, value {{value}}") == "7 events, value 2");
  CHECK(w.render("{{#requestParameters.items}}{{id}},{{/requestParameters.items}}") == "a,b,");
}

TEST_CASE("a summary can use the five W's", "[message][summary]") {
  const World w;
  CHECK(w.render("{{what}} from {{where}}") == "ConsoleLogin from 192.0.2.1");
}

TEST_CASE("a name that is not there is empty and leaves no gap", "[message][summary]") {
  const World w;
  CHECK(w.render("by {{nobody.at.all}} {{nothing}} today") == "by today");
}

TEST_CASE("values are plain text, never a template and never markup", "[message][summary]") {
  const World w;
  CHECK(w.render("{{evil}}") == "{{alarm.name}} <b>&amp; x");
  CHECK(w.render("{{{evil}}}") == "{{alarm.name}} <b>&amp; x");
}

TEST_CASE("a line that is no JSON is the message", "[message][summary]") {
  World w;
  w.transition.events.back().message = "Failed password for root";
  CHECK(w.render("ssh: {{message}}") == "ssh: Failed password for root");
  w.transition.events.clear();
  CHECK(w.render("ssh: {{message}}") == "ssh:");
}

TEST_CASE("a section of an empty name leaves nothing behind", "[message][summary]") {
  const World w;
  CHECK(w.render("changed{{#which}} on {{which}}{{/which}} by {{who}}") == "changed by arn:root");
}

TEST_CASE("an alarm without events still has its own words", "[message][summary]") {
  World w;
  w.transition.events.clear();
  w.alarm.summary = "No backup today ({{alarm.name}})";
  CHECK(make_summary(w.transition, w.alarm, {}, {}) == "No backup today (root-login)");
}

TEST_CASE("without an event nothing is said of one", "[message][summary]") {
  World w;
  w.transition.events.clear();
  w.transition.reason = "the reason";
  const auto summary = [&](const std::string& text, AlarmState to) {
    w.alarm.summary = text;
    w.transition.to = to;
    return make_summary(w.transition, w.alarm, Notification{}, {});
  };
  CHECK(summary("{{eventName}} by {{userIdentity.arn}}", AlarmState::ok) == "Back to OK.");
  CHECK(summary("{{eventName}} by {{ userIdentity.arn }}", AlarmState::alarm) == "the reason");
  CHECK(summary("{{{who}}} in {{key.account}}", AlarmState::alarm) == "the reason");
  CHECK(summary("{{count}} from {{key.account}}{{#who}} by {{who}}{{/who}}", AlarmState::ok) ==
        "Back to OK. It was: 7 from 1111");
}

TEST_CASE("a summary is one line of at most 500 characters", "[message][summary]") {
  World w;
  w.transition.events.back().message = "{\"x\":\"" + std::string(5000, 'x') + "\"}";
  CHECK(count_code_points(w.render("{{x}}")) == 500);
}

TEST_CASE("what is wrong with a template is located", "[message][summary]") {
  CHECK_FALSE(check_summary("fine {{a.b}} {{#s}}x{{/s}}").has_value());
  const auto unclosed = check_summary("oops {{a");
  REQUIRE(unclosed.has_value());
  CHECK(unclosed->column == 6);
  CHECK(check_summary("x {{#s}} y").value().column == 3);
  CHECK(check_summary("x {{/s}} y").has_value());
  CHECK(check_summary("{{> other}}").value().column == 1);
  CHECK(check_summary("{{").has_value());
  CHECK(check_summary("{{=").has_value());
}

TEST_CASE("without a template the five W's make the sentence", "[message][summary]") {
  World w;
  Notification n;
  n.events.push_back({w.transition.events.back(),
                      {"IAM user alice (1)", "ec2 StopInstances", "", "192.0.2.1", {"i-1"}}});
  CHECK(make_summary(w.transition, w.alarm, n, {}) ==
        "IAM user alice (1): ec2 StopInstances, on i-1, from 192.0.2.1");
  w.transition.again = true;
  CHECK(make_summary(w.transition, w.alarm, n, {}).starts_with("Again: IAM user"));
  w.transition.to = AlarmState::ok;
  n.duration_text = "5 min";
  CHECK(make_summary(w.transition, w.alarm, n, {})
            .starts_with("Back to OK after 5 min. It was: IAM"));
  w.transition.to = AlarmState::alarm;
  w.transition.again = false;
  n.events.clear();
  w.transition.reason = "Threshold Crossed: no datapoints were received";
  CHECK(make_summary(w.transition, w.alarm, n, {}) == w.transition.reason);
}
