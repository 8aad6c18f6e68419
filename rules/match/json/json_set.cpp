// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/json_set.hpp"

#include <algorithm>

#include "rules/match/json/json_extractor.hpp"
#include "rules/match/json/json_predicates.hpp"
#include "rules/match/json/json_programs.hpp"
#include "rules/match/json/json_tokens.hpp"
#include "rules/match/json/selector_trie.hpp"
#include "rules/match/json/slot_values.hpp"
#include "rules/match/marks.hpp"
#include "rules/pattern/characters.hpp"

namespace tocsin {

struct JsonSet::Plan {
  Plan(const std::vector<const ast::Json*>& patterns, const std::vector<ast::Selector>& references)
      : programs(patterns, trie, predicates), size(patterns.size()) {
    for (const ast::Selector& reference : references)
      reference_slots.push_back(trie.add(reference));
    trie.seal();
    predicates.seal(trie.slots());
  }

  SelectorTrie trie;
  JsonPredicates predicates;
  JsonPrograms programs;
  std::size_t size;
  std::vector<std::uint32_t> reference_slots;
};

struct JsonSet::Scratch::State {
  JsonTokenizer tokenizer;
  JsonTokens tokens;
  JsonExtractor extractor;
  JsonReader reader;
  SlotValues values;
  PredicateAnswers answers;
  Marks awake;  // patterns
  std::vector<std::uint32_t> candidates;
  // What is known of the event's being JSON, which is asked only where something hangs on it.
  enum class Json { no, yes, unknown } json = Json::no;

  bool is_json() {
    if (json == Json::unknown) json = extractor.is_strict_json(tokens) ? Json::yes : Json::no;
    return json == Json::yes;
  }

  // Fills `values`; false: the event is no JSON.
  bool read(std::string_view message, const SelectorTrie& trie) {
    json = Json::no;
    const std::string_view text = trim(message, " \t\r\n");
    if (text.empty() || (text.front() != '{' && text.front() != '[')) return false;
    if (!tokenizer.read(text, tokens)) return false;
    switch (extractor.extract(tokens, trie, values)) {
      case JsonExtractor::Outcome::extracted:
        json = Json::unknown;
        return true;
      case JsonExtractor::Outcome::no_json:
        return false;
      case JsonExtractor::Outcome::unsure:
        break;
    }
    const JsonNode* root = reader.read(text);
    if (root == nullptr) return false;
    json = Json::yes;
    extractor.extract(*root, trie, values);
    return true;
  }

  void find_candidates(const Plan& plan) {
    answers.begin(plan.predicates.size());
    awake.clear(plan.size);
    candidates = plan.programs.always_awake();
    plan.predicates.mark(values, answers, [&](JsonPredicates::Id predicate) {
      for (const std::uint32_t pattern : plan.programs.woken_by(predicate))
        if (awake.add(pattern)) candidates.push_back(pattern);
    });
  }
};

JsonSet::Scratch::Scratch() : state_(std::make_unique<State>()) {}
JsonSet::Scratch::~Scratch() = default;
JsonSet::Scratch::Scratch(Scratch&&) noexcept = default;
std::uint64_t JsonSet::Scratch::regex_limits() const {
  return state_->answers.regexes.limits_reached();
}

JsonSet::JsonSet(std::vector<const ast::Json*> patterns, std::vector<ast::Selector> references)
    : plan_(std::make_unique<Plan>(patterns, references)) {}
JsonSet::~JsonSet() = default;
JsonSet::JsonSet(JsonSet&&) noexcept = default;

void JsonSet::match(std::string_view message, Scratch& scratch,
                    std::vector<std::uint32_t>& matched) const {
  Scratch::State& state = *scratch.state_;
  if (!state.read(message, plan_->trie)) return;
  state.find_candidates(*plan_);
  const auto holds = [&](JsonPredicates::Id predicate) {
    return plan_->predicates.holds(predicate, state.values, state.answers);
  };
  const std::size_t before = matched.size();
  for (const std::uint32_t pattern : state.candidates)
    if (plan_->programs.run(pattern, holds)) matched.push_back(pattern);
  if (matched.size() == before) return;
  if (!state.is_json()) return matched.resize(before);
  std::sort(matched.begin() + static_cast<std::ptrdiff_t>(before), matched.end());
}

std::optional<std::string_view> JsonSet::reference(std::size_t number, Scratch& scratch) const {
  Scratch::State& state = *scratch.state_;
  if (!state.is_json()) return std::nullopt;
  std::optional<std::string_view> found;
  state.values.any(plan_->reference_slots[number], [&](const SlotValue& value) {
    if (value.is_text())
      found = value.text;
    else if (value.kind == JsonNode::Kind::boolean)
      found = value.boolean ? "true" : "false";
    return found.has_value();
  });
  return found;
}

}  // namespace tocsin
