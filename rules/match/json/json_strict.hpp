// SPDX-License-Identifier: Apache-2.0
// Whether an event is JSON to the last byte: owed before a match is reported, and only then
// (spec/filter-patterns.md 5.1).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "rules/match/json/json_tokens.hpp"

namespace tocsin {

// Objects and arrays in each other.
inline constexpr std::size_t kJsonDepthMax = 1000;

// Where a value stands: its first token, and how many objects and arrays it lies in.
struct JsonValuePlace {
  std::uint32_t token = 0, depth = 0;
};

// Whether each of these is a value to its end, of no more levels than that, every token of it as
// RFC 8259 wants it: what JsonReader takes. Linear, without memory of its own.
bool are_strict_json(const JsonTokens& tokens, std::span<const JsonValuePlace> values);

// true, false, null or a number.
bool is_json_literal(std::string_view token);

}  // namespace tocsin
