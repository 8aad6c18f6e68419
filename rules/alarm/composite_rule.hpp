// SPDX-License-Identifier: Apache-2.0
// The rule of a composite alarm: its text as a syntax tree, judged on the states of its children.
// Grammar and limits: spec/alarms.md section 9.1. Plain values; no function here throws.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tocsin/alarm_state.hpp"

namespace tocsin {

inline constexpr std::size_t kCompositeRuleCharactersMax = 10'240;
inline constexpr std::size_t kCompositeChildrenMax = 100;  // distinct names
// References, TRUE and FALSE, and both parentheses of each group.
inline constexpr std::size_t kCompositeElementsMax = 500;

// An alarm that a rule names.
struct ChildReference {
  std::string written;  // a name or an alarm ARN, without quotes
  std::string name;     // of the alarm; empty: `written` is an ARN, but not of an alarm
  std::size_t offset = 0, length = 0;  // in the rule's text, in bytes, quotes included
};

// A node of the tree; the rule itself is its root. Two NOTs in a row are none. At most some 750
// nodes deep, since groups count as elements.
struct CompositeRule {
  struct Constant {
    bool value = false;
  };
  struct StateIs {  // ALARM(child)
    AlarmState state = AlarmState::alarm;
    ChildReference child;
  };
  struct AtLeast {  // AT_LEAST(60%, NOT OK, (a, b, c))
    int count = 1;
    bool percent = false;
    bool negated = false;  // counts the children that are not in `state`
    AlarmState state = AlarmState::alarm;
    std::vector<ChildReference> children;  // at least one
  };
  struct Not {
    std::vector<CompositeRule> operand;  // exactly one
  };
  struct AllOf {
    std::vector<CompositeRule> operands;  // two or more
  };
  struct AnyOf {
    std::vector<CompositeRule> operands;  // two or more
  };
  std::variant<Constant, StateIs, AtLeast, Not, AllOf, AnyOf> node;
};

// Why a rule was refused. Of several mistakes the one whose code stands first here is told, as
// contract.md section 4 orders them.
enum class CompositeFault {
  length,
  syntax,
  at_least_threshold,
  unknown_alarm,
  bad_arn,
  too_many_children,
  too_many_elements
};
std::string_view to_string(CompositeFault fault);  // "at_least_threshold"

struct CompositeError {
  CompositeFault fault = CompositeFault::syntax;
  int column = 1;  // in bytes from 1: `column` and `length` point into the rule's text
  int length = 1;
  std::string text;
  std::string hint;
};

// `alarm_exists` is asked for the name of every child.
std::variant<CompositeRule, CompositeError> parse_composite_rule(
    std::string_view text, const std::function<bool(std::string_view name)>& alarm_exists);

// TRUE is ALARM, FALSE is OK. `state_of` is asked for the name of every child; it must know them.
AlarmState evaluate(const CompositeRule& rule,
                    const std::function<AlarmState(std::string_view name)>& state_of);

// The children on whose states the rule's value rests, sorted, each once: of an OR that is true the
// operands that are true, of an AND that is false those that are false, of AT_LEAST the alarms
// that were counted, or were not.
std::vector<std::string> deciding_children(
    const CompositeRule& rule, const std::function<AlarmState(std::string_view name)>& state_of);

// The children as written, in order, repeats included. They live as long as the rule.
std::vector<const ChildReference*> references(const CompositeRule& rule);

// Their names, sorted, each once.
std::vector<std::string> child_names(const CompositeRule& rule);

// The rule printed from its tree, names quoted, no parentheses but the needed ones: parsing it
// gives the same tree.
std::string to_string(const CompositeRule& rule);

// From a name or an alarm ARN, arn:PARTITION:cloudwatch:REGION:ACCOUNT:alarm:NAME, the name. Empty:
// an ARN, but not of an alarm.
std::string_view alarm_name_of(std::string_view name_or_arn);

}  // namespace tocsin
