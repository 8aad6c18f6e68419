// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/print.hpp"

#include <algorithm>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string regex(const ast::RegexLiteral& literal) { return '%' + literal.body + '%'; }

std::string text(const ast::TextLiteral& literal) {
  return literal.quoted ? quoted(literal.text) : literal.text;
}

std::string member(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(),
                                 [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
  if (plain) return '.' + name;
  const char quote = name.find('\'') == std::string::npos ? '\'' : '"';
  return std::string(".[") + quote + name + quote + ']';
}

std::string_view sign(ast::Term::Role role) {
  switch (role) {
    case ast::Term::Role::required:
      return "";
    case ast::Term::Role::excluded:
      return "-";
    case ast::Term::Role::optional:
      return "?";
  }
  return "";
}

template <class T, class Print>
std::string join(const std::vector<T>& items, std::string_view separator, const Print& print) {
  std::string out;
  for (const T& item : items) {
    if (!out.empty()) out += separator;
    out += print(item);
  }
  return out;
}

// `inside_all`: an alternative there needs parentheses, since && binds tighter.
template <class Condition, class Print>
std::string print_expression(const ast::Expression<Condition>& expression, const Print& print,
                             bool inside_all = false) {
  using Expression = ast::Expression<Condition>;
  return std::visit(
      Overloaded{
          [&](const Condition& condition) { return print(condition); },
          [&](const typename Expression::AllOf& all) {
            return join(all.operands, " && ",
                        [&](const Expression& e) { return print_expression(e, print, true); });
          },
          [&](const typename Expression::AnyOf& any) {
            const std::string out = join(any.operands, " || ", [&](const Expression& e) {
              return print_expression(e, print, false);
            });
            return inside_all ? '(' + out + ')' : out;
          },
      },
      expression.node);
}

std::string entry(const ast::Entry& e) {
  if (!e.condition) return e.name;
  return print_expression(*e.condition,
                          [&](const ast::FieldTest& test) { return to_string(test, e.name); });
}

// A list cannot be joined blindly: "[]" means something else than one entry without a name.
std::string print_delimited(const ast::Delimited& pattern) {
  std::vector<std::string> parts;
  for (const ast::Entry& e : pattern.before) parts.push_back(entry(e));
  if (pattern.ellipsis) parts.push_back("...");
  for (const ast::Entry& e : pattern.after) parts.push_back(entry(e));
  std::string out = "[";
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i > 0 ? ", " : "") + parts[i];
  return out + ']';
}

}  // namespace

std::string_view to_string(ast::Operator op) {
  switch (op) {
    case ast::Operator::equal:
      return "=";
    case ast::Operator::not_equal:
      return "!=";
    case ast::Operator::less:
      return "<";
    case ast::Operator::less_or_equal:
      return "<=";
    case ast::Operator::greater:
      return ">";
    case ast::Operator::greater_or_equal:
      return ">=";
  }
  return "?";
}

std::string_view to_string(ast::State state) {
  switch (state) {
    case ast::State::is_null:
      return "IS NULL";
    case ast::State::is_true:
      return "IS TRUE";
    case ast::State::is_false:
      return "IS FALSE";
    case ast::State::not_exists:
      return "NOT EXISTS";
  }
  return "?";
}

std::string to_string(const ast::Literal& literal) {
  return std::visit(Overloaded{[](const ast::NumberLiteral& n) { return n.text; },
                               [](const ast::TextLiteral& t) { return text(t); },
                               [](const ast::RegexLiteral& r) { return regex(r); }},
                    literal);
}

std::string to_string(const ast::Selector& selector) {
  std::string out = "$";
  for (const ast::Segment& segment : selector.segments)
    out += std::visit(
        Overloaded{
            [](const ast::Member& m) { return member(m.name); },
            [](const ast::Element& e) { return '[' + std::to_string(e.index) + ']'; },
            [](const ast::EveryChild& e) { return std::string(e.bracketed ? "[*]" : ".*"); },
        },
        segment);
  return out;
}

std::string to_string(const ast::Term& term) {
  return std::string(sign(term.role)) +
         std::visit(Overloaded{[](const ast::TextLiteral& t) { return text(t); },
                               [](const ast::RegexLiteral& r) { return regex(r); }},
                    term.what);
}

std::string to_string(const ast::JsonCondition& condition) {
  return std::visit(Overloaded{
                        [](const ast::PropertyTest& t) {
                          return to_string(t.selector) + ' ' + std::string(to_string(t.op)) + ' ' +
                                 to_string(t.literal);
                        },
                        [](const ast::StateTest& t) {
                          return to_string(t.selector) + ' ' + std::string(to_string(t.state));
                        },
                    },
                    condition);
}

std::string to_string(const ast::FieldTest& test, const std::string& field) {
  return field + ' ' + std::string(to_string(test.op)) + ' ' + to_string(test.literal);
}

std::string to_string(const ast::Tree& tree) {
  return std::visit(
      Overloaded{
          [](const ast::MatchAll&) { return std::string(); },
          [](const ast::Terms& t) {
            return join(t.terms, " ", [](const ast::Term& term) { return to_string(term); });
          },
          [](const ast::Json& j) {
            return "{ " +
                   print_expression(j.expression,
                                    [](const ast::JsonCondition& c) { return to_string(c); }) +
                   " }";
          },
          [](const ast::Delimited& d) { return print_delimited(d); },
      },
      tree);
}

}  // namespace tocsin
