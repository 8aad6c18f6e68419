// SPDX-License-Identifier: Apache-2.0
#include "rules/message/summary.hpp"

#include "rules/message/text.hpp"

namespace tocsin {

Result<std::string> render_summary(const std::string& text, const Transition&, const Alarm&) {
  return to_one_line(text);
}

std::string make_summary(const Transition& transition, const Alarm& alarm, const Notification& n) {
  const Result<std::string> rendered = render_summary(alarm.summary, transition, alarm);
  if (rendered.ok() && !rendered.value().empty()) return *rendered;
  return n.events.empty() ? alarm.name : n.events.back().facts.what;
}

std::optional<TemplateError> check_summary(const std::string&) { return std::nullopt; }

}  // namespace tocsin
