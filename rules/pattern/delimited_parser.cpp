// SPDX-License-Identifier: Apache-2.0
// Space-delimited patterns, spec/filter-patterns.md section 6.
#include <algorithm>
#include <set>

#include "rules/pattern/characters.hpp"
#include "rules/pattern/parser.hpp"

namespace tocsin {
namespace {

constexpr int kRegexesQuota = 2;  // CloudWatch's

bool is_name(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }

class DelimitedParser {
 public:
  DelimitedParser(Lexer& lexer, bool quotas)
      : lexer_(lexer),
        regexes_(quotas, kRegexesQuota, kRegexesMax, "regular expression", "pattern") {}

  std::optional<ast::Delimited> parse() {
    lexer_.take("[");
    lexer_.skip_white();
    if (lexer_.take("]")) {
      tree_.ellipsis = true;
      return std::move(tree_);
    }
    do {
      lexer_.skip_white();
      if (!read_entry()) return std::nullopt;
      lexer_.skip_white();
    } while (lexer_.take(","));
    if (!lexer_.take("]")) return fail_separator();
    return std::move(tree_);
  }

 private:
  using Expression = ast::Expression<ast::FieldTest>;

  bool read_entry() {
    const std::size_t begin = lexer_.position();
    if (lexer_.take("...")) {
      if (tree_.ellipsis) lexer_.fail(lexer_.since(begin), "only one ... is allowed");
      return !std::exchange(tree_.ellipsis, true);
    }
    std::vector<ast::Entry>& entries = tree_.ellipsis ? tree_.after : tree_.before;
    entries.emplace_back();
    if (lexer_.peek() == ',' || lexer_.peek() == ']') return true;
    return read_field(entries.back());
  }

  bool read_field(ast::Entry& entry) {
    const std::size_t begin = lexer_.position();
    const std::optional<std::string_view> name = read_name();
    if (!name) return false;
    if (!names_.insert(std::string(*name)).second) {
      lexer_.fail(lexer_.since(begin), "the field " + std::string(*name) + " is declared twice",
                  "join conditions on one field by && or ||");
      return false;
    }
    entry.name = std::string(*name);
    lexer_.skip_white();
    if (lexer_.peek() == ',' || lexer_.peek() == ']') return true;
    lexer_.move_to(begin);
    entry.condition =
        parse_any_of<ast::FieldTest>(lexer_, [this, &entry] { return read_condition(entry.name); });
    return entry.condition.has_value();
  }

  std::optional<std::string_view> read_name() {
    const std::size_t begin = lexer_.position();
    const std::string_view name = lexer_.take_while(is_name);
    if (name.empty())
      return lexer_.fail({begin, 1}, "expected a field name",
                         lexer_.peek() == '(' ? "parentheses are not possible here"
                                              : "names are made of letters, digits, _ and -");
    if (std::all_of(name.begin(), name.end(), is_digit))
      return lexer_.fail(lexer_.since(begin), "a field name cannot be a number",
                         "fields without a name are written as nothing between two commas");
    return name;
  }

  std::optional<Expression> read_condition(const std::string& field) {
    const std::size_t begin = lexer_.position();
    const std::optional<std::string_view> name = read_name();
    if (!name) return std::nullopt;
    if (*name != field)
      return lexer_.fail(lexer_.since(begin),
                         "condition on " + std::string(*name) + " inside field " + field,
                         "put a comma between two fields");
    const std::optional<ast::Operator> op =
        lexer_.comparison("fields are separated by commas, conditions on one field by && or ||");
    if (!op) return std::nullopt;
    std::optional<ast::Literal> literal = parse_operand(lexer_, *op, regexes_);
    if (!literal) return std::nullopt;
    return Expression{ast::FieldTest{*op, std::move(*literal), lexer_.since(begin)}};
  }

  std::nullopt_t fail_separator() {
    const bool quotable = !lexer_.at_end() && !is_alphanumeric(lexer_.peek());
    return lexer_.fail({lexer_.position(), 1}, "expected ',', && or || or the closing ']'",
                       quotable ? "put values with other characters than letters, digits and "
                                  "_ . * - + in double quotes"
                                : "fields are separated by commas");
  }

  Lexer& lexer_;
  Quota regexes_;
  std::set<std::string> names_;
  ast::Delimited tree_;
};

}  // namespace

std::optional<ast::Delimited> parse_delimited(Lexer& lexer, bool quotas) {
  return DelimitedParser(lexer, quotas).parse();
}

}  // namespace tocsin
