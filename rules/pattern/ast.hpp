// SPDX-License-Identifier: Apache-2.0
// The syntax tree of a filter pattern: plain values, visited with std::visit. Evaluation, printing,
// explanation and the compiled engine all read it. spec/filter-patterns.md sections 3 to 6.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rules/pattern/regex.hpp"

namespace tocsin::ast {

// Where something stands in the text of its pattern, in bytes from 0.
struct Range {
  std::size_t offset = 0;
  std::size_t length = 0;
};

enum class Operator { equal, not_equal, less, less_or_equal, greater, greater_or_equal };

// ---- Literals, section 3 ----

struct NumberLiteral {
  std::string text;  // as written; compared by value with numbers, by text with strings
};

// A word or a quoted string. A `*` at the first or last place stands for any text.
struct TextLiteral {
  std::string text;  // decoded, asterisks included
  bool quoted = false;
  bool open_start = false;
  bool open_end = false;
  std::string core;  // the text without the asterisks that are wildcards
};

struct RegexLiteral {
  std::string body;
  std::shared_ptr<const Regex> regex;
};

using Literal = std::variant<NumberLiteral, TextLiteral, RegexLiteral>;

// ---- Conditions joined by && and || ----

template <class Condition>
struct Expression {
  struct AllOf {
    std::vector<Expression> operands;  // two or more
  };
  struct AnyOf {
    std::vector<Expression> operands;  // two or more
  };
  std::variant<Condition, AllOf, AnyOf> node;
};

// ---- Unstructured terms, section 4 ----

struct Term {
  enum class Role { required, excluded, optional };
  Role role = Role::required;
  std::variant<TextLiteral, RegexLiteral>
      what;  // of a TextLiteral only `text` and `quoted`: terms have no wildcards
  Range where;
};

struct Terms {
  std::vector<Term> terms;  // at least one
};

// ---- JSON, section 5 ----

struct Member {
  std::string name;
};
struct Element {
  std::size_t index = 0;
};
struct EveryChild {
  bool bracketed = false;  // written [*], not .*
};
using Segment = std::variant<Member, Element, EveryChild>;

struct Selector {
  std::vector<Segment> segments;  // at least one
  Range where;
};

enum class State { is_null, is_true, is_false, not_exists };

struct StateTest {
  Selector selector;
  State state = State::is_null;
  Range where;
};

struct PropertyTest {
  Selector selector;
  Operator op = Operator::equal;
  Literal literal;
  Range where;
};

using JsonCondition = std::variant<PropertyTest, StateTest>;

struct Json {
  Expression<JsonCondition> expression;
};

// ---- Space-delimited, section 6 ----

struct FieldTest {
  Operator op = Operator::equal;
  Literal literal;
  Range where;
};

struct Entry {
  std::string name;  // empty: a field without a name
  std::optional<Expression<FieldTest>> condition;
};

struct Delimited {
  std::vector<Entry> before, after;  // the ellipsis; without one all are `before`
  bool ellipsis = false;             // also for []
};

struct MatchAll {};

using Tree = std::variant<MatchAll, Terms, Json, Delimited>;

}  // namespace tocsin::ast

namespace tocsin {

// std::visit with one lambda per alternative and no catch-all: the compiler lists what a new
// alternative lacks.
template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace tocsin
