// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <utility>

#include "rules/alarm/composite_parser.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

using Exists = std::function<bool(std::string_view name)>;

CompositeError error_at(CompositeFault fault, std::size_t offset, std::size_t length,
                        std::string text, std::string hint = {}) {
  return {.fault = fault,
          .column = static_cast<int>(offset) + 1,
          .length = static_cast<int>(length),
          .text = std::move(text),
          .hint = std::move(hint)};
}

std::optional<CompositeError> check_names(const std::vector<const ChildReference*>& children,
                                          const Exists& alarm_exists) {
  for (const ChildReference* child : children)
    if (!child->name.empty() && !alarm_exists(child->name))
      return error_at(CompositeFault::unknown_alarm, child->offset, child->length,
                      "there is no alarm \"" + cut_bytes(child->name, 255) + "\"");
  for (const ChildReference* child : children)
    if (child->name.empty())
      return error_at(CompositeFault::bad_arn, child->offset, child->length,
                      "this is not the ARN of an alarm",
                      "arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME");
  return std::nullopt;
}

std::optional<CompositeError> check_count(const std::vector<const ChildReference*>& children) {
  std::set<std::string_view> names;
  for (const ChildReference* child : children) {
    names.insert(child->name);
    if (names.size() > kCompositeChildrenMax)
      return error_at(CompositeFault::too_many_children, child->offset, child->length,
                      "a rule names at most " + std::to_string(kCompositeChildrenMax) + " alarms",
                      "composite alarms of composite alarms reach further");
  }
  return std::nullopt;
}

}  // namespace

std::variant<CompositeRule, CompositeError> parse_composite_rule(std::string_view text,
                                                                 const Exists& alarm_exists) {
  if (text.empty() || count_code_points(text) > kCompositeRuleCharactersMax)
    return error_at(
        CompositeFault::length, 0, 1,
        "a rule has 1 to " + std::to_string(kCompositeRuleCharactersMax) + " characters");
  auto syntax = parse_composite_syntax(text);
  if (auto* error = std::get_if<CompositeError>(&syntax)) return std::move(*error);
  auto& [rule, excess] = std::get<ParsedComposite>(syntax);
  const std::vector<const ChildReference*> children = references(rule);
  if (auto error = check_names(children, alarm_exists)) return *std::move(error);
  if (auto error = check_count(children)) return *std::move(error);
  if (excess)
    return error_at(CompositeFault::too_many_elements, excess->offset, excess->length,
                    "a rule has at most " + std::to_string(kCompositeElementsMax) +
                        " elements: names, TRUE, FALSE and brackets of groups");
  return std::move(rule);
}

}  // namespace tocsin
