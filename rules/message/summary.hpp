// SPDX-License-Identifier: Apache-2.0
// The one sentence that opens a message: the rule's `summary:` template, or one made of the five
// W's.
#pragma once
#include <optional>
#include <string>

#include "tocsin/alarm_state.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/result.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// Renders a mustache template on the newest event: its fields by dotted path ({{eventName}},
// {{userIdentity.arn}},
// {{requestParameters.items.0.id}}), {{message}} (the line, if it is no JSON), {{alarm.name}},
// {{alarm.severity}},
// {{key.NAME}}, {{count}}, {{value}}: these win over fields of the same name; {{who}}, {{what}},
// {{where}}, {{which}} (the five W's): a field of that name wins over these. A name that is not
// there is empty. The result is plain text on one line of at most 500 characters; values are never
// interpreted again nor escaped. Error "bad-template": the syntax.
Result<std::string> render_summary(const std::string& text, const Transition& transition,
                                   const Alarm& alarm);

// The sentence for people: the template rendered, or one composed of the newest event's five W's;
// on a return to OK it says so first. `n` has its events, duration and times. Never empty, never
// fails: a template that cannot be rendered is composed.
std::string make_summary(const Transition& transition, const Alarm& alarm, const Notification& n);

// What is wrong with a template, and where: bytes from 1.
struct TemplateError {
  int column = 1;
  std::string text;
};
std::optional<TemplateError> check_summary(const std::string& text);

}  // namespace tocsin
