// SPDX-License-Identifier: Apache-2.0
// What a message says of itself beside its text, as SNS' message attributes: for filter policies of
// the scope MessageAttributes, and sent with the SNS envelope. CloudWatch's own messages have none;
// these are Tocsin's. docs/notifications.md names them.
#pragma once
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/notification.hpp"

namespace tocsin {

struct MessageAttribute {
  std::string name;
  std::string type;  // String, String.Array, Number; others count as absent
  std::string value;
};

inline constexpr std::size_t kAttributeBytesMax = 1024;  // of a value; a longer one is left out
inline constexpr std::size_t kAttributesMax = 60;

// SNS' rule for names: letters, digits, `_`, `-`, and `.` between others.
inline bool is_attribute_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= 256 && name.front() != '.' && name.back() != '.' &&
         name.find("..") == std::string_view::npos && std::all_of(name.begin(), name.end(), fits);
}

// AlarmName, NewStateValue, OldStateValue, Severity, Cause, AWSAccountId, Region, LogGroup, Value
// (a Number), key.NAME for each part of the key and tag.NAME for each tag. What is not known, too
// long or no name of an attribute is left out. A notice that is of no alarm has none.
inline std::vector<MessageAttribute> message_attributes(const Notification& n) {
  std::vector<MessageAttribute> out;
  const auto add = [&](const std::string& name, std::string_view value, const char* type) {
    if (!value.empty() && value.size() <= kAttributeBytesMax && is_attribute_name(name) &&
        out.size() < kAttributesMax)
      out.push_back({name, type, std::string(value)});
  };
  if (n.cloudwatch_message.empty()) return out;
  add("AlarmName", n.transition.alarm, "String");
  add("NewStateValue", to_string(n.transition.to), "String");
  add("OldStateValue", to_string(n.transition.from), "String");
  add("Severity", to_string(n.severity), "String");
  add("Cause", to_string(n.cause), "String");
  add("AWSAccountId", n.identity.account_id, "String");
  add("Region", n.identity.region, "String");
  add("LogGroup", n.log_group, "String");
  if (n.transition.value && std::isfinite(*n.transition.value)) {
    std::array<char, 32> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), *n.transition.value).ptr;
    add("Value", std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())),
        "Number");
  }
  for (const auto& [name, value] : n.transition.key) add("key." + name, value, "String");
  for (const auto& [name, value] : n.tags) add("tag." + name, value, "String");
  return out;
}

}  // namespace tocsin
