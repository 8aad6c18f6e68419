// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "rules/message/text.hpp"
#include "rules/metric/maths/math_expression.hpp"
#include "rules/metric/maths/math_lexer.hpp"
#include "rules/pattern/characters.hpp"
#include "tocsin/suggest.hpp"

namespace tocsin {
namespace {

using Kind = MathToken::Kind;
using Operator = MathExpression::Operator;

struct BinaryOperator {
  std::string_view symbol;
  Operator op;
  int level;  // the larger binds tighter
};
constexpr int kComparisonLevel = 3;
constexpr BinaryOperator kBinary[] = {{"OR", Operator::either, 1},
                                      {"||", Operator::either, 1},
                                      {"AND", Operator::both, 2},
                                      {"&&", Operator::both, 2},
                                      {"==", Operator::equal, kComparisonLevel},
                                      {"!=", Operator::not_equal, kComparisonLevel},
                                      {"<", Operator::less, kComparisonLevel},
                                      {"<=", Operator::less_or_equal, kComparisonLevel},
                                      {">", Operator::greater, kComparisonLevel},
                                      {">=", Operator::greater_or_equal, kComparisonLevel},
                                      {"+", Operator::add, 4},
                                      {"-", Operator::subtract, 4},
                                      {"*", Operator::multiply, 5},
                                      {"/", Operator::divide, 5}};

const BinaryOperator* find_binary(const MathToken& token) {
  if (token.kind != Kind::symbol && token.kind != Kind::word) return nullptr;
  for (const BinaryOperator& b : kBinary)
    if (token.text == b.symbol) return &b;
  return nullptr;
}

std::string quoted(std::string_view text) { return "`" + cut_bytes(text, 60) + "`"; }

std::string found(const MathToken& token, std::string_view source) {
  if (token.kind == Kind::end) return "the end";
  return quoted(source.substr(token.offset, token.length));
}

// For what is nearly right.
std::string hint_for(const MathToken& token) {
  if (token.kind == Kind::broken && (token.text[0] == '&' || token.text[0] == '|'))
    return "AND, OR, && or ||";
  if (token.kind == Kind::broken && token.text == "=") return "equality is ==";
  if (token.kind == Kind::broken && static_cast<unsigned char>(token.text[0]) >= 0x80)
    return "quotes and signs are plain ASCII";
  std::string upper(token.text);
  for (char& c : upper)
    if (is_letter(c)) c = static_cast<char>(c & ~0x20);
  if (token.kind == Kind::id && (upper == "AND" || upper == "OR")) return "in capitals: " + upper;
  if (token.kind == Kind::id && find_math_function(upper) != nullptr)
    return "functions are in capitals: " + upper;
  return {};
}

using Parsed = std::optional<MathExpression>;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), lexer_(text) {}

  Parsed parse();
  const MathError& error() const { return error_; }

 private:
  std::nullopt_t fail(MathFault fault, const MathToken& at, std::string text,
                      std::string hint = {});
  std::nullopt_t expected(std::string_view what);
  Parsed read_binary(int least);
  Parsed read_signed();
  Parsed read_power();
  Parsed read_primary();
  Parsed read_number();
  Parsed read_word();
  Parsed read_call(const MathToken& name);
  Parsed read_array();
  bool read_list(std::vector<MathExpression>& into, std::string_view close);
  static MathExpression node_at(const MathToken& token, decltype(MathExpression::node) node) {
    return {.node = std::move(node), .offset = token.offset, .length = token.length, .info = {}};
  }

  std::string_view text_;
  MathLexer lexer_;
  int depth_ = 0;
  MathError error_;
};

std::nullopt_t Parser::fail(MathFault fault, const MathToken& at, std::string text,
                            std::string hint) {
  error_ = {.fault = fault,
            .entry = 0,
            .column = static_cast<int>(at.offset) + 1,
            .length = static_cast<int>(std::max<std::size_t>(at.length, 1)),
            .text = std::move(text),
            .hint = std::move(hint)};
  return std::nullopt;
}

std::nullopt_t Parser::expected(std::string_view what) {
  const MathToken& token = lexer_.peek();
  if (token.kind == Kind::broken && (token.text.empty() || token.length != token.text.size()))
    return fail(MathFault::syntax, token, "this quote is not closed");
  return fail(MathFault::syntax, token,
              "expected " + std::string(what) + ", but found " + found(token, text_),
              hint_for(token));
}

Parsed Parser::parse() {
  Parsed whole = read_binary(1);
  if (whole && lexer_.peek().kind != Kind::end) return expected("an operator or the end");
  return whole;
}

Parsed Parser::read_binary(int least) {
  Parsed left = read_signed();
  while (left) {
    const BinaryOperator* op = find_binary(lexer_.peek());
    if (op == nullptr || op->level < least) break;
    const MathToken symbol = lexer_.take();
    Parsed right = read_binary(op->level + 1);
    if (!right) return std::nullopt;
    MathExpression::Binary binary{op->op, {}};
    binary.sides.push_back(*std::move(left));
    binary.sides.push_back(*std::move(right));
    left = node_at(symbol, std::move(binary));
    const BinaryOperator* next = find_binary(lexer_.peek());
    if (op->level == kComparisonLevel && next != nullptr && next->level == kComparisonLevel)
      return fail(MathFault::syntax, lexer_.peek(), "two comparisons in a row",
                  "put one in brackets, or write m1 > 1 AND m1 < 5");
  }
  return left;
}

Parsed Parser::read_signed() {
  if (++depth_ > kMathDepthMax)
    return fail(MathFault::depth, lexer_.peek(),
                "nested more than " + std::to_string(kMathDepthMax) + " deep",
                "make parts expressions of their own");
  Parsed result;
  if (lexer_.peek().is_symbol("-")) {
    const MathToken sign = lexer_.take();
    Parsed operand = read_signed();
    if (!operand) return std::nullopt;
    MathExpression::Negation negation;
    negation.operand.push_back(*std::move(operand));
    result = node_at(sign, std::move(negation));
  } else {
    result = read_power();
  }
  --depth_;
  return result;
}

Parsed Parser::read_power() {
  Parsed base = read_primary();
  if (!base || !lexer_.peek().is_symbol("^")) return base;
  const MathToken symbol = lexer_.take();
  Parsed exponent = read_signed();
  if (!exponent) return std::nullopt;
  MathExpression::Binary power{Operator::power, {}};
  power.sides.push_back(*std::move(base));
  power.sides.push_back(*std::move(exponent));
  return node_at(symbol, std::move(power));
}

Parsed Parser::read_primary() {
  const MathToken token = lexer_.peek();
  switch (token.kind) {
    case Kind::number:
      return read_number();
    case Kind::id:
      lexer_.take();
      if (lexer_.peek().is_symbol("("))
        return fail(MathFault::unknown_function, token,
                    "there is no function " + quoted(token.text), hint_for(token));
      return node_at(token, MathExpression::Reference{std::string(token.text), 0});
    case Kind::text:
      lexer_.take();
      return node_at(token, MathExpression::Text{std::string(token.text)});
    case Kind::word:
      return read_word();
    default:
      break;
  }
  if (token.is_symbol("[")) return read_array();
  if (!lexer_.take_if("(")) return expected("a number, an id, a function, ( or [");
  Parsed inner = read_binary(1);
  if (inner && !lexer_.take_if(")")) return expected(")");
  return inner;
}

Parsed Parser::read_number() {
  const MathToken token = lexer_.take();
  double value = 0;
  const char* const end = token.text.data() + token.text.size();
  if (std::from_chars(token.text.data(), end, value).ec != std::errc{})
    return fail(MathFault::syntax, token, "this number is too large or too small");
  return node_at(token, MathExpression::Number{value});
}

Parsed Parser::read_word() {
  const MathToken name = lexer_.take();
  if (lexer_.peek().is_symbol("(")) return read_call(name);
  if (find_binary(name) != nullptr)
    return fail(MathFault::syntax, name, "nothing stands before " + quoted(name.text));
  return node_at(name, MathExpression::Word{std::string(name.text)});
}

Parsed Parser::read_call(const MathToken& name) {
  const MathFunction* function = find_math_function(name.text);
  if (function == nullptr) {
    if (const std::string_view why = unsupported_math_function(name.text); !why.empty())
      return fail(MathFault::not_supported, name, std::string(name.text) + " cannot be used here",
                  std::string(why));
    std::vector<std::string_view> names;
    for (const MathFunction& f : math_functions()) names.push_back(f.name);
    return fail(MathFault::unknown_function, name, "there is no function " + quoted(name.text),
                did_you_mean(name.text, names));
  }
  MathExpression::Call call{function, {}, {}, 0};
  lexer_.take();
  if (!lexer_.take_if(")") && !read_list(call.arguments, ")")) return std::nullopt;
  return node_at(name, std::move(call));
}

Parsed Parser::read_array() {
  const MathToken open = lexer_.take();
  MathExpression::Array array;
  if (!read_list(array.members, "]")) return std::nullopt;
  return node_at(open, std::move(array));
}

bool Parser::read_list(std::vector<MathExpression>& into, std::string_view close) {
  do {
    Parsed item = read_binary(1);
    if (!item) return false;
    into.push_back(*std::move(item));
  } while (lexer_.take_if(","));
  if (lexer_.take_if(close)) return true;
  expected("a comma or " + std::string(close));
  return false;
}

}  // namespace

std::variant<MathExpression, MathError> parse_math(std::string_view text) {
  if (const std::size_t size = count_code_points(to_valid_utf8(text)); size > kMathCharactersMax)
    return MathError{.fault = MathFault::length,
                     .entry = 0,
                     .column = 1,
                     .length = 1,
                     .text = "an expression has at most " + std::to_string(kMathCharactersMax) +
                             " characters, this one " + std::to_string(size),
                     .hint = {}};
  Parser parser(text);
  if (Parsed whole = parser.parse()) return *std::move(whole);
  return parser.error();
}

}  // namespace tocsin
