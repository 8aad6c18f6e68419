// SPDX-License-Identifier: Apache-2.0
// teams: { webhook_url, retry_for }: the workflow "When a Teams webhook request is received", which
// posts an Adaptive Card.
#include <algorithm>

#include "notifiers/facts.hpp"
#include "notifiers/json_post.hpp"
#include "notifiers/json_text.hpp"
#include "notifiers/text.hpp"
#include "tocsin/escape.hpp"

namespace tocsin {
namespace {

// Teams refuses 28 KB. Texts are cut so that all of them together stay below, escapes included.
constexpr std::size_t kTitleMax = 200;
constexpr std::size_t kHeadMax = 600;
constexpr std::size_t kValueMax = 400;
constexpr std::size_t kEventMax = 500;
constexpr std::size_t kDigestLinesMax = 30;
constexpr std::size_t kDigestLineMax = 300;
constexpr std::size_t kDigestLinkMax = 150;

// Cards render a part of Markdown: what is somebody else's text must stay text.
std::string card_text(std::string_view text, std::size_t max) {
  return escape_card(truncate(text, max));
}

Json text_block(std::string text) {
  return {{"type", "TextBlock"}, {"text", std::move(text)}, {"wrap", true}};
}

std::string_view colour_of(AlarmState state) {
  switch (state) {
    case AlarmState::alarm:
      return "Attention";
    case AlarmState::ok:
      return "Good";
    case AlarmState::insufficient_data:
      break;
  }
  return "Default";
}

Json heading(const Notification& n) {
  Json block = text_block(card_text(title(n), kTitleMax));
  block["weight"] = "Bolder";
  block["size"] = "Large";
  block["color"] = colour_of(n.transition.to);
  return block;
}

Json subtle(std::string text) {
  Json block = text_block(std::move(text));
  block["isSubtle"] = true;
  block["size"] = "Small";
  return block;
}

Json fact_set(const Notification& n) {
  Json facts = Json::array();
  const auto add = [&](const std::string& label, std::string_view value) {
    facts.push_back({{"title", label}, {"value", card_text(value, kValueMax)}});
  };
  for (const std::vector<Fact>& list : {five_w_facts(n), judgement_facts(n)})
    for (const Fact& fact : list) add(fact.label, fact.value);
  add("Account, region", n.identity.account_id + ", " + n.identity.region);
  return {{"type", "FactSet"}, {"facts", std::move(facts)}};
}

// The name in bold, the runbook as a link.
std::string digest_line_text(const DigestLine& line) {
  std::string text = "**" + card_text(digest_title(line), kDigestLineMax / 2) + "** " +
                     card_text(digest_words(line), kDigestLineMax / 2);
  const bool fits = is_link(line.runbook) && line.runbook.size() <= kDigestLinkMax &&
                    line.runbook.find_first_of("()[]\\") == std::string::npos;
  if (fits) text += " [Runbook](" + line.runbook + ")";
  return text;
}

void add_digest(const Notification& n, Json& blocks) {
  const std::size_t shown = std::min(n.digest.size(), kDigestLinesMax);
  for (std::size_t i = 0; i < shown; ++i) {
    Json line = text_block(digest_line_text(n.digest[i]));
    line["color"] = colour_of(n.digest[i].state);
    line["spacing"] = "Small";
    blocks.push_back(std::move(line));
  }
  const std::string rest = digest_rest(n, kDigestLinesMax);
  if (!rest.empty()) blocks.push_back(subtle(rest));
}

void append_facts(Json& blocks, const Notification& n) {
  const std::string head = headline(n);
  if (!head.empty()) blocks.push_back(text_block(card_text(head, kHeadMax)));
  if (!n.digest.empty()) {
    add_digest(n, blocks);
    return;
  }
  blocks.push_back(fact_set(n));
  if (!n.events.empty()) blocks.push_back(subtle(events_caption(n)));
  for (const NotifiedEvent& e : n.events)
    blocks.push_back(subtle(card_text(event_line(e), kEventMax)));
}

Json body(const Notification& n, const Attempt& attempt) {
  Json blocks = Json::array({heading(n)});
  const std::string notice = order_notice(attempt.superseded, attempt.overtaking);
  if (!notice.empty()) blocks.push_back(subtle(notice));
  if (const std::string_view own = rendered_for(n, "teams"); !own.empty())
    blocks.push_back(text_block(std::string(own)));
  else
    append_facts(blocks, n);
  blocks.push_back(subtle(card_text(told_because(n, attempt), 2 * kValueMax)));
  return blocks;
}

Json card(const Notification& n, const Attempt& attempt) {
  Json content{{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
               {"type", "AdaptiveCard"},
               {"version", "1.4"},
               {"msteams", {{"width", "Full"}}},
               {"body", body(n, attempt)}};
  if (is_link(n.runbook))
    content["actions"] =
        Json::array({{{"type", "Action.OpenUrl"}, {"title", "Runbook"}, {"url", n.runbook}}});
  return content;
}

std::string payload(const Notification& n, const Attempt& attempt) {
  return to_text(
      Json{{"type", "message"},
           {"attachments", Json::array({{{"contentType", "application/vnd.microsoft.card.adaptive"},
                                         {"contentUrl", nullptr},
                                         {"content", card(n, attempt)}}})}});
}

}  // namespace

std::vector<Endpoint> make_teams(const ConfigNode& node, const NotifierContext& context,
                                 Diagnostics& out) {
  return make_webhook_url_channel("teams", payload, node, context, out);
}

}  // namespace tocsin
