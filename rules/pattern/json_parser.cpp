// SPDX-License-Identifier: Apache-2.0
// JSON patterns, spec/filter-patterns.md section 5.
#include <limits>

#include "rules/pattern/characters.hpp"
#include "rules/pattern/parser.hpp"

namespace tocsin {
namespace {

// CloudWatch's.
constexpr int kRegexesQuota = 2;
constexpr int kWildcardsPerPatternQuota = 3;
constexpr int kWildcardsPerSelectorQuota = 1;
constexpr std::size_t kIndexMax = std::numeric_limits<std::int32_t>::max();

bool is_name(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }

bool equal_ignoring_case(std::string_view a, std::string_view upper) {
  if (a.size() != upper.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if ((a[i] >= 'a' && a[i] <= 'z' ? a[i] - 'a' + 'A' : a[i]) != upper[i]) return false;
  return true;
}

// A whole word, in any case; the position moves only if it is there.
bool take_keyword(Lexer& lexer, std::string_view upper) {
  const std::size_t begin = lexer.position();
  const std::string_view word =
      lexer.take_while([](char c) { return is_alphanumeric(c) || c == '_'; });
  if (equal_ignoring_case(word, upper)) return true;
  lexer.move_to(begin);
  return false;
}

std::optional<ast::Segment> parse_index(Lexer& lexer) {
  const std::size_t begin = lexer.position();
  std::size_t index = 0;
  for (const char c : lexer.take_while(is_digit)) {
    index = index * 10 + static_cast<std::size_t>(c - '0');
    if (index > kIndexMax) return lexer.fail(lexer.since(begin), "this array index is too large");
  }
  if (lexer.position() == begin)
    return lexer.fail({begin, 1}, "expected an index, * or a quoted name in [ ]",
                      "for example $.list[0], $.list[*] or $.['a.b']");
  return ast::Element{index};
}

std::optional<ast::Segment> parse_quoted_name(Lexer& lexer) {
  const std::size_t begin = lexer.position();
  const char quote = lexer.peek();
  lexer.move_to(begin + 1);
  const std::string_view name = lexer.take_while([&](char c) { return c != quote; });
  if (lexer.at_end()) return lexer.fail(lexer.since(begin), "this property name is not closed");
  lexer.move_to(lexer.position() + 1);
  if (name.empty()) return lexer.fail(lexer.since(begin), "the property name is empty");
  return ast::Member{std::string(name)};
}

// Behind the opening bracket.
std::optional<ast::Segment> parse_bracketed(Lexer& lexer) {
  std::optional<ast::Segment> segment;
  if (lexer.take("*"))
    segment = ast::EveryChild{true};
  else if (lexer.peek() == '\'' || lexer.peek() == '"')
    segment = parse_quoted_name(lexer);
  else
    segment = parse_index(lexer);
  if (segment && !lexer.take("]")) return lexer.fail({lexer.position(), 1}, "expected ']'");
  return segment;
}

// Behind the period.
std::optional<ast::Segment> parse_name(Lexer& lexer) {
  if (lexer.take("*")) return ast::EveryChild{false};
  const std::string_view name = lexer.take_while(is_name);
  if (name.empty())
    return lexer.fail({lexer.position(), 1}, "expected a property name after '.'",
                      "names with other characters than letters, digits, _ and - are written "
                      "$.['name']");
  return ast::Member{std::string(name)};
}

class JsonParser {
 public:
  JsonParser(Lexer& lexer, bool quotas)
      : lexer_(lexer),
        quotas_(quotas),
        regexes_(quotas, kRegexesQuota, kRegexesMax, "regular expression", "pattern"),
        wildcards_(quotas, kWildcardsPerPatternQuota, kWildcardsPerPatternMax, "wildcard selector",
                   "pattern") {}

  std::optional<ast::Json> parse() {
    lexer_.take("{");
    lexer_.skip_white();
    if (lexer_.peek() == '}')
      return lexer_.fail({lexer_.position(), 1}, "a JSON pattern needs a condition",
                         "for example { $.eventName = \"ConsoleLogin\" }");
    std::optional<Expression> expression = any_of();
    if (!expression) return std::nullopt;
    if (!lexer_.take("}")) return fail_operator();
    return ast::Json{std::move(*expression)};
  }

 private:
  using Expression = ast::Expression<ast::JsonCondition>;

  std::optional<Expression> any_of() {
    return parse_any_of<ast::JsonCondition>(lexer_, [this] { return primary(); });
  }

  std::optional<Expression> primary() {
    const std::size_t begin = lexer_.position();
    if (lexer_.take("!") || take_keyword(lexer_, "NOT"))
      return lexer_.fail(
          lexer_.since(begin), "there is no NOT ( )",
          "write the contrary of each condition, with || for && and && for ||; "
          "!= is false where the property is absent: add || ($.property NOT EXISTS)");
    if (!lexer_.take("(")) return condition();
    if (++depth_ > kPatternDepthMax)
      return lexer_.fail({begin, 1}, "parentheses are nested too deeply");
    std::optional<Expression> inner = any_of();
    if (!inner) return std::nullopt;
    if (!lexer_.take(")")) {
      if (lexer_.at_end() || lexer_.peek() == '}')
        return lexer_.fail({begin, 1}, "this parenthesis is not closed");
      return fail_operator();
    }
    --depth_;
    return inner;
  }

  std::optional<Expression> condition() {
    const std::size_t begin = lexer_.position();
    std::optional<ast::Selector> selector = parse_selector(lexer_, quotas_);
    if (!selector) return std::nullopt;
    int wildcards = 0;
    for (const ast::Segment& segment : selector->segments)
      wildcards += std::holds_alternative<ast::EveryChild>(segment);
    if (!wildcards_.add(lexer_, selector->where, wildcards)) return std::nullopt;
    if (is_white(lexer_.peek())) {
      lexer_.skip_white();
      const std::size_t state_begin = lexer_.position();
      if (const std::optional<ast::State> state = state_test())
        return leaf(ast::StateTest{std::move(*selector), *state, lexer_.since(begin)});
      if (fail_known_word(state_begin)) return std::nullopt;
    }
    const std::optional<ast::Operator> op = lexer_.comparison();
    if (!op) return std::nullopt;
    std::optional<ast::Literal> literal = parse_operand(lexer_, *op, regexes_);
    if (!literal) return std::nullopt;
    return leaf(
        ast::PropertyTest{std::move(*selector), *op, std::move(*literal), lexer_.since(begin)});
  }

  template <class Leaf>
  static Expression leaf(Leaf condition) {
    return Expression{ast::JsonCondition(std::move(condition))};
  }

  std::optional<ast::State> state_test() {
    const std::size_t begin = lexer_.position();
    if (take_words("IS", "NULL")) return ast::State::is_null;
    if (take_words("IS", "TRUE")) return ast::State::is_true;
    if (take_words("IS", "FALSE")) return ast::State::is_false;
    if (take_words("NOT", "EXISTS")) return ast::State::not_exists;
    lexer_.move_to(begin);
    return std::nullopt;
  }

  bool take_words(std::string_view first, std::string_view second) {
    const std::size_t begin = lexer_.position();
    if (take_keyword(lexer_, first) && is_white(lexer_.peek())) {
      lexer_.skip_white();
      if (take_keyword(lexer_, second)) return true;
    }
    lexer_.move_to(begin);
    return false;
  }

  // Words that people try after a property; true if one stood there and was refused. The places of
  // operators to come are among them: docs/decisions/0007.
  bool fail_known_word(std::size_t begin) {
    const auto refuse = [&](const char* text, const char* hint) {
      lexer_.fail(lexer_.since(begin), text, hint);
      return true;
    };
    if (take_keyword(lexer_, "IS"))
      return refuse("IS is followed by NULL, TRUE or FALSE", "there is no IS NOT");
    if (take_keyword(lexer_, "EXISTS"))
      return refuse("there is no EXISTS", "{ $.property = * } is true for every text and number");
    if (take_words("IN", "CIDR"))
      return refuse("there is no IN CIDR",
                    "addresses are texts: $.sourceIPAddress = 10.0.* is true for all that begin "
                    "with 10.0.");
    if (take_keyword(lexer_, "IN"))
      return refuse("there is no IN", "write ($.property = a) || ($.property = b)");
    if (take_words("NOT", "IN"))
      return refuse("there is no NOT IN", "write ($.property != a) && ($.property != b)");
    if (take_keyword(lexer_, "NOT")) return refuse("NOT is followed by EXISTS", "");
    for (const char* word : {"LIKE", "CONTAINS", "MATCHES"})
      if (take_keyword(lexer_, word))
        return refuse("comparisons are = != < > <= >=",
                      "$.property = \"*text*\" contains the text; = %regex% is a regular "
                      "expression");
    return false;
  }

  std::nullopt_t fail_operator() {
    const std::size_t begin = lexer_.position();
    const char* hint = "conditions are joined by && or ||";
    if (take_keyword(lexer_, "AND"))
      return lexer_.fail(lexer_.since(begin), "there is no AND", "write &&");
    if (take_keyword(lexer_, "OR"))
      return lexer_.fail(lexer_.since(begin), "there is no OR", "write ||");
    if (lexer_.peek() == '@' || lexer_.peek() == ':' || lexer_.peek() == '/' ||
        static_cast<unsigned char>(lexer_.peek()) >= 0x80)
      hint = "put values with other characters than letters, digits and _ . * - + in double quotes";
    return lexer_.fail({begin, 1}, "expected &&, || or the end of the pattern", hint);
  }

  Lexer& lexer_;
  bool quotas_;
  Quota regexes_, wildcards_;
  int depth_ = 0;
};

}  // namespace

std::optional<ast::Selector> parse_selector(Lexer& lexer, bool quotas) {
  const std::size_t begin = lexer.position();
  if (!lexer.take("$"))
    return lexer.fail({begin, 1}, "expected a property selector",
                      "selectors begin with $., for example $.eventName");
  ast::Selector selector;
  Quota wildcards(quotas, kWildcardsPerSelectorQuota, kWildcardsPerSelectorMax, "wildcard",
                  "property selector");
  while (lexer.peek() == '.' || lexer.peek() == '[') {
    const std::size_t segment_begin = lexer.position();
    const bool named = lexer.take(".") && lexer.peek() != '[';
    if (!named) lexer.take("[");
    std::optional<ast::Segment> segment = named ? parse_name(lexer) : parse_bracketed(lexer);
    if (!segment) return std::nullopt;
    const bool wild = std::holds_alternative<ast::EveryChild>(*segment);
    if (wild && !wildcards.add(lexer, lexer.since(segment_begin))) return std::nullopt;
    selector.segments.push_back(std::move(*segment));
  }
  if (selector.segments.empty())
    return lexer.fail({begin, 1}, "a selector needs at least one property",
                      "for example $.eventName");
  selector.where = lexer.since(begin);
  return selector;
}

std::optional<ast::Json> parse_json(Lexer& lexer, bool quotas) {
  return JsonParser(lexer, quotas).parse();
}

}  // namespace tocsin
