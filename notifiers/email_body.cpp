// SPDX-License-Identifier: Apache-2.0
#include "notifiers/email_body.hpp"

#include <algorithm>

#include "notifiers/email_details.hpp"
#include "notifiers/facts.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kLabelWidth = 12;
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

void append_facts(std::string& out, const std::vector<Fact>& facts) {
  for (const Fact& f : facts) out += labelled(f.label, f.value, kLabelWidth);
}

void append_events(std::string& out, const Notification& n) {
  if (n.events.empty()) return;
  out += "\n" + events_caption(n) + ", oldest first:\n";
  for (const NotifiedEvent& e : n.events) {
    out += "\n* " + event_line(e) + "\n";
    if (const std::string place = event_place(e.evidence); !place.empty())
      out += "  " + place + "\n";
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

}  // namespace

std::string raw_event(const NotifiedEvent& event) {
  return truncate(one_line(event.evidence.message), kRawEventMax);
}

std::string event_place(const Evidence& evidence) {
  if (evidence.source.empty()) return {};
  return one_line(evidence.source) + " at " + std::to_string(evidence.position);
}

std::string email_text(const Notification& n, const Attempt& attempt, std::string_view to) {
  const std::string footer = "\n-- \n" + told_because(n, attempt, to) + "\n";
  const std::string notice = order_notice(attempt.superseded, attempt.overtaking);
  if (const std::string_view own = rendered_for(n, "text"); !own.empty())
    return (notice.empty() ? "" : notice + "\n\n") + std::string(own) + footer;
  std::string out = title(n) + "\n" + headline(n) + "\n";
  if (!notice.empty()) out += notice + "\n";
  out += "\n";
  if (!n.digest.empty()) {
    append_digest(out, n);
    return out + footer;
  }
  append_facts(out, five_w_facts(n));
  out += "\n";
  append_facts(out, judgement_facts(n));
  append_events(out, n);
  append_details(out, n);
  return out + footer;
}

}  // namespace tocsin
