// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/pattern.hpp"

#include "rules/pattern/bound_fields.hpp"
#include "rules/pattern/evaluate.hpp"
#include "rules/pattern/parser.hpp"
#include "rules/pattern/print.hpp"
#include "rules/pattern/selector.hpp"

namespace tocsin {

std::variant<std::shared_ptr<const Pattern>, PatternError> Pattern::compile(
    std::string_view text, const PatternOptions& options) {
  std::variant<ast::Tree, PatternError> parsed = parse_pattern(text, options.quotas);
  if (auto* error = std::get_if<PatternError>(&parsed)) return std::move(*error);
  return std::shared_ptr<const Pattern>(
      new Pattern(std::get<ast::Tree>(std::move(parsed)), options));
}

Pattern::Family Pattern::family() const {
  return std::visit(Overloaded{[](const ast::MatchAll&) { return Family::match_all; },
                               [](const ast::Terms&) { return Family::terms; },
                               [](const ast::Json&) { return Family::json; },
                               [](const ast::Delimited&) { return Family::delimited; }},
                    tree_);
}

bool Pattern::matches(EventView& event) const { return tocsin::matches(tree_, event); }

std::vector<std::pair<std::string, std::string>> Pattern::extract(EventView& event) const {
  std::vector<std::pair<std::string, std::string>> out;
  const auto* delimited = std::get_if<ast::Delimited>(&tree_);
  if (!delimited) return out;
  const BoundFields bound(*delimited, event.message(), event.fields());
  for (std::size_t i = 0; i < bound.count(); ++i) {
    const ast::Entry* entry = bound.entry(i);
    const bool named = entry && !entry->name.empty();
    out.emplace_back('$' + (named ? entry->name : std::to_string(i + 1)), bound.value(i));
  }
  return out;
}

bool Pattern::can_resolve(std::string_view reference) const {
  return std::visit(
      Overloaded{
          [](const ast::MatchAll&) { return false; },
          [](const ast::Terms&) { return false; },
          [&](const ast::Json&) { return parse_reference(reference, options_.quotas).has_value(); },
          [&](const ast::Delimited& d) { return can_have_field(d, reference); },
      },
      tree_);
}

std::optional<std::string> Pattern::resolve(std::string_view reference, EventView& event) const {
  using Resolved = std::optional<std::string>;
  return std::visit(Overloaded{
                        [](const ast::MatchAll&) { return Resolved{}; },
                        [](const ast::Terms&) { return Resolved{}; },
                        [&](const ast::Json&) {
                          const std::optional<ast::Selector> selector =
                              parse_reference(reference, options_.quotas);
                          const JsonNode* root = selector ? event.json() : nullptr;
                          return root ? select_scalar(*selector, *root) : Resolved{};
                        },
                        [&](const ast::Delimited& d) {
                          const auto found =
                              BoundFields(d, event.message(), event.fields()).find(reference);
                          return found ? Resolved(*found) : Resolved();
                        },
                    },
                    tree_);
}

std::string Pattern::to_string() const { return tocsin::to_string(tree_); }

std::optional<double> sample_value(const Pattern& pattern, std::string_view metric_value,
                                   EventView& event) {
  if (metric_value.empty() || metric_value.front() != '$') return parse_number(metric_value);
  const std::optional<std::string> text = pattern.resolve(metric_value, event);
  return text ? parse_number(*text) : std::nullopt;
}

}  // namespace tocsin
