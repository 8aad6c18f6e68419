// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/pattern.hpp"

#include <algorithm>
#include <limits>

#include "rules/pattern/characters.hpp"
#include "rules/pattern/evaluate.hpp"
#include "rules/pattern/parser.hpp"
#include "rules/pattern/print.hpp"
#include "rules/pattern/selector.hpp"

namespace tocsin {
namespace {

// "$3" -> 3; 0: it is no position.
std::size_t field_position(std::string_view reference) {
  if (reference.size() < 2 || reference.front() != '$') return 0;
  reference.remove_prefix(1);
  if (!std::all_of(reference.begin(), reference.end(), is_digit)) return 0;
  std::size_t position = 0;
  for (const char c : reference) {
    if (position > std::numeric_limits<std::size_t>::max() / 100) return 0;
    position = position * 10 + static_cast<std::size_t>(c - '0');
  }
  return position;
}

bool declares(const ast::Delimited& pattern, std::string_view reference) {
  if (reference.size() < 2 || reference.front() != '$') return false;
  const auto is_named = [&](const ast::Entry& entry) { return entry.name == reference.substr(1); };
  return std::any_of(pattern.before.begin(), pattern.before.end(), is_named) ||
         std::any_of(pattern.after.begin(), pattern.after.end(), is_named);
}

bool can_resolve_field(const ast::Delimited& pattern, std::string_view reference) {
  const std::size_t position = field_position(reference);
  if (position == 0) return declares(pattern, reference);
  return pattern.ellipsis || position <= pattern.before.size();
}

std::optional<std::string> resolve_field(const ast::Delimited& pattern, std::string_view reference,
                                         EventView& event) {
  const BoundFields bound(pattern, event);
  const std::size_t position = field_position(reference);
  if (position > 0) {
    if (position > bound.count()) return std::nullopt;
    return std::string(bound.value(position - 1));
  }
  if (!declares(pattern, reference)) return std::nullopt;
  for (std::size_t i = 0; i < bound.count(); ++i) {
    const ast::Entry* entry = bound.entry(i);
    if (entry && entry->name == reference.substr(1)) return std::string(bound.value(i));
  }
  return std::nullopt;
}

}  // namespace

std::variant<std::shared_ptr<const Pattern>, PatternError> Pattern::compile(
    std::string_view text, const PatternOptions& options) {
  std::variant<ast::Tree, PatternError> parsed = parse_pattern(text, options.quotas);
  if (auto* error = std::get_if<PatternError>(&parsed)) return std::move(*error);
  return std::shared_ptr<const Pattern>(new Pattern(std::get<ast::Tree>(std::move(parsed))));
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
  const BoundFields bound(*delimited, event);
  for (std::size_t i = 0; i < bound.count(); ++i) {
    const ast::Entry* entry = bound.entry(i);
    const bool named = entry && !entry->name.empty();
    out.emplace_back('$' + (named ? entry->name : std::to_string(i + 1)), bound.value(i));
  }
  return out;
}

bool Pattern::can_resolve(std::string_view reference) const {
  return std::visit(Overloaded{
                        [](const ast::MatchAll&) { return false; },
                        [](const ast::Terms&) { return false; },
                        [&](const ast::Json&) { return parse_selector(reference).has_value(); },
                        [&](const ast::Delimited& d) { return can_resolve_field(d, reference); },
                    },
                    tree_);
}

std::optional<std::string> Pattern::resolve(std::string_view reference, EventView& event) const {
  using Resolved = std::optional<std::string>;
  return std::visit(Overloaded{
                        [](const ast::MatchAll&) { return Resolved{}; },
                        [](const ast::Terms&) { return Resolved{}; },
                        [&](const ast::Json&) {
                          const std::optional<ast::Selector> selector = parse_selector(reference);
                          const JsonNode* root = selector ? event.json() : nullptr;
                          return root ? select_scalar(*selector, *root) : Resolved{};
                        },
                        [&](const ast::Delimited& d) { return resolve_field(d, reference, event); },
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
