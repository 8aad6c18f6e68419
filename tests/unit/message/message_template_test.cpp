// SPDX-License-Identifier: Apache-2.0
#include "rules/message/message_template.hpp"

#include "rules/message/five_ws.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"

using namespace tocsin;
using test::map;
using test::scalar;

namespace {

Notification some_message() {
  Notification n;
  n.summary = "alice opened sg-1";
  n.subject = "ALARM: \"sg\"";
  n.runbook = "https://wiki.example.com/sg";
  n.when = "Saturday 14 March 2026, 12:41:02 CET";
  n.tags = {{"cis", "4.10"}};
  n.transition.alarm = "sg";
  n.transition.to = AlarmState::alarm;
  n.transition.key = {{"account", "1111"}};
  n.transition.firings = 3;
  n.events = {{{Instant{}, "a", 0, R"({"eventName":"Open","user":{"name":"<b>*al_ice*</b>`x`"}})"},
               {"alice", "Open", "t", "198.51.100.7", {"sg-1", "sg-2"}}}};
  return n;
}

std::string rendered(std::string_view target, const std::string& text) {
  return render_message_template(target, text, some_message());
}

std::string fault(std::string_view target, const std::string& text) {
  const auto error = check_message_template(target, text);
  return error ? error->text : "";
}

}  // namespace

TEST_CASE("a template names everything that a message has", "[message][template]") {
  CHECK(rendered("text", "{{alarm.state}} {{alarm.name}}: {{summary}} at {{when}}") ==
        "ALARM sg: alice opened sg-1 at Saturday 14 March 2026, 12:41:02 CET");
  CHECK(rendered("text", "{{who}} {{where}} {{which}} {{fired}} {{key.account}} {{tag.cis}}") ==
        "alice 198.51.100.7 sg-1, sg-2 3 1111 4.10");
  CHECK(rendered("text", "{{event.eventName}} {{event.user.name}}") == "Open <b>*al_ice*</b>`x`");
  CHECK(rendered("text", "{{#is_alarm}}red{{/is_alarm}}{{#is_ok}}green{{/is_ok}}") == "red");
  CHECK(rendered("text", "{{#lasted}}lasted {{lasted}}{{/lasted}}-") == "-");
  CHECK(rendered("text", "{{#events}}{{who}};{{/events}}{{#resources}}{{.}};{{/resources}}") ==
        "alice;sg-1;sg-2;");
  CHECK(rendered("text", "{{#keys}}{{name}}={{value}}{{/keys}}") == "account=1111");
}

TEST_CASE("values cannot become markup", "[message][template]") {
  CHECK(rendered("html", "<b>{{event.user.name}}</b>") == "<b>&lt;b&gt;*al_ice*&lt;/b&gt;`x`</b>");
  CHECK(rendered("slack", "{{event.user.name}}") ==
        "&lt;b&gt;\u200B*\u200Bal_ice\u200B*\u200B&lt;/b&gt;'x'");
  CHECK(rendered("teams", "{{event.user.name}}") == "<b>\\*al\\_ice\\*</b>\\`x\\`");
  Notification n = some_message();
  n.summary = "one\r\nBcc: victim@example.com";
  CHECK(render_message_template("subject", "{{summary}}", n) == "one Bcc: victim@example.com");
  n.summary = "{{alarm.name}} {{{summary}}}";
  CHECK(render_message_template("text", "{{summary}}", n) == "{{alarm.name}} {{{summary}}}");
}

TEST_CASE("a subject has at most 100 characters, Slack's text is left out rather than broken",
          "[message][template]") {
  Notification n = some_message();
  n.summary = std::string(5000, '&');
  CHECK(render_message_template("subject", "{{summary}}", n).size() == 100);
  CHECK(render_message_template("slack", "{{summary}}", n).empty());
  CHECK(render_message_template("pagerduty", "{{summary}}", n).size() == 1024);
}

TEST_CASE("the rule's templates win over the topic's", "[message][template]") {
  Notification n = some_message();
  render_templates(n, {{"slack", "rule"}}, {{"slack", "topic"}, {"subject", "S: {{summary}}"}}, {});
  CHECK(n.subject == "S: alice opened sg-1");
  CHECK(n.rendered == MessageTemplates{{"slack", "rule"}});
  SECTION("one that comes to nothing leaves the channel's own words") {
    Notification other = some_message();
    render_templates(other, {{"slack", "{{#is_ok}}over{{/is_ok}}"}}, {}, {});
    CHECK(other.rendered.empty());
  }
}

TEST_CASE("a wrong template says what is wrong and where", "[message][template]") {
  CHECK(fault("text", "{{sumary}}") == "there is no {{sumary}}; did you mean \"summary\"?");
  CHECK(fault("text", "{{eventName}}") ==
        "there is no {{eventName}}; a field of the event is {{event.NAME}}");
  CHECK(fault("text", "{{alarm.nam}}").find("alarm.name") != std::string::npos);
  CHECK(fault("text", "{{#events}}{{name}}{{/events}}").find("there is no {{name}}") == 0);
  CHECK(fault("text", "{{events}}").find("a list is shown item by item") == 0);
  CHECK(fault("text", "{{summary") == "a tag is not closed: }} is missing");
  CHECK(fault("text", "{{#is_ok}}x") ==
        "the section {{#is_ok}} does not end: {{/is_ok}} is missing");
  CHECK(fault("text", "x{{/is_ok}}") == "{{/is_ok}} ends no section that is open");
  CHECK(fault("html", "{{{summary}}}").find("always escaped") != std::string::npos);
  CHECK(fault("html", "{{&summary}}").find("always escaped") != std::string::npos);
  CHECK(fault("text", "{{>file}}").find("cannot include") != std::string::npos);
  CHECK(fault("text", "{{=<% %>=}}").find("braces") != std::string::npos);
  CHECK(fault("text", "{{}}") == "a tag without a name");
  CHECK(fault("text", "  ").find("nothing comes of this template") == 0);
  CHECK(fault("text", "").find("nothing comes of this template") == 0);
  const auto error = check_message_template("text", "line one {{who}} and {{hwo}}");
  REQUIRE(error.has_value());
  CHECK(error->column == 22);
}

TEST_CASE("in HTML a value stands where it is text", "[message][template]") {
  for (const char* good :
       {"<p title=\"{{who}}\">{{what}}</p>", "<a href=\"{{alarm.runbook_url}}\">runbook</a>",
        "<a href='https://example.com/?q={{key.account}}'>x</a>", "<style>p{}</style>{{who}}"})
    CHECK(fault("html", good).empty());
  CHECK(fault("html", "<p title={{who}}>").find("must stand in quotes") != std::string::npos);
  CHECK(fault("html", "<{{who}}>").find("must stand in quotes") != std::string::npos);
  CHECK(fault("html", "<a href=\"{{event.url}}\">").find("must not begin with a value") !=
        std::string::npos);
  CHECK(fault("html", "<a HREF = '{{who}}'>").find("must not begin") != std::string::npos);
  CHECK(fault("html", "<p style=\"color:{{who}}\">").find("attribute style") != std::string::npos);
  CHECK(fault("html", "<p onclick=\"f('{{who}}')\">").find("attribute onclick") !=
        std::string::npos);
  CHECK(fault("html", "<style>{{who}}</style>").find("<style>") != std::string::npos);
  CHECK(fault("html", "<SCRIPT>{{who}}</script>").find("<script>") != std::string::npos);
}

TEST_CASE("`templates` names its faults at their places", "[message][template]") {
  const ConfigNode options =
      map({{"templates", map({{"subject", scalar("{{summary}}")},
                              {"slak", scalar("x")},
                              {"html", scalar("<p>{{hwo}}</p>")},
                              {"text", scalar(std::string(17'000, 'x'))}})}});
  Diagnostics out;
  ConfigReader read(options, "topic", out);
  MessageTemplates templates;
  int column = 0;
  read_templates(read, templates, [&](const ConfigNode& node, int at) {
    column = at;
    return node.where;
  });
  read.finish();
  std::vector<std::string> codes;
  for (const Diagnostic& d : out.list()) codes.push_back(d.code);
  std::sort(codes.begin(), codes.end());
  CHECK(codes == std::vector<std::string>{"bad-template", "bad-value", "unknown-key"});
  CHECK(column == 4);
  CHECK(templates == MessageTemplates{{"subject", "{{summary}}"}});
}
