// SPDX-License-Identifier: Apache-2.0
// The one sentence that opens a message: the rule's `summary:` template, or one made of the five
// W's.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/result.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// What the filter's pattern names in the newest event: "ip" of [ip, user, ...].
using SummaryFields = std::vector<std::pair<std::string, std::string>>;

// Renders a mustache template on the newest event. Names, the first that is there wins:
//   {{alarm.name}} {{alarm.severity}} {{alarm.state}} {{key.NAME}} {{count}} {{value}}
//   fields of the event by dotted path: {{eventName}} {{userIdentity.arn}} {{items.0.id}}; of a
//   line that is no JSON: {{message}} and `fields`
//   {{who}} {{what}} {{where}} {{which}}: the five W's
// A name that is not there is empty; a section of an empty one is left out. The result is plain
// text on one line of at most 500 characters; values are never interpreted again nor escaped.
// Error "bad-template": the syntax.
Result<std::string> render_summary(const std::string& text, const Transition& transition,
                                   const Alarm& alarm, const SummaryFields& fields = {});

// The sentence for people: the template rendered, or one composed of the newest event's five W's;
// on a return to OK it says so first. `n` has its events, duration and times. Never empty, never
// fails: a template that cannot be rendered is composed.
std::string make_summary(const Transition& transition, const Alarm& alarm, const Notification& n,
                         const SummaryFields& fields);

// What is wrong with a template, and where: bytes from 1.
struct TemplateError {
  int column = 1;
  std::string text;
};
std::optional<TemplateError> check_summary(const std::string& text);

}  // namespace tocsin
