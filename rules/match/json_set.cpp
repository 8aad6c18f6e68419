// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json_set.hpp"

#include <string>

#include "rules/pattern/evaluate.hpp"
#include "rules/pattern/selector.hpp"

namespace tocsin {

struct JsonSet::Plan {
  std::vector<const ast::Json*> patterns;
  std::vector<ast::Selector> references;
};

struct JsonSet::Scratch::State {
  JsonReader reader;
  const JsonNode* root = nullptr;
  std::string text;
};

JsonSet::Scratch::Scratch() : state_(std::make_unique<State>()) {}
JsonSet::Scratch::~Scratch() = default;
JsonSet::Scratch::Scratch(Scratch&&) noexcept = default;

JsonSet::JsonSet(std::vector<const ast::Json*> patterns, std::vector<ast::Selector> references)
    : plan_(std::make_unique<Plan>(Plan{std::move(patterns), std::move(references)})) {}
JsonSet::~JsonSet() = default;
JsonSet::JsonSet(JsonSet&&) noexcept = default;

void JsonSet::match(std::string_view message, Scratch& scratch,
                    std::vector<std::uint32_t>& matched) const {
  const JsonNode* root = scratch.state_->root = scratch.state_->reader.read(message);
  if (root == nullptr) return;
  const auto holds_here = [&](const ast::JsonCondition& c) { return holds(c, *root); };
  for (std::uint32_t i = 0; i < plan_->patterns.size(); ++i)
    if (satisfied(plan_->patterns[i]->expression, holds_here)) matched.push_back(i);
}

std::optional<std::string_view> JsonSet::reference(std::size_t number, Scratch& scratch) const {
  Scratch::State& state = *scratch.state_;
  if (state.root == nullptr) return std::nullopt;
  std::optional<std::string> found = select_scalar(plan_->references[number], *state.root);
  if (!found) return std::nullopt;
  state.text = std::move(*found);
  return state.text;
}

}  // namespace tocsin
