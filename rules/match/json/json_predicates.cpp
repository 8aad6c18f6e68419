// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/json_predicates.hpp"

#include <algorithm>
#include <utility>

#include "rules/pattern/evaluate.hpp"

namespace tocsin {
namespace {

bool is_any_text(const ast::Literal& literal) {
  const auto* text = std::get_if<ast::TextLiteral>(&literal);
  return text != nullptr && (text->open_start || text->open_end) && text->core.empty();
}

JsonPredicates::Rarity rarity_of(const ast::PropertyTest& test) {
  using Rarity = JsonPredicates::Rarity;
  if (SlotTriggers::kind(test) == SlotTriggers::Kind::none) return Rarity::any_text;
  return std::visit(Overloaded{
                        [](const ast::NumberLiteral&) { return Rarity::ordering; },
                        [](const ast::TextLiteral&) { return Rarity::text; },
                        [](const ast::RegexLiteral&) { return Rarity::regex; },
                    },
                    test.literal);
}

// Tells literals apart, as far as they mean different things.
std::string key_of(const ast::Literal& literal) {
  return std::visit(Overloaded{
                        [](const ast::NumberLiteral& number) { return "n" + number.text; },
                        [](const ast::TextLiteral& text) {
                          return std::string(text.open_start ? "*" : "t") +
                                 (text.open_end ? "*" : "t") + text.core;
                        },
                        [](const ast::RegexLiteral& regex) { return "%" + regex.body; },
                    },
                    literal);
}

// Of parts that may hold any byte.
void append_part(std::string& key, const std::string& part) {
  key += std::to_string(part.size()) + ':' + part;
}

}  // namespace

bool JsonPredicates::is_plain_equality(const ast::PropertyTest& test) {
  if (test.op != ast::Operator::equal) return false;
  if (const auto* text = std::get_if<ast::TextLiteral>(&test.literal))
    return !text->open_start && !text->open_end;
  return std::holds_alternative<ast::NumberLiteral>(test.literal);
}

JsonPredicates::Id JsonPredicates::find_or_add(std::string key, Predicate predicate, bool& added) {
  const auto [at, is_new] = building_.emplace(std::move(key), static_cast<Id>(predicates_.size()));
  if (is_new) predicates_.push_back(predicate);
  added = is_new;
  return at->second;
}

JsonPredicates::Id JsonPredicates::add(const ast::PropertyTest& test, std::uint32_t slot) {
  if (is_plain_equality(test)) {
    const ast::Literal* literal = &test.literal;
    return add_any_of({&literal, 1}, slot);
  }
  if (test.op == ast::Operator::equal && is_any_text(test.literal)) return add_any_text(slot);
  std::string key = std::to_string(slot) + '/' + std::to_string(static_cast<int>(test.op));
  bool added = false;
  return find_or_add(key + key_of(test.literal), {slot, rarity_of(test), Index::none, &test},
                     added);
}

JsonPredicates::Id JsonPredicates::add_any_of(std::span<const ast::Literal* const> literals,
                                              std::uint32_t slot) {
  std::vector<std::string> members;
  for (const ast::Literal* literal : literals) members.push_back(key_of(*literal));
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  std::string key = std::to_string(slot) + '=';
  for (const std::string& member : members) append_part(key, member);
  bool added = false;
  const Id id = find_or_add(std::move(key), {slot, Rarity::equality, Index::exact, nullptr}, added);
  if (!added) return id;
  for (const ast::Literal* literal : literals) {
    if (const auto* number = std::get_if<ast::NumberLiteral>(literal))
      equal_.add_number(slot, number->text, id);
    else
      equal_.add_text(slot, std::get<ast::TextLiteral>(*literal).core, id);
  }
  return id;
}

JsonPredicates::Slot& JsonPredicates::slot(std::uint32_t slot) {
  if (slots_.size() <= slot) slots_.resize(slot + 1);
  return slots_[slot];
}

JsonPredicates::Id JsonPredicates::add_in_passing(Id Slot::*id, Predicate predicate) {
  Id& known = slot(predicate.slot).*id;
  if (known == kNone) {
    known = static_cast<Id>(predicates_.size());
    predicates_.push_back(predicate);
  }
  return known;
}

JsonPredicates::Id JsonPredicates::add_any_text(std::uint32_t slot) {
  return add_in_passing(&Slot::any_text, {slot, Rarity::any_text, Index::exact, nullptr});
}

JsonPredicates::Id JsonPredicates::add(ast::State state, std::uint32_t slot) {
  const Predicate in_state{slot, Rarity::state, Index::exact, nullptr};
  switch (state) {
    case ast::State::is_null:
      return add_in_passing(&Slot::is_null, in_state);
    case ast::State::is_true:
      return add_in_passing(&Slot::is_true, in_state);
    case ast::State::is_false:
      return add_in_passing(&Slot::is_false, in_state);
    case ast::State::not_exists:
      break;
  }
  return add_in_passing(&Slot::not_exists, {slot, Rarity::absence, Index::none, nullptr});
}

JsonPredicates::Rarity JsonPredicates::rarity(Id id) const { return predicates_[id].rarity; }

int JsonPredicates::price(Id id) const {
  const Predicate& predicate = predicates_[id];
  if (predicate.test == nullptr || predicate.index == Index::exact) return 0;
  return std::holds_alternative<ast::RegexLiteral>(predicate.test->literal) ? 2 : 1;
}

JsonPredicates::Id JsonPredicates::trigger_of(Id id) {
  Predicate& predicate = predicates_[id];
  if (predicate.index != Index::none) return id;
  predicate.index = SlotTriggers::kind(*predicate.test);
  if (predicate.index == Index::none) return add_any_text(predicate.slot);
  std::unique_ptr<SlotTriggers>& triggers = slot(predicate.slot).triggers;
  if (!triggers) triggers = std::make_unique<SlotTriggers>();
  triggers->add(*predicate.test, id);
  return id;
}

void JsonPredicates::seal(std::size_t slots) {
  slots_.resize(slots);
  for (Slot& slot : slots_)
    if (slot.triggers) slot.triggers->seal();
  building_.clear();
  equal_.seal();
}

bool JsonPredicates::judge(const Predicate& predicate, const SlotValues& values,
                           RegexScratch& regexes) {
  if (predicate.test == nullptr) return !values.has(predicate.slot);
  const ast::PropertyTest& test = *predicate.test;
  if (const auto* regex = std::get_if<ast::RegexLiteral>(&test.literal)) {
    const bool wanted = test.op == ast::Operator::equal;
    return values.any(predicate.slot, [&](const SlotValue& value) {
      return value.is_text() && regex->regex->search(value.text, regexes) == wanted;
    });
  }
  JsonNode node;
  return values.any(predicate.slot, [&](const SlotValue& value) {
    node.kind = value.kind;
    node.text = value.text;
    return holds_for(test, node);
  });
}

}  // namespace tocsin
