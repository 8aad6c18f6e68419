// SPDX-License-Identifier: Apache-2.0
#include "notifiers/email_body.hpp"

#include <algorithm>

#include "notifiers/email_details.hpp"
#include "notifiers/facts.hpp"
#include "notifiers/links.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kLabelWidth = 10;
constexpr std::size_t kDetailWidth = 28;
constexpr std::size_t kRawEventMax = 2048;

std::string pad(std::string text, std::size_t width) {
  // Labels are ASCII, but for a tag's name: there bytes are near enough.
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

// "label     value", further lines of the value under the first.
std::string labelled(std::string_view label, std::string_view value, std::size_t width) {
  std::string out = pad(std::string(label), width);
  for (const char c : value) {
    out += c;
    if (c == '\n') out.append(width, ' ');
  }
  return out + "\n";
}

std::string why_you_get_this(const Notification& n, std::string_view to) {
  std::string text =
      "You get this because " + std::string(to) + " is subscribed to topic \"" + n.topic + "\"";
  if (!n.identity.name.empty()) text += " of Tocsin on " + n.identity.name;
  text += ".";
  if (!n.rule_location.empty()) text += " The rule stands in " + n.rule_location + ".";
  return one_line(text);
}

std::string raw_event(const NotifiedEvent& event) {
  return truncate(one_line(event.evidence.message), kRawEventMax);
}

std::string place_of(const Evidence& evidence) {
  if (evidence.source.empty()) return {};
  return one_line(evidence.source) + " at " + std::to_string(evidence.position);
}

void append_facts(std::string& out, const std::vector<Fact>& facts) {
  for (const Fact& f : facts) out += labelled(f.label, f.value, kLabelWidth);
}

void append_events(std::string& out, const Notification& n) {
  if (n.events.empty()) return;
  out += "\n" + events_caption(n) + ", oldest first:\n";
  for (const NotifiedEvent& e : n.events) {
    out += "\n* " + event_line(e) + "\n";
    if (const std::string place = place_of(e.evidence); !place.empty()) out += "  " + place + "\n";
    out += "  " + raw_event(e) + "\n";
  }
}

void append_digest(std::string& out, const Notification& n) {
  for (const DigestLine& line : n.digest) {
    out += "* " + digest_text(line) + "\n";
    if (!line.runbook.empty()) out += "  " + line.runbook + "\n";
  }
}

void append_details(std::string& out, const Notification& n) {
  for (const DetailGroup& group : email_details(n)) {
    out += "\n" + group.title + ":\n";
    for (const Fact& f : group.rows)
      out += f.label.empty() ? "- " + f.value + "\n"
                             : labelled("- " + f.label + ":", f.value, kDetailWidth + 2);
  }
}

// --- HTML: tables and inline styles only, which is what mail programs understand.

// Escaped, with line breaks, and links where the whole value is one.
std::string html_value(const std::string& value) {
  const std::string escaped = escape_html(value);
  if (is_link(value)) return "<a href=\"" + escaped + "\">" + escaped + "</a>";
  std::string out;
  for (const char c : escaped) c == '\n' ? out += "<br>\n" : out += c;
  return out;
}

std::string html_row(const Fact& f, bool strong) {
  const std::string value = html_value(f.value);
  return "<tr><th style=\"text-align:left;vertical-align:top;padding:3px 16px 3px 0;"
         "font-weight:normal;opacity:0.7;white-space:nowrap\">" +
         escape_html(f.label) +
         "</th><td style=\"vertical-align:top;padding:3px 0;overflow-wrap:anywhere\">" +
         (strong ? "<b>" + value + "</b>" : value) + "</td></tr>\n";
}

std::string html_table(const std::vector<Fact>& facts, bool strong) {
  std::string out =
      "<table role=\"presentation\" style=\"border-collapse:collapse;font-size:14px\">\n";
  for (const Fact& f : facts) out += html_row(f, strong);
  return out + "</table>\n";
}

std::string html_events(const Notification& n) {
  if (n.events.empty()) return {};
  std::string out = "<h2 style=\"font-size:14px;margin:20px 0 4px\">" +
                    escape_html(events_caption(n)) + ", oldest first</h2>\n";
  for (const NotifiedEvent& e : n.events) {
    out += "<p style=\"margin:8px 0 2px\">" + escape_html(event_line(e)) + "</p>\n";
    if (const std::string place = place_of(e.evidence); !place.empty())
      out +=
          "<p style=\"margin:0 0 2px;font-size:12px;opacity:0.7\">" + escape_html(place) + "</p>\n";
    out +=
        "<pre style=\"margin:0;padding:6px 8px;border:1px solid #8884;border-radius:4px;"
        "font-size:12px;white-space:pre-wrap;overflow-wrap:anywhere\">" +
        escape_html(raw_event(e)) + "</pre>\n";
  }
  return out;
}

// A row a line, the state with its colour in front.
std::string html_digest(const Notification& n) {
  std::string out =
      "<table role=\"presentation\" style=\"border-collapse:collapse;font-size:14px\">\n";
  for (const DigestLine& line : n.digest) {
    const std::string text = escape_html(digest_text(line));
    out += "<tr><td style=\"vertical-align:top;padding:4px 0 4px 8px;border-left:4px solid " +
           std::string(state_colour(line.state)) + ";overflow-wrap:anywhere\">" + text;
    if (!line.runbook.empty()) out += "<br>" + html_value(line.runbook);
    out += "</td></tr>\n";
  }
  return out + "</table>\n";
}

std::string html_details(const Notification& n) {
  std::string out;
  for (const DetailGroup& group : email_details(n))
    out += "<h2 style=\"font-size:13px;margin:18px 0 4px\">" + escape_html(group.title) +
           "</h2>\n" + html_table(group.rows, false);
  return out;
}

std::string html_head(const Notification& n) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width\">"
         "<meta name=\"color-scheme\" content=\"light dark\"><title>" +
         escape_html(title(n)) +
         "</title></head>\n"
         "<body style=\"margin:0;padding:16px;font-family:sans-serif;font-size:14px;"
         "line-height:1.4\">\n<div style=\"max-width:720px;border-left:6px solid " +
         std::string(state_colour(n.transition.to)) + ";padding-left:16px\">\n";
}

}  // namespace

std::string email_text(const Notification& n, const Attempt& attempt, std::string_view to) {
  std::string out = title(n) + "\n" + headline(n) + "\n";
  const std::string notice = order_notice(attempt.superseded, attempt.overtaking);
  if (!notice.empty()) out += notice + "\n";
  out += "\n";
  if (!n.digest.empty()) {
    append_digest(out, n);
    return out + "\n--\n" + why_you_get_this(n, to) + "\n";
  }
  append_facts(out, five_w_facts(n));
  out += "\n";
  append_facts(out, judgement_facts(n));
  append_events(out, n);
  append_details(out, n);
  return out + "\n--\n" + why_you_get_this(n, to) + "\n";
}

std::string email_html(const Notification& n, const Attempt& attempt, std::string_view to) {
  const std::string colour(state_colour(n.transition.to));
  std::string out = html_head(n);
  out += "<p style=\"margin:0;font-weight:bold;color:" + colour + "\">" + escape_html(title(n)) +
         "</p>\n<h1 style=\"font-size:18px;margin:4px 0 12px\">" + escape_html(headline(n)) +
         "</h1>\n";
  const std::string notice = order_notice(attempt.superseded, attempt.overtaking);
  if (!notice.empty()) out += "<p><i>" + escape_html(notice) + "</i></p>\n";
  if (n.digest.empty()) {
    out += html_table(five_w_facts(n), true);
    out += "<hr style=\"border:0;border-top:1px solid #8884\">\n";
    out += html_table(judgement_facts(n), false);
    out += html_events(n);
    out += html_details(n);
  } else {
    out += html_digest(n);
  }
  out += "<p style=\"margin-top:20px;font-size:12px;opacity:0.7\">" +
         escape_html(why_you_get_this(n, to)) + "</p>\n</div>\n</body></html>\n";
  return out;
}

}  // namespace tocsin
