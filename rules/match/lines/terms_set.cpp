// SPDX-License-Identifier: Apache-2.0
#include "rules/match/lines/terms_set.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "rules/match/literals/log_sample.hpp"
#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

bool is_blank(const ast::Term& term) {
  const auto* literal = std::get_if<ast::TextLiteral>(&term.what);
  return term.role == ast::Term::Role::required && literal && trim(literal->text).empty();
}

bool matches_everything(const ast::Terms& pattern) {
  return std::all_of(pattern.terms.begin(), pattern.terms.end(), is_blank);
}

}  // namespace

class TermsSet::Compiler {
 public:
  explicit Compiler(const std::vector<const ast::Terms*>& patterns) {
    rules.resize(patterns.size());
    for (std::uint32_t i = 0; i < patterns.size(); ++i) {
      if (matches_everything(*patterns[i]))
        always.push_back(i);
      else
        add(*patterns[i], i);
    }
    triggers.resize(literals.size());
    shared_.resize(literals.size());
    for (const auto& [pattern, needs] : needs_)
      for (const Numbers& any_of : needs)
        for (const std::uint32_t literal : any_of) ++shared_[literal];
    for (const auto& [pattern, needs] : needs_) trigger(pattern, needs);
  }

  std::vector<Rule> rules;
  Numbers always, untriggered;
  std::vector<Numbers> triggers;
  std::vector<std::string> literals;

 private:
  // Of each of these lists one literal must stand in an event that the pattern matches.
  using Needs = std::vector<Numbers>;

  std::uint32_t number_of(const std::string& literal) {
    const auto next = static_cast<std::uint32_t>(literals.size());
    const auto [place, is_new] = numbers_.emplace(literal, next);
    if (is_new) literals.push_back(literal);
    return place->second;
  }

  // The literals that the term cannot do without; none: it can.
  Numbers literals_of(const ast::Term& term) {
    if (const auto* text = std::get_if<ast::TextLiteral>(&term.what))
      return {number_of(text->text)};
    const auto texts = rare_literals(std::get<ast::RegexLiteral>(term.what).body);
    Numbers found;
    if (texts)
      for (const std::string& text : *texts) found.push_back(number_of(text));
    return found;
  }

  void add(const ast::Terms& pattern, std::uint32_t number);
  void add_optional(const ast::Terms& pattern, Rule& rule, Needs& needs);
  void trigger(std::uint32_t pattern, const Needs& needs);

  std::map<std::string, std::uint32_t> numbers_;
  std::vector<std::pair<std::uint32_t, Needs>> needs_;  // by pattern
  std::vector<std::size_t> shared_;                     // by literal: how many patterns need it
};

void TermsSet::Compiler::add(const ast::Terms& pattern, std::uint32_t number) {
  Rule& rule = rules[number];
  Needs& needs = needs_.emplace_back(number, Needs{}).second;
  bool only_optional = true;
  for (const ast::Term& term : pattern.terms) {
    if (term.role == ast::Term::Role::optional) continue;
    only_optional = false;
    const bool required = term.role == ast::Term::Role::required;
    if (const auto* regex = std::get_if<ast::RegexLiteral>(&term.what))
      (required ? rule.regexes.required : rule.regexes.excluded).push_back(regex->regex.get());
    else
      (required ? rule.required : rule.excluded).push_back(literals_of(term).front());
    if (!required) continue;
    if (Numbers any_of = literals_of(term); !any_of.empty()) needs.push_back(std::move(any_of));
  }
  // Beside others optional terms do not count: spec 4.3.
  if (only_optional) add_optional(pattern, rule, needs);
}

void TermsSet::Compiler::add_optional(const ast::Terms& pattern, Rule& rule, Needs& needs) {
  rule.needs_optional = true;
  Numbers any;
  bool complete = true;
  for (const ast::Term& term : pattern.terms) {
    const Numbers any_of = literals_of(term);
    if (const auto* regex = std::get_if<ast::RegexLiteral>(&term.what))
      rule.regexes.optional.push_back(regex->regex.get());
    else
      rule.optional.push_back(any_of.front());
    complete = complete && !any_of.empty();
    any.insert(any.end(), any_of.begin(), any_of.end());
  }
  if (complete) needs.push_back(std::move(any));
}

// By the need that is shared least, of such the one with the longest literals.
void TermsSet::Compiler::trigger(std::uint32_t pattern, const Needs& needs) {
  if (needs.empty()) return untriggered.push_back(pattern);
  const auto cost = [&](const Numbers& any_of) {
    std::size_t shared = 0, shortest = literals[any_of.front()].size();
    for (const std::uint32_t literal : any_of) {
      shared += shared_[literal];
      shortest = std::min(shortest, literals[literal].size());
    }
    return std::pair(shared, std::numeric_limits<std::size_t>::max() - shortest);
  };
  const auto best =
      std::min_element(needs.begin(), needs.end(),
                       [&](const Numbers& a, const Numbers& b) { return cost(a) < cost(b); });
  for (const std::uint32_t literal : *best) triggers[literal].push_back(pattern);
}

TermsSet::TermsSet(const std::vector<const ast::Terms*>& patterns) : TermsSet(Compiler(patterns)) {}

TermsSet::TermsSet(Compiler compiled)
    : rules_(std::move(compiled.rules)),
      always_(std::move(compiled.always)),
      untriggered_(std::move(compiled.untriggered)),
      triggers_(std::move(compiled.triggers)),
      scan_(std::move(compiled.literals)) {}

bool TermsSet::holds(const Rule& rule, std::string_view message, Scratch& scratch) {
  const auto stands = [&](std::uint32_t literal) { return scratch.literals.has(literal); };
  const auto finds = [&](const Regex* regex) { return regex->search(message, scratch.regexes); };
  const auto all = [](const auto& of, const auto& is) {
    return std::all_of(of.begin(), of.end(), is);
  };
  const auto any = [](const auto& of, const auto& is) {
    return std::any_of(of.begin(), of.end(), is);
  };
  if (!all(rule.required, stands) || any(rule.excluded, stands)) return false;
  if (!all(rule.regexes.required, finds) || any(rule.regexes.excluded, finds)) return false;
  return !rule.needs_optional || any(rule.optional, stands) || any(rule.regexes.optional, finds);
}

void TermsSet::match(std::string_view message, Scratch& scratch,
                     std::vector<std::uint32_t>& matched) const {
  const std::size_t before = matched.size();
  matched.insert(matched.end(), always_.begin(), always_.end());
  scratch.found.clear();
  scan_.collect(message, scratch.found);
  scratch.literals.clear(triggers_.size());
  scratch.patterns.clear(rules_.size());
  for (const std::uint32_t literal : scratch.found) scratch.literals.add(literal);
  const auto look_at = [&](std::uint32_t pattern) {
    if (scratch.patterns.add(pattern) && holds(rules_[pattern], message, scratch))
      matched.push_back(pattern);
  };
  for (const std::uint32_t literal : scratch.found)
    for (const std::uint32_t pattern : triggers_[literal]) look_at(pattern);
  for (const std::uint32_t pattern : untriggered_) look_at(pattern);
  if (matched.size() - before > 1)
    std::sort(matched.begin() + static_cast<std::ptrdiff_t>(before), matched.end());
}

}  // namespace tocsin
