// SPDX-License-Identifier: Apache-2.0
#include "rules/message/text.hpp"
#include "rules/metric/maths/math_expression.hpp"

namespace tocsin {
namespace {

using Operator = MathExpression::Operator;

struct Printed {
  std::string_view symbol;
  int level;  // as the parser has it; a sign is 6, a power 7, what needs no brackets 8
};

constexpr int kSign = 6, kPower = 7, kPrimary = 8;

Printed printed(Operator op) {
  switch (op) {
    case Operator::either:
      return {" OR ", 1};
    case Operator::both:
      return {" AND ", 2};
    case Operator::equal:
      return {" == ", 3};
    case Operator::not_equal:
      return {" != ", 3};
    case Operator::less:
      return {" < ", 3};
    case Operator::less_or_equal:
      return {" <= ", 3};
    case Operator::greater:
      return {" > ", 3};
    case Operator::greater_or_equal:
      return {" >= ", 3};
    case Operator::add:
      return {" + ", 4};
    case Operator::subtract:
      return {" - ", 4};
    case Operator::multiply:
      return {" * ", 5};
    case Operator::divide:
      return {" / ", 5};
    case Operator::power:
      return {" ^ ", kPower};
  }
  return {"?", kPrimary};
}

class Printer {
 public:
  std::string take() { return std::move(out_); }

  void print(const MathExpression& e, int least) {
    const int level = level_of(e);
    if (level < least) out_ += "(";
    std::visit([this](const auto& node) { write(node); }, e.node);
    if (level < least) out_ += ")";
  }

 private:
  static int level_of(const MathExpression& e) {
    if (const auto* binary = std::get_if<MathExpression::Binary>(&e.node))
      return printed(binary->op).level;
    return std::holds_alternative<MathExpression::Negation>(e.node) ? kSign : kPrimary;
  }
  void list(const std::vector<MathExpression>& items, std::string_view close) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ", ";
      print(items[i], 1);
    }
    out_ += close;
  }
  void write(const MathExpression::Number& n) { out_ += format_number(n.value); }
  void write(const MathExpression::Reference& r) { out_ += r.id; }
  void write(const MathExpression::Word& w) { out_ += w.name; }
  void write(const MathExpression::Text& t) {
    const char quote = t.value.find('"') == std::string::npos ? '"' : '\'';
    out_ += quote + t.value + quote;
  }
  void write(const MathExpression::Negation& n) {
    out_ += "-";
    print(n.operand.front(), kSign);
  }
  void write(const MathExpression::Binary& b) {
    const Printed p = printed(b.op);
    const bool right = b.op == Operator::power;   // 2^3^2 is 2^(3^2), 2^-1 needs no brackets
    const bool comparison = is_comparison(b.op);  // neither side may be another one
    print(b.sides[0], right || comparison ? p.level + 1 : p.level);
    out_ += p.symbol;
    print(b.sides[1], right ? kSign : p.level + 1);
  }
  void write(const MathExpression::Array& a) {
    out_ += "[";
    list(a.members, "]");
  }
  void write(const MathExpression::Call& c) {
    out_ += std::string(c.function->name) + "(";
    list(c.arguments, ")");
  }

  std::string out_;
};

}  // namespace

bool is_comparison(Operator op) {
  return op >= Operator::equal && op <= Operator::greater_or_equal;
}

bool is_logical(Operator op) { return op == Operator::both || op == Operator::either; }

std::string to_string(const MathExpression& expression) {
  Printer printer;
  printer.print(expression, 1);
  return printer.take();
}

std::string_view to_string(MathFault fault) {
  constexpr std::string_view kNames[] = {
      "id",         "length", "syntax",    "depth", "unknown_function", "not_supported",
      "unknown_id", "cycle",  "arguments", "type",  "too_many",         "result"};
  return kNames[static_cast<std::size_t>(fault)];
}

}  // namespace tocsin
