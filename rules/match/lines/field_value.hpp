// SPDX-License-Identifier: Apache-2.0
// A field that some space-delimited pattern binds, and what is known of it: read once an event,
// for all patterns. spec/filter-patterns.md 6.3 and 6.4.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "rules/pattern/number.hpp"

namespace tocsin {

// Where a field stands. Patterns that count alike share it.
struct FieldPlace {
  enum class From : std::uint8_t { left, left_with_rest, right };
  From from = From::left;
  std::size_t index = 0;  // from 0, from that side

  auto operator<=>(const FieldPlace&) const = default;
};

// What stands there in one event.
class FieldValue {
 public:
  FieldValue() = default;
  explicit FieldValue(std::string_view text) : is_there_(true), text_(text) {}

  // Of the next event.
  void set(std::string_view text) {
    text_ = text;
    is_there_ = true;
    is_read_ = false;
  }
  void clear() { is_there_ = false; }  // the event has too few fields

  bool is_there() const { return is_there_; }
  std::string_view text() const { return text_; }
  // Read when first asked for.
  const std::optional<Number>& number() {
    if (!is_read_) number_ = Number::parse(text_);
    is_read_ = true;
    return number_;
  }

 private:
  bool is_there_ = false, is_read_ = false;
  std::string_view text_;
  std::optional<Number> number_;
};

}  // namespace tocsin
