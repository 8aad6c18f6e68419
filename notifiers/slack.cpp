// SPDX-License-Identifier: Apache-2.0
// slack: { webhook_url, ... }, an incoming webhook; with `token` and `channel` a bot
#include "notifiers/slack.hpp"

#include <algorithm>

#include "notifiers/facts.hpp"
#include "notifiers/json_post.hpp"
#include "notifiers/json_text.hpp"
#include "notifiers/text.hpp"
#include "tocsin/escape.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kHeaderMax = 150;
constexpr std::size_t kSectionMax = 3000;
constexpr std::size_t kFieldMax = 2000;
constexpr std::size_t kFieldsMax = 10;
constexpr std::size_t kFallbackMax = 3500;
constexpr std::size_t kContextMax = 2000;
constexpr std::size_t kEventsMax = 5;

Json mrkdwn(std::string text) { return {{"type", "mrkdwn"}, {"text", std::move(text)}}; }
Json section(std::string text) { return {{"type", "section"}, {"text", mrkdwn(std::move(text))}}; }
Json context(Json elements) { return {{"type", "context"}, {"elements", std::move(elements)}}; }

Json header(const Notification& n) {
  return {{"type", "header"},
          {"text", {{"type", "plain_text"}, {"text", slack_text(title(n), kHeaderMax)}}}};
}

// Slack shows a date token in each reader's own time zone; the fall-back is for those who cannot.
std::string date_token(Instant t, const std::string& fallback) {
  const auto epoch = std::chrono::floor<seconds>(t.time_since_epoch()).count();
  std::string safe = slack_text(one_line(fallback), 100);
  std::replace(safe.begin(), safe.end(), '|', '/');
  return "<!date^" + std::to_string(epoch) + "^{date_short_pretty} {time_secs}|" + safe + ">";
}

std::string field(std::string_view label, std::string_view value) {
  return "*" + std::string(label) + "*\n" + slack_text(value, kFieldMax - 100);
}

Json fields_section(Json list) {
  while (list.size() > kFieldsMax) list.erase(list.size() - 1);
  return {{"type", "section"}, {"fields", std::move(list)}};
}

Json five_ws_section(const Notification& n) {
  Json list = Json::array();
  for (const Fact& f : five_w_facts(n)) list.push_back(mrkdwn(field(f.label, f.value)));
  return fields_section(std::move(list));
}

// What is long has a section of its own.
Json judgement_section(const Notification& n) {
  Json list = Json::array();
  for (const Fact& f : judgement_facts(n))
    if (f.label != "Reason" && f.label != "Runbook" && f.label != "Datapoints")
      list.push_back(mrkdwn(field(f.label, f.value)));
  const std::string fallback = n.when.empty() ? format_iso(n.transition.at) : n.when;
  list.push_back(mrkdwn("*Time*\n" + date_token(n.transition.at, fallback)));
  list.push_back(
      mrkdwn(field("Account, region", n.identity.account_id + ", " + n.identity.region)));
  return fields_section(std::move(list));
}

std::string runbook_line(const std::string& runbook) {
  if (is_link(runbook))
    return "*Runbook* <" + slack_text(runbook, kSectionMax) + "|" + slack_text(runbook, 200) + ">";
  return "*Runbook* " + slack_text(printable(runbook), kSectionMax - 100);
}

// The event's facts, and its text as code. A backquote would end the code, so it becomes an
// apostrophe.
Json event_element(const NotifiedEvent& event) {
  std::string raw = one_line(event.evidence.message);
  std::replace(raw.begin(), raw.end(), '`', '\'');
  std::string text = slack_text(event_line(event), kContextMax / 2);
  if (!raw.empty()) text += "\n`" + slack_text(raw, kContextMax / 4) + "`";
  return mrkdwn(std::move(text));
}

Json events_context(const Notification& n) {
  Json elements = Json::array({mrkdwn("*" + events_caption(n) + "*")});
  const std::size_t skipped = n.events.size() - std::min(n.events.size(), kEventsMax);
  for (std::size_t i = skipped; i < n.events.size(); ++i)
    elements.push_back(event_element(n.events[i]));
  return context(std::move(elements));
}

constexpr std::size_t kDigestLinesMax = 60;
constexpr std::size_t kDigestLineMax = 400;
constexpr std::size_t kDigestLinkMax = 150;
constexpr std::size_t kLinesASection = 5;

// The name in bold, the runbook as a link. An asterisk would end the bold.
std::string digest_line_text(const DigestLine& line) {
  std::string name = digest_title(line);
  std::replace(name.begin(), name.end(), '*', '\'');
  std::string text = "*" + slack_text(name, kDigestLineMax / 2) + "* " +
                     slack_text(digest_words(line), kDigestLineMax / 2);
  const std::string link = is_link(line.runbook) ? slack_text(line.runbook, kSectionMax) : "";
  if (!link.empty() && link.size() <= kDigestLinkMax) text += " <" + link + "|Runbook>";
  return text;
}

// Lines go together in sections, of which a message may not have too many.
void add_digest(const Notification& n, Json& blocks) {
  std::string text;
  const std::size_t shown = std::min(n.digest.size(), kDigestLinesMax);
  for (std::size_t i = 0; i < shown; ++i) {
    text += (text.empty() ? "" : "\n") + digest_line_text(n.digest[i]);
    if ((i + 1) % kLinesASection != 0 && i + 1 < shown) continue;
    blocks.push_back(section(std::exchange(text, {})));
  }
  const std::string rest = digest_rest(n, kDigestLinesMax);
  if (!rest.empty()) blocks.push_back(section("_" + rest + "_"));
}

Json footer(const Notification& n, const Attempt& attempt) {
  Json elements = Json::array({mrkdwn(slack_text(told_because(n, attempt), kContextMax))});
  if (!n.alarm_arn.empty())
    elements.push_back(mrkdwn(slack_text(one_line(n.alarm_arn), kContextMax)));
  return context(std::move(elements));
}

Json labelled_section(std::string_view label, std::string_view text) {
  return section("*" + std::string(label) + "* " + slack_text(printable(text), kSectionMax - 100));
}

void append_facts(Json& list, const Notification& n) {
  if (n.digest.empty()) {
    // Slack refuses a list that is empty, too.
    if (Json known = five_ws_section(n); !known["fields"].empty()) list.push_back(std::move(known));
    list.push_back(judgement_section(n));
  } else {
    add_digest(n, list);
  }
  if (!n.datapoints_text.empty()) list.push_back(labelled_section("Datapoints", n.datapoints_text));
  // Without an event it is What.
  if (!n.events.empty() && !n.transition.reason.empty())
    list.push_back(labelled_section("Reason", n.transition.reason));
  if (!n.runbook.empty()) list.push_back(section(runbook_line(n.runbook)));
  if (!n.events.empty()) list.push_back(events_context(n));
}

// What the template `slack` made stands in the place of all but header and footer.
Json blocks(const Notification& n, const Attempt& attempt) {
  Json list = Json::array({header(n)});
  const std::string notice = order_notice(attempt.superseded, attempt.overtaking);
  if (!notice.empty()) list.push_back(section("_" + notice + "_"));
  // Slack refuses a text that is empty.
  if (const std::string_view own = rendered_for(n, "slack"); !own.empty()) {
    list.push_back(section(std::string(own)));
  } else {
    if (const std::string head = headline(n); !head.empty())
      list.push_back(section("*" + slack_text(head, kSectionMax - 100) + "*"));
    append_facts(list, n);
  }
  list.push_back(footer(n, attempt));
  return list;
}

}  // namespace

std::string slack_text(std::string_view text, std::size_t max) {
  std::string out;
  std::size_t points = 0;
  std::size_t kept = 0;  // bytes of `out` that leave room for "..."
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(code_point_length(text), 1);
    const std::string_view point = text.substr(0, length);
    const std::string_view escaped = point == "&"   ? "&amp;"
                                     : point == "<" ? "&lt;"
                                     : point == ">" ? "&gt;"
                                                    : point;
    points += escaped.size() > 1 && length == 1 ? escaped.size() : 1;
    if (points > max) return out.substr(0, kept) + "...";
    out += escaped;
    if (points + 3 <= max) kept = out.size();
    text.remove_prefix(length);
  }
  return out;
}

std::string slack_fallback(const Notification& n) {
  return slack_text(title(n) + ": " + headline(n), kFallbackMax);
}

Json slack_message(const Notification& n, const Attempt& attempt) {
  const std::string fallback = slack_fallback(n);
  return {{"text", fallback},
          {"attachments", Json::array({{{"color", state_colour(n.transition.to)},
                                        {"fallback", fallback},
                                        {"blocks", blocks(n, attempt)}}})}};
}

std::vector<Endpoint> make_slack(const ConfigNode& node, const NotifierContext& context,
                                 Diagnostics& out) {
  if (node.find("token") != nullptr || node.find("channel") != nullptr)
    return make_slack_bot(node, context, out);
  const auto body = [](const Notification& n, const Attempt& attempt) {
    return to_text(slack_message(n, attempt));
  };
  return make_webhook_url_channel("slack", body, node, context, out);
}

}  // namespace tocsin
