// SPDX-License-Identifier: Apache-2.0
// Templates for what channels show: mustache on a whole message. Pure. What names there are stands
// in docs/notifications.md and in rules/message/template_scan.cpp.
#pragma once
#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rules/message/summary.hpp"
#include "tocsin/config_reader.hpp"
#include "tocsin/message_templates.hpp"
#include "tocsin/notification.hpp"

namespace tocsin {

inline constexpr std::array<std::string_view, 6> kTemplateTargets{"subject", "text",  "html",
                                                                  "slack",   "teams", "pagerduty"};
inline constexpr std::size_t kTemplateBytes = std::size_t{16} << 10;

// Renders `text` on a message that is otherwise complete. Values are escaped for the target and
// never interpreted again. At most as long as the target takes: subject, text and pagerduty are
// cut, of the others nothing is left (markup that is cut breaks), as of a template that cannot be
// rendered.
std::string render_message_template(std::string_view target, const std::string& text,
                                    const Notification& n, const SummaryFields& fields = {});

// Fills `rendered` and, by the template of that name, `subject`; the rule's templates win. A
// template that comes to nothing leaves the channel's own words.
void render_templates(Notification& n, const MessageTemplates& of_rule,
                      const MessageTemplates& of_topic, const SummaryFields& fields);

// What is wrong with a template: its syntax, a name, or that nothing comes of it when an alarm is
// made up and told in each state.
std::optional<TemplateError> check_message_template(std::string_view target,
                                                    const std::string& text);

// The key `templates`, a map of targets; every fault is reported at its place. `place`: where a
// column (bytes from 1) of a scalar stands.
using PlaceInScalar = std::function<SourceLocation(const ConfigNode& node, int column)>;
void read_templates(ConfigReader& read, MessageTemplates& into, const PlaceInScalar& place);

}  // namespace tocsin
