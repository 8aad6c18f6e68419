// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/member_literals.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "rules/match/json/json_tokens.hpp"
#include "rules/match/literals/log_sample.hpp"
#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

// Behind a name stand a colon and a string or number that one of many keys holds of, or a string
// with an escape, of which nothing is known.
class ValueCondition : public LiteralCondition {
 public:
  explicit ValueCondition(const std::vector<const RequiredLiteral*>& values) {
    for (const RequiredLiteral* value : values) keys_.add(value->value, 0);
    keys_.seal();
  }

  bool holds(std::string_view text, std::size_t end) const override {
    std::size_t at = skip_white(text, end);
    if (at == text.size() || text[at] != ':') return false;
    at = skip_white(text, at + 1);
    if (at == text.size()) return false;
    const std::string_view rest = text.substr(at);
    if (rest.front() == '"') return holds_of_string(rest.substr(1));
    if (rest.front() != '-' && !is_digit(rest.front())) return false;
    return keys_.has_key_of(rest.substr(0, rest.find_first_of(",]} \t\r\n")));
  }

 private:
  static std::size_t skip_white(std::string_view text, std::size_t at) {
    while (at < text.size() && JsonTokens::is_json_white(text[at])) ++at;
    return at;
  }

  // Without a second quote it is no JSON.
  bool holds_of_string(std::string_view text) const {
    const std::size_t close = text.find('"');
    if (close == std::string_view::npos) return false;
    const std::string_view value = text.substr(0, close);
    return keys_.has_key_of(value) || value.find('\\') != std::string_view::npos;
  }

  FieldTriggers keys_;
};

std::size_t weight(const Literal& literal) {
  constexpr std::size_t kAnywhere = 50;
  const bool quoted =
      literal.begins_value || literal.text.front() == '"' || literal.text.back() == '"';
  return quoted ? 1 : kAnywhere;
}

bool are_many(const std::vector<const RequiredLiteral*>& values, const std::string& name,
              std::size_t many) {
  std::size_t weights = 0;
  for (const RequiredLiteral* value : values) weights += weight(*value);
  return weights >= many * std::max<std::size_t>(LogSample::get().count(name), 1);
}

}  // namespace

std::vector<Literal> member_literals(std::vector<RequiredLiteral> required,
                                     std::size_t many_values) {
  std::vector<Literal> literals;
  std::map<std::string, std::vector<const RequiredLiteral*>> by_member;
  for (const RequiredLiteral& literal : required)
    if (literal.member.empty())
      literals.push_back(literal);
    else
      by_member[literal.member].push_back(&literal);
  for (const auto& [member, values] : by_member) {
    const std::string name = '"' + member + '"';
    if (are_many(values, name, many_values)) {
      literals.emplace_back(name);
      literals.back().condition = std::make_shared<const ValueCondition>(values);
    } else {
      for (const RequiredLiteral* value : values) literals.push_back(*value);
    }
  }
  std::sort(literals.begin(), literals.end());
  literals.erase(std::unique(literals.begin(), literals.end()), literals.end());
  return literals;
}

}  // namespace tocsin
