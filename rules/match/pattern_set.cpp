// SPDX-License-Identifier: Apache-2.0
#include "rules/match/pattern_set.hpp"

#include <algorithm>
#include <utility>

#include "rules/pattern/parser.hpp"
#include "tocsin/result.hpp"

namespace tocsin {
namespace {

ast::Selector selector_of(const std::string& reference) {
  std::optional<ast::Selector> selector = parse_reference(reference);
  TOCSIN_ASSERT(selector.has_value());  // Pattern::can_resolve() was asked before
  return std::move(*selector);
}

}  // namespace

// Patterns by family; the common selectors come first among the references.
struct PatternSet::Families {
  std::vector<Place> places;
  std::vector<std::uint32_t> match_all, json_numbers, terms_numbers, delimited_numbers;
  std::vector<const ast::Json*> json;
  std::vector<ast::Selector> references;
  std::vector<const ast::Terms*> terms;
  std::vector<const ast::Delimited*> delimited;
};

PatternSet::Families PatternSet::sort(const std::vector<Wanted>& patterns,
                                      const std::vector<std::string>& common) {
  Families by;
  for (const std::string& reference : common) by.references.push_back(selector_of(reference));
  for (std::uint32_t i = 0; i < patterns.size(); ++i) {
    Place place{patterns[i].pattern->family(), by.references.size(), 0};
    const auto add = [&](const auto& tree, auto& trees, std::vector<std::uint32_t>& numbers) {
      place.number = trees.size();
      trees.push_back(&tree);
      numbers.push_back(i);
    };
    std::visit(
        Overloaded{[&](const ast::MatchAll&) { by.match_all.push_back(i); },
                   [&](const ast::Json& t) { add(t, by.json, by.json_numbers); },
                   [&](const ast::Terms& t) { add(t, by.terms, by.terms_numbers); },
                   [&](const ast::Delimited& t) { add(t, by.delimited, by.delimited_numbers); }},
        patterns[i].pattern->tree());
    if (place.family == Pattern::Family::json)
      for (const std::string& reference : patterns[i].references)
        by.references.push_back(selector_of(reference));
    by.places.push_back(place);
  }
  return by;
}

PatternSet::PatternSet(std::vector<Wanted> patterns, std::vector<std::string> common,
                       std::size_t many_values)
    : PatternSet(patterns, common, sort(patterns, common), many_values) {}

PatternSet::PatternSet(std::vector<Wanted> patterns, std::vector<std::string> common, Families by,
                       std::size_t many_values)
    : patterns_(std::move(patterns)),
      common_(std::move(common)),
      places_(std::move(by.places)),
      match_all_(std::move(by.match_all)),
      json_numbers_(std::move(by.json_numbers)),
      terms_numbers_(std::move(by.terms_numbers)),
      delimited_numbers_(std::move(by.delimited_numbers)),
      json_(std::move(by.json), std::move(by.references)),
      terms_(std::move(by.terms)),
      delimited_(std::move(by.delimited)),
      candidates_(find_candidates(many_values)) {}

std::optional<LiteralScan> PatternSet::find_candidates(std::size_t many_values) const {
  std::vector<RequiredLiteral> literals;
  for (const Wanted& wanted : patterns_) {
    std::optional<std::vector<RequiredLiteral>> required =
        required_literals(wanted.pattern->tree());
    if (!required) return std::nullopt;
    std::move(required->begin(), required->end(), std::back_inserter(literals));
  }
  return LiteralScan(member_literals(std::move(literals), many_values), !json_numbers_.empty());
}

bool PatternSet::is_made_of(const std::vector<Wanted>& patterns,
                            const std::vector<std::string>& common) const {
  const auto is_same = [](const Wanted& a, const Wanted& b) {
    return a.references == b.references &&
           (a.pattern == b.pattern || a.pattern->to_string() == b.pattern->to_string());
  };
  return common == common_ &&
         std::equal(patterns.begin(), patterns.end(), patterns_.begin(), patterns_.end(), is_same);
}

void PatternSet::match(std::string_view message, Scratch& scratch,
                       std::vector<std::uint32_t>& matched) const {
  matched = match_all_;
  scratch.message = message;
  scratch.has_json = false;
  const auto take = [&](const std::vector<std::uint32_t>& numbers) {
    for (const std::uint32_t number : scratch.found) matched.push_back(numbers[number]);
    scratch.found.clear();
  };
  if (!json_numbers_.empty()) {
    scratch.has_json = true;
    json_.match(message, scratch.json, scratch.found);
    take(json_numbers_);
  }
  if (!terms_numbers_.empty()) {
    terms_.match(message, scratch.terms, scratch.found);
    take(terms_numbers_);
  }
  if (!delimited_numbers_.empty()) {
    delimited_.match(message, scratch.delimited, scratch.found);
    take(delimited_numbers_);
  }
  // Each family's are ascending by themselves.
  if (!std::is_sorted(matched.begin(), matched.end())) std::sort(matched.begin(), matched.end());
}

std::optional<std::string_view> PatternSet::reference(std::size_t pattern, std::size_t number,
                                                      Scratch& scratch) const {
  const Place& place = places_[pattern];
  if (place.family == Pattern::Family::json)
    return json_.reference(place.first_reference + number, scratch.json);
  if (place.family == Pattern::Family::delimited)
    return delimited_.reference(place.number, patterns_[pattern].references[number],
                                scratch.delimited);
  return std::nullopt;
}

std::optional<std::string_view> PatternSet::common(std::size_t number, Scratch& scratch) const {
  if (!scratch.has_json) {
    scratch.has_json = true;
    json_.match(scratch.message, scratch.json, scratch.found);
    scratch.found.clear();
  }
  return json_.reference(number, scratch.json);
}

}  // namespace tocsin
