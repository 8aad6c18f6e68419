// SPDX-License-Identifier: Apache-2.0
#include "notifiers/email_html.hpp"

#include <algorithm>

#include "notifiers/email_body.hpp"
#include "notifiers/email_details.hpp"
#include "notifiers/email_style.hpp"
#include "notifiers/facts.hpp"
#include "notifiers/text.hpp"
#include "tocsin/escape.hpp"

namespace tocsin {
namespace {

// Facts that have a place of their own above the table of judgement.
constexpr std::string_view kShownAbove[] = {"Value",    "Datapoints", "Trend",  "Lasted",
                                            "Severity", "Fired",      "Runbook"};

// The text's details that HTML has said already.
constexpr std::string_view kToldBefore[] = {"State Change", "Reason for State Change", "Timestamp"};

// Escaped, with line breaks, and a link where the whole value is one.
std::string html_value(const std::string& value) {
  const std::string escaped = escape_html(value);
  if (is_link(value))
    return "<a class=\"link\" href=\"" + escaped + "\"" + style("link") + ">" + escaped + "</a>";
  std::string out;
  for (const char c : escaped) c == '\n' ? out += "<br>\n" : out += c;
  return out;
}

std::string element(std::string_view tag, std::string_view kind, std::string_view inner) {
  const std::string name(tag);
  return "<" + name + " class=\"" + std::string(kind) + "\"" + style(kind) + ">" +
         std::string(inner) + "</" + name + ">\n";
}

std::string row(const Fact& f, std::string_view value_kind) {
  return "<tr>" + element("td", "label", escape_html(f.label)) +
         element("td", value_kind, html_value(f.value)) + "</tr>\n";
}

// In a narrow window a table of "value" has the values below their labels.
std::string table(const std::vector<Fact>& facts, std::string_view value_kind) {
  if (facts.empty()) return {};
  std::string out = "<table role=\"presentation\" class=\"" + std::string(value_kind) + "s\"" +
                    style("facts") + ">\n";
  for (const Fact& f : facts) out += row(f, value_kind);
  return out + "</table>\n";
}

std::string pill(const Notification& n) {
  const std::string colour(state_colour(n.transition.to));
  return "<span style=\"display:inline-block;padding:3px 10px;border-radius:4px;background-color:" +
         colour + ";color:#ffffff;font-size:13px;font-weight:bold\">" +
         std::string(to_string(n.transition.to)) + "</span>";
}

// "ALARM  sg-open (account = 1111) · high"
std::string banner(const Notification& n) {
  std::string name = title(n);
  if (n.digest.empty()) name.erase(0, std::min(name.size(), to_string(n.transition.to).size() + 2));
  const std::string severity = n.transition.to == AlarmState::alarm
                                   ? " &middot; severity " + std::string(to_string(n.severity))
                                   : "";
  return element("p", "banner", pill(n) + "&nbsp; " + escape_html(name) + severity);
}

// "Saturday ..., 12:41:02 CET · lasted 7 min · 4 times in 30 days"
std::string moment(const Notification& n) {
  std::string text = n.when.empty() ? format_long(n.transition.at) : n.when;
  if (!n.duration_text.empty()) text += " \xC2\xB7 lasted " + n.duration_text;
  if (const std::string often = firings_text(n); !often.empty()) text += " \xC2\xB7 fired " + often;
  return element("p", "muted", escape_html(text));
}

std::string chart(const Notification& n, std::string_view id) {
  if (id.empty()) return {};
  std::string caption = n.trend.caption;
  if (n.trend.threshold) caption += ", dashed: the threshold";
  return "<img src=\"cid:" + std::string(id) + "\" width=\"520\" height=\"56\" alt=\"" +
         escape_html(trend_text(n)) + "\"" + style("chart") + " class=\"chart\">\n" +
         element("p", "caption", escape_html(caption));
}

std::string value_box(const Notification& n, std::string_view chart_id) {
  if (n.value_text.empty() && n.condition.empty()) return {};
  std::string inner;
  if (!n.value_text.empty())
    inner += "<span class=\"number\"" + style("number") + ">" +
             escape_html(one_line(n.value_text)) + "</span> ";
  if (!n.condition.empty()) inner += "alarm when " + escape_html(one_line(n.condition));
  std::string out = element("p", "measure", inner);
  if (!n.datapoints_text.empty())
    out += element("p", "caption", escape_html(one_line(n.datapoints_text)));
  return "<div class=\"box\"" + style("box") + ">\n" + out + chart(n, chart_id) + "</div>\n";
}

std::string runbook(const Notification& n) {
  if (n.runbook.empty()) return {};
  if (!is_link(n.runbook))
    return element("p", "note", "<b>Runbook</b> " + html_value(printable(n.runbook)));
  const std::string url = escape_html(n.runbook);
  return "<p" + style("action") + "><a class=\"button\" href=\"" + url + "\"" + style("button") +
         ">Open the runbook</a><br>" + element("span", "caption", url) + "</p>\n";
}

template <std::size_t N>
bool is_among(const std::string& label, const std::string_view (&labels)[N]) {
  return std::find(std::begin(labels), std::end(labels), label) != std::end(labels);
}

std::vector<Fact> remaining(const Notification& n) {
  std::vector<Fact> facts = judgement_facts(n);
  std::erase_if(facts, [&](const Fact& f) { return is_among(f.label, kShownAbove); });
  return facts;
}

std::string events(const Notification& n) {
  if (n.events.empty()) return {};
  std::string out =
      element("h2", "heading",
              escape_html(events_caption(n)) + (n.events.size() > 1 ? ", oldest first" : ""));
  for (const NotifiedEvent& e : n.events) {
    out += element("p", "event", escape_html(event_line(e)));
    if (const std::string place = event_place(e.evidence); !place.empty())
      out += element("p", "caption", escape_html(place));
    out += element("pre", "raw", escape_html(raw_event(e)));
  }
  return out;
}

std::string details(const Notification& n) {
  std::string out;
  for (const DetailGroup& group : email_details(n)) {
    std::vector<Fact> told;
    for (const Fact& f : group.rows)
      if (!f.value.empty() && !f.label.empty() && !is_among(f.label, kToldBefore))
        told.push_back(f);
    if (told.empty()) continue;
    out += element("h2", "heading", escape_html(group.title)) + table(told, "detail");
  }
  return out;
}

// A row a line, the state's colour in front.
std::string digest(const Notification& n) {
  std::string out = "<table role=\"presentation\"" + style("facts") + ">\n";
  for (const DigestLine& line : n.digest) {
    std::string text = "<b>" + escape_html(digest_title(line)) + "</b>";
    if (!line.summary.empty()) text += "<br>\n" + escape_html(one_line(line.summary));
    text = element("p", "event", text);
    text += element("p", "caption", escape_html(one_line(line.when)));
    if (!line.runbook.empty()) text += element("p", "caption", html_value(line.runbook));
    out +=
        "<tr><td style=\"padding:0 0 14px\"><div style=\"padding:1px 0 1px 12px;"
        "border-left:4px solid " +
        std::string(state_colour(line.state)) + "\">" + text + "</div></td></tr>\n";
  }
  return out + "</table>\n";
}

std::string head(const Notification& n) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<meta name=\"supported-color-schemes\" content=\"light dark\">\n<title>" +
         escape_html(title(n)) + "</title>\n<style>\n" + std::string(mail_style_sheet()) +
         "</style>\n</head>\n<body class=\"page\"" + style("page") + ">\n";
}

// Mail programs show it behind the subject.
std::string preview(const Notification& n) {
  return "<div style=\"display:none;max-height:0;overflow:hidden\">" + escape_html(headline(n)) +
         "</div>\n";
}

std::string body(const Notification& n, std::string_view chart_id) {
  const std::string top =
      banner(n) + element("h1", "headline", escape_html(headline(n))) + moment(n);
  if (!n.digest.empty()) return top + digest(n);
  return top + table(five_w_facts(n), "value") + value_box(n, chart_id) + runbook(n) +
         table(remaining(n), "detail") + events(n) + details(n);
}

}  // namespace

std::string email_html(const Notification& n, const Attempt& attempt, std::string_view to,
                       std::string_view chart_id) {
  const std::string_view own = rendered_for(n, "html");
  const std::string notice = order_notice(attempt.superseded, attempt.overtaking);
  std::string out = head(n) + preview(n);
  out += "<table role=\"presentation\" class=\"page\" width=\"100%\"" + style("frame") +
         "><tr><td align=\"center\" class=\"margin\"" + style("margin") +
         ">\n<table role=\"presentation\" class=\"card\" width=\"100%\"" + style("card") +
         "><tr><td class=\"inside\" style=\"padding:20px 24px;border-top:5px solid " +
         std::string(state_colour(n.transition.to)) + "\">\n";
  if (!notice.empty()) out += element("p", "note", "<i>" + escape_html(notice) + "</i>");
  out += own.empty() ? body(n, chart_id) : std::string(own);
  out += "</td></tr></table>\n" + element("p", "footer", escape_html(told_because(n, attempt, to)));
  return out + "</td></tr></table>\n</body>\n</html>\n";
}

}  // namespace tocsin
