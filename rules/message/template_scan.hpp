// SPDX-License-Identifier: Apache-2.0
// The tags of a message template, and which names and places they may have. Pure; knows nothing of
// the mustache library, which says of an unknown name nothing at all.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rules/message/summary.hpp"

namespace tocsin {

// The first fault of a template for `target`: syntax that is not offered (partials, unescaped
// values, other delimiters), sections that do not end, a name that does not exist (with a
// suggestion), and in HTML a value that could become markup: outside of quotes within a tag, at the
// beginning of a link, in a style sheet or script.
std::optional<TemplateError> scan_template(std::string_view target, std::string_view text);

}  // namespace tocsin
