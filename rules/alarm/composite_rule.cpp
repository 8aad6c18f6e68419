// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/composite_rule.hpp"

#include <algorithm>

#include "rules/pattern/ast.hpp"

namespace tocsin {
namespace {

using StateOf = std::function<AlarmState(std::string_view name)>;

bool holds(const CompositeRule& rule, const StateOf& state_of);

bool is_hit(const CompositeRule::AtLeast& rule, const ChildReference& child,
            const StateOf& state_of) {
  return (state_of(child.name) == rule.state) != rule.negated;
}

bool at_least(const CompositeRule::AtLeast& rule, const StateOf& state_of) {
  const auto hits = static_cast<std::size_t>(
      std::count_if(rule.children.begin(), rule.children.end(),
                    [&](const ChildReference& child) { return is_hit(rule, child, state_of); }));
  const auto count = static_cast<std::size_t>(rule.count);
  return rule.percent ? hits * 100 >= count * rule.children.size() : hits >= count;
}

bool holds(const CompositeRule& rule, const StateOf& state_of) {
  const auto each = [&](const CompositeRule& operand) { return holds(operand, state_of); };
  return std::visit(
      Overloaded{[](const CompositeRule::Constant& n) { return n.value; },
                 [&](const CompositeRule::StateIs& n) { return state_of(n.child.name) == n.state; },
                 [&](const CompositeRule::AtLeast& n) { return at_least(n, state_of); },
                 [&](const CompositeRule::Not& n) { return !each(n.operand.front()); },
                 [&](const CompositeRule::AllOf& n) {
                   return std::all_of(n.operands.begin(), n.operands.end(), each);
                 },
                 [&](const CompositeRule::AnyOf& n) {
                   return std::any_of(n.operands.begin(), n.operands.end(), each);
                 }},
      rule.node);
}

void collect(const CompositeRule& rule, std::vector<const ChildReference*>& into) {
  const auto each = [&](const std::vector<CompositeRule>& operands) {
    for (const CompositeRule& operand : operands) collect(operand, into);
  };
  std::visit(Overloaded{[](const CompositeRule::Constant&) {},
                        [&](const CompositeRule::StateIs& n) { into.push_back(&n.child); },
                        [&](const CompositeRule::AtLeast& n) {
                          for (const ChildReference& child : n.children) into.push_back(&child);
                        },
                        [&](const CompositeRule::Not& n) { each(n.operand); },
                        [&](const CompositeRule::AllOf& n) { each(n.operands); },
                        [&](const CompositeRule::AnyOf& n) { each(n.operands); }},
             rule.node);
}

void collect_deciding(const CompositeRule& rule, const StateOf& state_of,
                      std::vector<std::string>& into) {
  const bool value = holds(rule, state_of);
  // Each operand with the value of the whole contributes to it.
  const auto each = [&](const std::vector<CompositeRule>& operands) {
    for (const CompositeRule& operand : operands)
      if (holds(operand, state_of) == value) collect_deciding(operand, state_of, into);
  };
  std::visit(Overloaded{[](const CompositeRule::Constant&) {},
                        [&](const CompositeRule::StateIs& n) { into.push_back(n.child.name); },
                        [&](const CompositeRule::AtLeast& n) {
                          for (const ChildReference& child : n.children)
                            if (is_hit(n, child, state_of) == value) into.push_back(child.name);
                        },
                        [&](const CompositeRule::Not& n) {
                          collect_deciding(n.operand.front(), state_of, into);
                        },
                        [&](const CompositeRule::AllOf& n) { each(n.operands); },
                        [&](const CompositeRule::AnyOf& n) { each(n.operands); }},
             rule.node);
}

void sort_once(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

// How tightly a node binds: what binds less than its surroundings needs parentheses.
enum class Binding { any_of, all_of, negation, primary };

Binding binding(const CompositeRule& rule) {
  if (std::holds_alternative<CompositeRule::AnyOf>(rule.node)) return Binding::any_of;
  if (std::holds_alternative<CompositeRule::AllOf>(rule.node)) return Binding::all_of;
  if (std::holds_alternative<CompositeRule::Not>(rule.node)) return Binding::negation;
  return Binding::primary;
}

std::string quoted(const ChildReference& child) {
  std::string text = "\"";
  for (const char c : child.written) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string print(const CompositeRule::AtLeast& rule) {
  std::string text = "AT_LEAST(" + std::to_string(rule.count) + (rule.percent ? "%, " : ", ") +
                     (rule.negated ? "NOT " : "") + std::string(to_string(rule.state)) + ", (";
  for (std::size_t i = 0; i < rule.children.size(); ++i)
    text += (i > 0 ? ", " : "") + quoted(rule.children[i]);
  return text + "))";
}

void print(const CompositeRule& rule, Binding around, std::string& text) {
  const auto joined = [&](const std::vector<CompositeRule>& operands, const char* word,
                          Binding within) {
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (i > 0) text += word;
      print(operands[i], within, text);
    }
  };
  const bool group = binding(rule) < around;
  if (group) text += '(';
  std::visit(
      Overloaded{
          [&](const CompositeRule::Constant& n) { text += n.value ? "TRUE" : "FALSE"; },
          [&](const CompositeRule::StateIs& n) {
            text += std::string(to_string(n.state)) + "(" + quoted(n.child) + ")";
          },
          [&](const CompositeRule::AtLeast& n) { text += print(n); },
          [&](const CompositeRule::Not& n) {
            text += "NOT ";
            print(n.operand.front(), Binding::negation, text);
          },
          // One step more: a group within one of its own kind stays a group.
          [&](const CompositeRule::AllOf& n) { joined(n.operands, " AND ", Binding::negation); },
          [&](const CompositeRule::AnyOf& n) { joined(n.operands, " OR ", Binding::all_of); }},
      rule.node);
  if (group) text += ')';
}

}  // namespace

std::string_view to_string(CompositeFault fault) {
  switch (fault) {
    case CompositeFault::length:
      return "length";
    case CompositeFault::syntax:
      return "syntax";
    case CompositeFault::at_least_threshold:
      return "at_least_threshold";
    case CompositeFault::unknown_alarm:
      return "unknown_alarm";
    case CompositeFault::bad_arn:
      return "bad_arn";
    case CompositeFault::too_many_children:
      return "too_many_children";
    case CompositeFault::too_many_elements:
      return "too_many_elements";
  }
  return "?";
}

AlarmState evaluate(const CompositeRule& rule, const StateOf& state_of) {
  return holds(rule, state_of) ? AlarmState::alarm : AlarmState::ok;
}

std::vector<std::string> deciding_children(const CompositeRule& rule, const StateOf& state_of) {
  std::vector<std::string> names;
  collect_deciding(rule, state_of, names);
  sort_once(names);
  return names;
}

std::vector<const ChildReference*> references(const CompositeRule& rule) {
  std::vector<const ChildReference*> found;
  collect(rule, found);
  return found;
}

std::vector<std::string> child_names(const CompositeRule& rule) {
  std::vector<std::string> names;
  for (const ChildReference* child : references(rule)) names.push_back(child->name);
  sort_once(names);
  return names;
}

std::string to_string(const CompositeRule& rule) {
  std::string text;
  print(rule, Binding::any_of, text);
  return text;
}

std::string_view alarm_name_of(std::string_view name_or_arn) {
  constexpr std::size_t kParts = 6;  // arn, partition, service, region, account, "alarm"
  if (!name_or_arn.starts_with("arn:")) return name_or_arn;
  std::string_view rest = name_or_arn, parts[kParts];
  for (std::string_view& part : parts) {
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos || colon == 0) return {};
    part = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  return parts[2] == "cloudwatch" && parts[5] == "alarm" ? rest : std::string_view{};
}

}  // namespace tocsin
