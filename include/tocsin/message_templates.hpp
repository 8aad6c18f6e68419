// SPDX-License-Identifier: Apache-2.0
// The `templates:` of a rule or topic: mustache texts in the place of what channels write
// themselves. How they are read and rendered stands in rules/message/message_template.hpp.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace tocsin {

// By target: "subject", "text", "html", "slack", "teams", "pagerduty"; each at most once.
using MessageTemplates = std::vector<std::pair<std::string, std::string>>;

}  // namespace tocsin
