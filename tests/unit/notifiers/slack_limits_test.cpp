// SPDX-License-Identifier: Apache-2.0
// Slack's documented limits as a table, held by every message of webhook and bot, whatever stands
// in the alarm.
#include <functional>
#include <nlohmann/json.hpp>

#include "notifiers/channels.hpp"
#include "notifiers/text.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

using nlohmann::json;
using test::map;
using test::scalar;

constexpr std::size_t kBlocksMax = 50;
constexpr std::size_t kFallbackMax = 4000;

// `where` in a block of `type`; * is every item of a list.
struct TextLimit {
  const char* type;
  std::vector<std::string> where;
  std::size_t code_points_max;
};
const TextLimit kTexts[] = {
    {"header", {"text", "text"}, 150},
    {"section", {"text", "text"}, 3000},
    {"section", {"fields", "*", "text"}, 2000},
    {"context", {"elements", "*", "text"}, 3000},
};
struct CountLimit {
  const char* type;
  const char* list;
  std::size_t most;
};
const CountLimit kCounts[] = {{"section", "fields", 10}, {"context", "elements", 10}};

struct Hostile {
  const char* name;
  std::string text;
};
std::vector<Hostile> hostile_texts() {
  const auto repeated = [](std::string_view text, std::size_t bytes) {
    std::string all;
    while (all.size() < bytes) all += text;
    return all;
  };
  return {{"nothing", ""},
          {"plain", "alice opened a port"},
          {"a megabyte to escape", repeated("&<>", 1'000'000)},
          {"a megabyte of four-byte characters", repeated("\xF0\x9F\x94\x94", 1'000'000)},
          {"mentions", repeated("<!channel> <@U123> <!here|x> <#C1> ", 5'000)},
          {"links", "<https://evil.example.com|https://bank.example.com>"},
          {"markup", "*bold* _it_ ~no~ `code` ```block``` > quote\n> more"},
          {"not UTF-8", repeated("\xff\xfe\xc0\x80\xed\xa0\x80", 10'000)},
          {"controls", repeated(std::string("\0\r\n\t\x1b[31m\x7f\xe2\x80\xa8", 13), 10'000)},
          {"a date token", "<!date^0^{date}|x>|^{time}"}};
}

Notification alarm_of(const std::string& text) {
  Notification n = test::sample_notification();
  n.subject = n.summary = n.description = n.condition = n.value_text = n.runbook = text;
  n.log_group = n.rule_location = n.when = n.duration_text = n.topic = n.alarm_arn = text;
  n.transition.alarm = n.transition.reason = text;
  n.transition.key = {{text, text}};
  n.identity = {text, text, text};
  NotifiedEvent event = n.events[0];
  event.evidence.message = text;
  event.facts = {text, text, text, text, {text, text}};
  n.events.assign(20, event);
  return n;
}

std::size_t code_points(const std::string& text) {
  std::size_t count = 0;
  for (std::string_view rest = text; !rest.empty(); ++count) {
    const std::size_t length = code_point_length(rest);
    REQUIRE(length > 0);
    rest.remove_prefix(length);
  }
  return count;
}

void each_text(const json& node, std::span<const std::string> where,
               const std::function<void(const std::string&)>& check) {
  if (where.empty()) {
    check(node.get<std::string>());
  } else if (where[0] == "*") {
    for (const json& item : node) each_text(item, where.subspan(1), check);
  } else if (node.contains(where[0])) {
    each_text(node[where[0]], where.subspan(1), check);
  }
}

// What stands between < and > is Slack's: a link or a date of ours, never a mention.
void check_markup(const std::string& text) {
  for (auto at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at);
    CHECK((rest.starts_with("<!date^") || rest.starts_with("<http://") ||
           rest.starts_with("<https://")));
    CHECK(rest.find('>') != std::string_view::npos);
  }
}

void check_block(const json& block) {
  const std::string type = block["type"];
  CHECK((type == "header" || type == "section" || type == "context" || type == "image"));
  for (const TextLimit& limit : kTexts)
    if (limit.type == type)
      each_text(block, limit.where, [&](const std::string& text) {
        CHECK_FALSE(text.empty());
        CHECK(code_points(text) <= limit.code_points_max);
        if (type != "header") check_markup(text);
      });
  for (const CountLimit& limit : kCounts)
    if (limit.type == type && block.contains(limit.list)) {
      CHECK_FALSE(block[limit.list].empty());
      CHECK(block[limit.list].size() <= limit.most);
    }
}

void check_message(const json& body) {
  const std::string text = body["text"];
  CHECK_FALSE(text.empty());
  CHECK(code_points(text) <= kFallbackMax);
  check_markup(text);
  for (const json& attachment : body.value("attachments", json::array())) {
    CHECK(attachment["blocks"].size() <= kBlocksMax);
    for (const json& block : attachment["blocks"]) check_block(block);
  }
}

json body_of(const ConfigNode& options, const Notification& n, const std::string& receipt) {
  Diagnostics out;
  const auto made = make_slack(options, {}, out);
  REQUIRE(made.size() == 1);
  Attempt attempt;
  attempt.superseded = true;
  attempt.receipt = receipt;
  return json::parse(std::get<HttpRequest>(made[0].notifier->request(n, attempt)).body);
}

}  // namespace

TEST_CASE("every Slack message is within Slack's limits, whatever the alarm",
          "[notifiers][slack]") {
  const ConfigNode webhook = map({{"webhook_url", scalar("https://hooks.slack.com/services/x")}});
  const ConfigNode bot = map({{"token", scalar("xoxb-1")}, {"channel", scalar("#alarms")}});
  for (const Hostile& hostile : hostile_texts()) {
    Notification n = alarm_of(hostile.text);
    for (const AlarmState state : {AlarmState::alarm, AlarmState::ok}) {
      INFO(hostile.name << ", " << to_string(state));
      n.transition.to = state;
      check_message(body_of(webhook, n, ""));
      check_message(body_of(bot, n, ""));
      check_message(body_of(bot, n, R"({"channel":"C1","ts":"1","replied":"other"})"));
      check_message(
          body_of(bot, n, json{{"channel", "C1"}, {"ts", "1"}, {"replied", n.message_id}}.dump()));
    }
  }
}

}  // namespace tocsin
