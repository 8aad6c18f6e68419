// SPDX-License-Identifier: Apache-2.0
// A filter pattern given on the command line, judged without CloudWatch's quotas.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "rules/pattern/pattern.hpp"

namespace tocsin {

// nullptr after the fault has been shown on stderr, with a caret under its place.
std::shared_ptr<const Pattern> compile_argument(const std::string& text);

// Why CloudWatch would refuse a pattern that we accept; nullopt: it would not.
std::optional<PatternError> cloudwatch_refusal(const std::string& text);

}  // namespace tocsin
