// SPDX-License-Identifier: Apache-2.0
// Groups stand on a stack of our own, not on the machine's: a rule may open ten
// thousand of them before it turns out to be wrong.
#include "rules/alarm/composite_parser.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "rules/message/text.hpp"
#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

using Kind = RuleToken::Kind;

constexpr std::pair<std::string_view, AlarmState> kFunctions[] = {
    {"ALARM", AlarmState::alarm},
    {"OK", AlarmState::ok},
    {"INSUFFICIENT_DATA", AlarmState::insufficient_data}};

std::optional<AlarmState> find_function(const RuleToken& token) {
  for (const auto& [name, state] : kFunctions)
    if (token.is_word(name)) return state;
  return std::nullopt;
}

// CloudWatch's documents write TRUE, True and true.
bool is_any_case(const RuleToken& token, std::string_view lower) {
  const auto same = [](char a, char b) { return is_letter(a) && (a | 0x20) == b; };
  return token.kind == Kind::bare &&
         std::equal(token.text.begin(), token.text.end(), lower.begin(), lower.end(), same);
}

std::string found(const RuleToken& token) {
  switch (token.kind) {
    case Kind::end:
      return "the end of the rule";
    case Kind::broken:
      return "a name whose quote is not closed";
    default:
      return "`" + cut_bytes(token.text, 60) + "`";
  }
}

// "in capitals: AND" for `and`.
std::string upper_case_hint(const RuleToken& token) {
  std::string upper = token.text;
  for (char& c : upper)
    if (is_letter(c)) c = static_cast<char>(c & ~0x20);
  for (const char* word : {"AND", "OR", "NOT", "ALARM", "OK", "INSUFFICIENT_DATA", "AT_LEAST"})
    if (token.kind == Kind::bare && upper == word && token.text != word)
      return "in capitals: " + upper;
  return {};
}

template <class Join>
CompositeRule join(std::vector<CompositeRule> operands) {
  if (operands.size() == 1) return std::move(operands.front());
  return {Join{std::move(operands)}};
}

CompositeRule negate(CompositeRule rule) {
  if (auto* inner = std::get_if<CompositeRule::Not>(&rule.node))
    return std::move(inner->operand.front());
  CompositeRule::Not negation;
  negation.operand.push_back(std::move(rule));
  return {std::move(negation)};
}

// What a group holds so far: operands of OR, of AND, and the NOTs before the next operand.
struct Group {
  std::vector<CompositeRule> any, all;
  int negations = 0;
  RuleToken opened;

  // NOT NOT is nothing: so only groups, which are counted, make a rule deep.
  void add(CompositeRule operand) {
    const bool negated = std::exchange(negations, 0) % 2 == 1;
    all.push_back(negated ? negate(std::move(operand)) : std::move(operand));
  }
  void end_all() { any.push_back(join<CompositeRule::AllOf>(std::exchange(all, {}))); }
  CompositeRule finish() {
    end_all();
    return join<CompositeRule::AnyOf>(std::move(any));
  }
};

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}

  std::optional<CompositeRule> parse();
  const std::optional<CompositeError>& error() const { return error_; }
  // The first element that is too many.
  const std::optional<RuleToken>& excess() const { return excess_; }

 private:
  std::nullopt_t fail(CompositeFault fault, const RuleToken& token, std::string text,
                      std::string hint = {});
  std::nullopt_t expected(std::string_view what);
  bool take(Kind kind, std::string_view what);
  void count_element(const RuleToken& token);
  bool read_operand();
  bool close_groups();
  std::optional<CompositeRule> read_primary();
  std::optional<CompositeRule> read_at_least();
  bool read_threshold(CompositeRule::AtLeast& into);
  bool read_number(const RuleToken& token, CompositeRule::AtLeast& into);
  bool read_children(CompositeRule::AtLeast& into);
  void check_threshold(const CompositeRule::AtLeast& rule, const RuleToken& threshold);
  std::optional<ChildReference> read_reference();

  RuleLexer lexer_;
  std::vector<Group> groups_{1};
  std::size_t elements_ = 0;
  std::optional<RuleToken> excess_;
  std::optional<CompositeError> error_;
};

// A threshold out of bounds is kept until the syntax of all is known to be right.
std::nullopt_t Parser::fail(CompositeFault fault, const RuleToken& token, std::string text,
                            std::string hint) {
  if (!error_ || fault < error_->fault)
    error_ = CompositeError{.fault = fault,
                            .column = static_cast<int>(token.offset) + 1,
                            .length = static_cast<int>(token.length),
                            .text = std::move(text),
                            .hint = std::move(hint)};
  return std::nullopt;
}

std::nullopt_t Parser::expected(std::string_view what) {
  const RuleToken& token = lexer_.peek();
  return fail(CompositeFault::syntax, token,
              "expected " + std::string(what) + ", but found " + found(token),
              upper_case_hint(token));
}

bool Parser::take(Kind kind, std::string_view what) {
  if (lexer_.take_if(kind)) return true;
  expected(what);
  return false;
}

void Parser::count_element(const RuleToken& token) {
  if (++elements_ == kCompositeElementsMax + 1) excess_ = token;
}

std::optional<CompositeRule> Parser::parse() {
  while (true) {
    if (!read_operand() || !close_groups()) return std::nullopt;
    Group& group = groups_.back();
    if (lexer_.take_if("OR")) {
      group.end_all();
    } else if (!lexer_.take_if("AND")) {
      break;
    }
  }
  if (lexer_.peek().kind != Kind::end) return expected("AND, OR or the end");
  if (groups_.size() > 1)
    return fail(CompositeFault::syntax, groups_.back().opened, "this bracket is not closed");
  if (error_) return std::nullopt;
  return groups_.back().finish();
}

// NOTs and opening brackets, then what stands after them.
bool Parser::read_operand() {
  while (true) {
    if (lexer_.take_if("NOT")) {
      ++groups_.back().negations;
    } else if (lexer_.peek().kind == Kind::open) {
      count_element(lexer_.peek());
      groups_.push_back({.any = {}, .all = {}, .negations = 0, .opened = lexer_.take()});
    } else {
      break;
    }
  }
  std::optional<CompositeRule> operand = read_primary();
  if (operand) groups_.back().add(std::move(*operand));
  return operand.has_value();
}

bool Parser::close_groups() {
  while (lexer_.peek().kind == Kind::close) {
    if (groups_.size() == 1) {
      fail(CompositeFault::syntax, lexer_.peek(), "this bracket was never opened");
      return false;
    }
    count_element(lexer_.take());
    CompositeRule inner = groups_.back().finish();
    groups_.pop_back();
    groups_.back().add(std::move(inner));
  }
  return true;
}

std::optional<CompositeRule> Parser::read_primary() {
  const RuleToken& token = lexer_.peek();
  for (const bool value : {true, false}) {
    if (!is_any_case(token, value ? "true" : "false")) continue;
    count_element(lexer_.take());
    return CompositeRule{CompositeRule::Constant{value}};
  }
  if (lexer_.take_if("AT_LEAST")) return read_at_least();
  const auto state = find_function(token);
  if (!state) return expected("ALARM(name), OK(name), INSUFFICIENT_DATA(name), AT_LEAST, NOT or (");
  lexer_.take();
  if (!take(Kind::open, "( and a name")) return std::nullopt;
  std::optional<ChildReference> child = read_reference();
  if (!child || !take(Kind::close, ")")) return std::nullopt;
  return CompositeRule{CompositeRule::StateIs{*state, std::move(*child)}};
}

std::optional<CompositeRule> Parser::read_at_least() {
  CompositeRule::AtLeast rule;
  if (!take(Kind::open, "(")) return std::nullopt;
  const RuleToken threshold = lexer_.peek();
  if (!read_threshold(rule) || !take(Kind::comma, "a comma")) return std::nullopt;
  rule.negated = lexer_.take_if("NOT");
  const auto state = find_function(lexer_.peek());
  if (!state) return expected("ALARM, OK or INSUFFICIENT_DATA");
  rule.state = *state;
  lexer_.take();
  if (!take(Kind::comma, "a comma and a list of alarms") || !read_children(rule) ||
      !take(Kind::close, ")"))
    return std::nullopt;
  check_threshold(rule, threshold);
  return CompositeRule{std::move(rule)};
}

// What is no number leaves a count of 0 behind, which check_threshold refuses: what follows may
// still be a mistake of syntax, which is told first.
bool Parser::read_threshold(CompositeRule::AtLeast& into) {
  const RuleToken token = lexer_.peek();
  const bool numeric = token.kind == Kind::bare && is_digit(token.text[0]);
  const bool other = token.kind == Kind::bare || token.kind == Kind::quoted;
  if (other && !find_function(token) && !token.is_word("NOT")) lexer_.take();
  into.count = 0;
  if (numeric) return read_number(token, into);
  if (lexer_.peek().kind == Kind::comma) return true;
  fail(CompositeFault::at_least_threshold, token, "AT_LEAST needs a number first",
       "AT_LEAST(2, ALARM, (a, b, c)), or a percentage: 60%");
  return false;
}

bool Parser::read_number(const RuleToken& token, CompositeRule::AtLeast& into) {
  std::string_view digits = token.text;
  into.percent = digits.back() == '%';
  if (into.percent) digits.remove_suffix(1);
  const char* const end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, into.count).ptr == end) return true;
  fail(CompositeFault::syntax, token, "a threshold is a whole number or a percentage");
  return false;
}

void Parser::check_threshold(const CompositeRule::AtLeast& rule, const RuleToken& threshold) {
  const int most = rule.percent ? 100 : static_cast<int>(rule.children.size());
  if (rule.count >= 1 && rule.count <= most) return;
  fail(CompositeFault::at_least_threshold, threshold,
       "the threshold of AT_LEAST must be a number from 1 to " + std::to_string(most) +
           (rule.percent ? "%" : ""),
       rule.percent ? "" : "as many alarms are listed; or a percentage: 60%");
}

bool Parser::read_children(CompositeRule::AtLeast& into) {
  if (!take(Kind::open, "a list of alarms in brackets")) return false;
  do {
    std::optional<ChildReference> child = read_reference();
    if (!child) return false;
    into.children.push_back(std::move(*child));
  } while (lexer_.take_if(Kind::comma));
  return take(Kind::close, "a comma or )");
}

std::optional<ChildReference> Parser::read_reference() {
  const RuleToken& token = lexer_.peek();
  if (token.kind == Kind::quoted && token.text.empty())
    return fail(CompositeFault::syntax, token, "a name must not be empty");
  if (token.kind != Kind::bare && token.kind != Kind::quoted)
    return expected("the name of an alarm");
  count_element(token);
  RuleToken taken = lexer_.take();
  std::string name{alarm_name_of(taken.text)};
  return ChildReference{std::move(taken.text), std::move(name), taken.offset, taken.length};
}

}  // namespace

std::variant<ParsedComposite, CompositeError> parse_composite_syntax(std::string_view text) {
  Parser parser(text);
  std::optional<CompositeRule> rule = parser.parse();
  if (!rule) return *parser.error();
  return ParsedComposite{*std::move(rule), parser.excess()};
}

}  // namespace tocsin
