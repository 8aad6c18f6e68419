// SPDX-License-Identifier: Apache-2.0
#include "rules/message/summary.hpp"

#include "rules/message/five_ws.hpp"
#include "rules/message/summary_template.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kSummaryCharacters = 500;

std::string finished(std::string_view text) {
  return cut_code_points(to_one_line(text), kSummaryCharacters);
}

// "IAM user alice (1111): ec2 AuthorizeSecurityGroupIngress: tcp 22 from 0.0.0.0/0, on sg-1, from
// 198.51.100.7, ..."
std::string composed(const FiveWs& facts) {
  std::string out = facts.who;
  if (!facts.what.empty()) out += (out.empty() ? "" : ": ") + facts.what;
  if (!facts.resources.empty()) out += ", on " + which_text(facts);
  if (!facts.where.empty()) out += ", from " + facts.where;
  return out;
}

// What happened, by the newest event; "" if there is nothing to tell, as of a composite's return to
// OK.
std::string happened(const Transition& transition, const Alarm& alarm, const Notification& n,
                     const SummaryFields& fields) {
  if (!alarm.summary.empty() && (!transition.events.empty() || !needs_event(alarm.summary))) {
    Result<std::string> rendered = render_summary(alarm.summary, transition, alarm, fields);
    if (rendered.ok() && !rendered->empty()) return std::move(*rendered);
  }
  return n.events.empty() ? std::string() : composed(n.events.back().facts);
}

std::string back_to_ok(const std::string& what, const Notification& n) {
  std::string out = "Back to OK";
  if (!n.duration_text.empty()) out += " after " + n.duration_text;
  return what.empty() ? out + "." : out + ". It was: " + what;
}

}  // namespace

Result<std::string> render_summary(const std::string& text, const Transition& transition,
                                   const Alarm& alarm, const SummaryFields& fields) {
  Result<std::string> rendered = render_template(text, transition, alarm, fields);
  if (!rendered.ok()) return rendered.error();
  return finished(*rendered);
}

std::string make_summary(const Transition& transition, const Alarm& alarm, const Notification& n,
                         const SummaryFields& fields) {
  const std::string what = happened(transition, alarm, n, fields);
  switch (transition.to) {
    case AlarmState::ok:
      return finished(back_to_ok(what, n));
    case AlarmState::insufficient_data:
      return finished("Not enough data: " + transition.reason);
    case AlarmState::alarm:
      break;
  }
  if (what.empty()) return finished(transition.reason.empty() ? alarm.name : transition.reason);
  return finished((transition.late ? "Late: " : "") + (transition.again ? "Again: " + what : what));
}

}  // namespace tocsin
