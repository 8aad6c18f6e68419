// SPDX-License-Identifier: Apache-2.0
// Prints mails of made-up alarms as a JSON map: name -> { html, images: { id: base64 } }. For the
// test that looks at them in a browser.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "daemon/channel_message.hpp"
#include "notifiers/base64.hpp"
#include "notifiers/channel_watch.hpp"
#include "notifiers/channels.hpp"
#include "notifiers/digest.hpp"
#include "support/config_nodes.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

using nlohmann::json;

Instant minute(int n) { return instant_from_ms(1'773'488'460'000 + n * 60'000LL); }

// A security group was opened: the short form, one event, a runbook.
Notification opened() {
  Notification n = test::sample_notification();
  n.when = "Saturday 14 March 2026, 12:41:02 CET";
  n.transition.firings = 3;
  n.pattern = "{ $.eventName = AuthorizeSecurityGroupIngress }";
  n.events[0].facts.what = "ec2 AuthorizeSecurityGroupIngress: tcp 22 from 0.0.0.0/0";
  n.events[0].evidence.message =
      R"({"eventVersion":"1.09","eventTime":"2026-03-14T11:40:55Z","eventSource":"ec2.amazonaws.com","eventName":"AuthorizeSecurityGroupIngress","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userIdentity":{"type":"IAMUser","userName":"alice","accessKeyId":"****MPLE"},"requestParameters":{"groupId":"sg-0a1b2c3d","secretToken":"<redacted>"}})";
  return n;
}

// `n` as a message of another alarm.
void name_alarm(Notification& n, const std::string& name, AlarmKey key) {
  n.transition.alarm = name;
  n.transition.key = std::move(key);
  n.alarm_arn.replace(n.alarm_arn.rfind(':') + 1, std::string::npos, name);
}

void draw(Trend& trend, const std::vector<double>& values, double above) {
  for (const double value : values) {
    const int left = static_cast<int>(values.size() - trend.points.size());
    trend.points.push_back({minute(-left), value, value > above});
  }
}

// Errors of a web server: 3 of 5 datapoints, a chart with a threshold, no event.
Notification errors() {
  Notification n = test::sample_notification();
  name_alarm(n, "shop-errors", {});
  n.summary = "The shop answers 7 % of its requests with an error.";
  n.description = "Errors per hundred requests of the shop";
  n.condition = "100 * errors / requests > 5 for 3 of 5 periods of 1 min";
  n.value_text = "7.25";
  n.datapoints_text = "3 of the last 5 datapoints breach, 3 are needed: 1.5, 6.1, 3.75, 6.9, 7.25";
  draw(n.trend, {1.5, 6.1, 3.75, 6.9, 7.25}, 5);
  n.trend.threshold = 5;
  n.trend.caption = "5 periods of 1 min";
  n.trend.text = "\u2582\u2587\u2585\u2588\u2588";
  n.when = "Saturday 14 March 2026, 12:41:02 CET";
  n.log_group = "edge";
  n.cloudwatch_message.clear();  // as of metric maths, which has no one metric
  n.pattern = "[ip, user, time, request, status, bytes]";
  n.runbook = "Look at the shop's own log first, then at the database.";
  n.tags.clear();
  n.events.clear();
  n.transition.events_total = 0;
  n.transition.firings = 1;
  n.transition.reason =
      "Threshold Crossed: 3 out of the last 5 datapoints [7.25 (14/03/26 11:40:00), 6.9 (14/03/26 "
      "11:39:00), 6.1 (14/03/26 11:37:00)] were greater than the threshold (5.0).";
  return n;
}

// Failed logins come to an end: what it was, how long it lasted, a chart without a threshold.
Notification recovered() {
  Notification n = test::sample_notification();
  name_alarm(n, "ssh-brute-force", {{"ip", "203.0.113.77"}});
  std::swap(n.transition.from, n.transition.to);
  n.duration_text = "7 min 12 s";
  n.summary = "Back to OK after 7 min 12 s. It was: 203.0.113.77 failed to log in as root 38 times";
  n.condition = "count >= 10 within 5m";
  n.value_text = "9";
  draw(n.trend, {0, 1, 2, 5, 4, 6, 3, 2, 0, 1}, 0);
  n.trend.caption = "the last 5 min";
  n.trend.text = "\u2581\u2582\u2583\u2587\u2586\u2588\u2585\u2583\u2581\u2582";
  n.when = "Saturday 14 March 2026, 12:48:14 CET";
  n.log_group = "auth";
  n.transition.events_total = 38;
  n.transition.firings = 12;
  n.transition.reason =
      "Threshold Crossed: 1 datapoint [9.0 (14/03/26 11:43:14)] was not greater than or equal to "
      "the threshold (10.0).";
  n.pattern = "Failed password";
  NotifiedEvent e;
  e.evidence = {minute(3), "/var/log/auth.log", 10432,
                "Mar 14 12:44:00 web1 sshd[811]: Failed password for root from 203.0.113.77 port "
                "40022 ssh2"};
  e.facts = {"root", "ssh login failed", "2026-03-14T12:44:00+01:00", "203.0.113.77", {"web1"}};
  n.events = {e, e};
  return n;
}

// Nobody has acknowledged it: others are told.
Notification escalated() {
  Notification n = opened();
  n.cause = MessageCause::escalation;
  n.number = 1;
  n.topic = "management";
  n.summary = "Not acknowledged for 15m, told to security: " + n.summary;
  return n;
}

// Several alarms in one message.
Notification digest() {
  DigestContent content;
  content.id = "5f9619ff-8b86-5011-b42d-00cf4fc964ff";
  content.head = digest_head(opened());
  content.why = "grouped for 5m";
  for (const Notification& n : {errors(), opened(), recovered(), opened()})
    content.lines.push_back(digest_line(n));
  Notification missing = errors();
  name_alarm(missing, "backup-heartbeat", {{"host", "db1"}});
  missing.transition.to = AlarmState::insufficient_data;
  missing.summary = "Not enough data: Insufficient Data: 3 datapoints were unknown.";
  missing.runbook.clear();
  content.lines.push_back(digest_line(missing));
  return make_digest(std::move(content), minute(5));
}

// A channel that gave `lost` up, or delivers again behind it.
DeliveryReport report_of(const Notification& lost) {
  return {{.outbox_id = 1,
           .fate = DeliveryRecord::Fate::dead,
           .attempts = 1,
           .at = minute(0),
           .status = 404,
           .detail = "hooks.slack.com: HTTP 404: no_service",
           .permanent = true},
          lost.message_id,
          lost.topic,
          "security/slack/1",
          "slack hooks.slack.com",
          lost.dedup_key};
}

ChannelWatch::News news(bool works) {
  ChannelTrouble trouble;
  trouble.label = "slack hooks.slack.com";
  trouble.topic = "security";
  trouble.since = minute(0);
  trouble.dead_letters = works ? 7 : 1;
  trouble.lost = {"ALARM: sg-open (account = 111122223333)", "OK: sg-open (account = 111122223333)",
                  "ALARM: shop-errors"};
  return {works, trouble, minute(works ? 97 : 0)};
}

// What the topic's other channels get of a message that one of them could not deliver.
Notification not_delivered() {
  const Notification lost = opened();
  return channel_notice(news(false), report_of(lost), lost);
}

// What another topic gets, of which the channel is none.
Notification channel(bool works) {
  RuleSet rules;
  rules.identity = {"000000000000", "us-east-1", "prod.example.com"};
  rules.topics.push_back({.name = "default", .time_zone = "Europe/Paris"});
  return channel_message(news(works), report_of(opened()), "default", rules);
}

json rendered(const Endpoint& endpoint, const Notification& n) {
  Attempt attempt;
  attempt.now = n.transition.decided_at;
  const auto mail = std::get<MailRequest>(endpoint.request(n, attempt));
  json images = json::object();
  for (const MailImage& image : mail.images) images[image.id] = to_base64(image.bytes);
  return {{"html", mail.html}, {"images", images}};
}

int run() {
  NotifierContext context;
  context.topic = "security";
  context.identity = {"000000000000", "us-east-1", "prod.example.com"};
  context.mail = MailServer{"smtp://localhost:25", "tocsin@example.com",
                            MailRequest::StartTls::none, "", Secret("")};
  Diagnostics faults;
  auto endpoints =
      make_email(test::map({{"to", test::scalar("ops@example.com")}}), context, faults);
  if (endpoints.size() != 1) return 1;
  endpoints[0].filter_text = R"({"NewStateValue":["ALARM","OK"]})";
  const json all{{"opened", rendered(endpoints[0], opened())},
                 {"errors", rendered(endpoints[0], errors())},
                 {"recovered", rendered(endpoints[0], recovered())},
                 {"escalated", rendered(endpoints[0], escalated())},
                 {"digest", rendered(endpoints[0], digest())},
                 {"not-delivered", rendered(endpoints[0], not_delivered())},
                 {"channel-fails", rendered(endpoints[0], channel(false))},
                 {"channel-works", rendered(endpoints[0], channel(true))}};
  std::puts(all.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace tocsin

int main() { return tocsin::run(); }
