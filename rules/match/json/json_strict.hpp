// SPDX-License-Identifier: Apache-2.0
// Whether an event is JSON to the last byte: owed before a match is reported, and only then
// (spec/filter-patterns.md 5.1).
#pragma once
#include "rules/match/json/json_tokens.hpp"

namespace tocsin {

// Exactly one object or array of at most 1,000 levels, every token of it as RFC 8259 wants it: what
// JsonReader takes. Linear, without memory of its own.
bool is_strict_json(const JsonTokens& tokens);

// true, false, null or a number.
bool is_json_literal(std::string_view token);

}  // namespace tocsin
