// SPDX-License-Identifier: Apache-2.0
#include "rules/message/filter_rule.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "rules/message/address_range.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

using Kind = FilterValue::Kind;

constexpr std::ptrdiff_t kWildcardsMax = 3;

bool is_text(const ConfigNode& node) {
  return node.is_scalar() && FilterValue::of_config(node).kind == Kind::text;
}
bool is_number_node(const ConfigNode& node) {
  return node.is_scalar() && FilterValue::of_config(node).kind == Kind::number;
}

FilterRule literal(FilterValue wanted) {
  return [wanted = std::move(wanted)](const FilterValue& value) { return equal(wanted, value); };
}

// Operators on text.
using TextTest = bool (*)(std::string_view text, std::string_view operand);

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix);
}
bool ends_with(std::string_view text, std::string_view suffix) { return text.ends_with(suffix); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool matches_wildcard(std::string_view text, std::string_view pattern) {
  std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return text == pattern;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  for (;;) {
    pattern.remove_prefix(star + 1);
    star = pattern.find('*');
    if (star == std::string_view::npos) return text.ends_with(pattern);
    // The leftmost place leaves the most for the parts behind it.
    const std::size_t found = text.find(pattern.substr(0, star));
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + star);
  }
}

FilterRule text_rule(const ConfigNode& operand, TextTest test, Diagnostics& out) {
  if (!is_text(operand)) {
    report(out, "operand_type", operand, "the operand must be text",
           operand.is_scalar() ? "in quotes" : "");
    return {};
  }
  return [test, wanted = operand.scalar](const FilterValue& value) {
    return value.kind == Kind::text && test(value.text, wanted);
  };
}

FilterRule prefix_rule(const ConfigNode& operand, Diagnostics& out) {
  return text_rule(operand, starts_with, out);
}
FilterRule suffix_rule(const ConfigNode& operand, Diagnostics& out) {
  return text_rule(operand, ends_with, out);
}
FilterRule ignore_case_rule(const ConfigNode& operand, Diagnostics& out) {
  return text_rule(operand, equals_ignoring_case, out);
}
FilterRule wildcard_rule(const ConfigNode& operand, Diagnostics& out) {
  FilterRule rule = text_rule(operand, matches_wildcard, out);
  if (!rule || std::ranges::count(operand.scalar, '*') <= kWildcardsMax) return rule;
  report(out, "bad_value", operand, "a wildcard pattern has at most three `*`");
  return {};
}

FilterRule exists_rule(const ConfigNode& operand, Diagnostics& out) {
  const FilterValue wanted = operand.is_scalar() ? FilterValue::of_config(operand) : FilterValue{};
  if (wanted.kind != Kind::boolean) {
    report(out, "operand_type", operand, "`exists` must be true or false",
           operand.quoted ? "without quotes" : "");
    return {};
  }
  return [wanted = wanted.boolean](const FilterValue& value) {
    return wanted == (value.kind != Kind::absent && value.kind != Kind::null);
  };
}

FilterRule cidr_rule(const ConfigNode& operand, Diagnostics& out) {
  if (!is_text(operand)) {
    report(out, "operand_type", operand, "`cidr` must be text", "such as \"10.0.0.0/24\"");
    return {};
  }
  const auto range = AddressRange::parse(operand.scalar);
  if (!range) {
    report(out, "bad_cidr", operand, "`cidr` must be an address, one slash, and a number of bits",
           "such as \"10.0.0.0/24\"");
    return {};
  }
  return [range = *range](const FilterValue& value) {
    return value.kind == Kind::text && range.contains(value.text);
  };
}

// One half of `numeric`.
struct Bound {
  std::string_view comparison;
  double limit = 0;

  bool holds(double value) const {
    if (comparison == "=") return value == limit;
    if (comparison == "<") return value < limit;
    if (comparison == "<=") return value <= limit;
    return comparison == ">" ? value > limit : value >= limit;
  }
};

std::optional<Bound> read_bound(const ConfigNode& comparison, const ConfigNode& limit) {
  for (const std::string_view known : {"<", "<=", "=", ">", ">="})
    if (comparison.is_scalar() && comparison.scalar == known && is_number_node(limit))
      return Bound{known, FilterValue::of_config(limit).number};
  return std::nullopt;
}

// Nothing: not one of the two forms.
std::optional<std::vector<Bound>> read_bounds(const std::vector<ConfigNode>& items) {
  std::vector<Bound> bounds;
  if (items.size() != 2 && items.size() != 4) return std::nullopt;
  for (std::size_t i = 0; i < items.size(); i += 2) {
    const auto bound = read_bound(items[i], items[i + 1]);
    if (!bound) return std::nullopt;
    bounds.push_back(*bound);
  }
  if (bounds.size() == 2 &&
      (!bounds[0].comparison.starts_with('>') || !bounds[1].comparison.starts_with('<') ||
       bounds[1].limit <= bounds[0].limit))
    return std::nullopt;
  return bounds;
}

FilterRule numeric_rule(const ConfigNode& operand, Diagnostics& out) {
  auto bounds = operand.is_sequence() ? read_bounds(operand.items) : std::nullopt;
  if (!bounds) {
    report(out, "bad_numeric", operand,
           "`numeric` must be a comparison and a number, or a lower and a higher bound",
           R"([">=", 100] or [">", 0, "<=", 150])");
    return {};
  }
  return [bounds = std::move(*bounds)](const FilterValue& value) {
    return value.kind == Kind::number && std::ranges::all_of(bounds, [&](const Bound& bound) {
             return bound.holds(value.number);
           });
  };
}

FilterRule anything_but_rule(const ConfigNode& operand, Diagnostics& out);

struct Operator {
  std::string_view name;
  FilterRule (*compile)(const ConfigNode& operand, Diagnostics& out);
  bool may_be_negated = false;  // {"anything-but": {...}}
};

constexpr Operator kOperators[] = {
    {"prefix", prefix_rule, true},     {"suffix", suffix_rule, true},
    {"wildcard", wildcard_rule, true}, {"equals-ignore-case", ignore_case_rule},
    {"exists", exists_rule},           {"cidr", cidr_rule},
    {"numeric", numeric_rule},         {"anything-but", anything_but_rule},
};

const Operator* find_operator(std::string_view name) {
  const auto* found = std::ranges::find(kOperators, name, &Operator::name);
  return found == std::end(kOperators) ? nullptr : found;
}

FilterRule negated_rule(const ConfigNode& operand, Diagnostics& out) {
  const Operator* inner =
      operand.entries.size() == 1 ? find_operator(operand.entries[0].key.scalar) : nullptr;
  if (inner == nullptr || !inner->may_be_negated) {
    report(out, "anything_but_pattern", operand,
           "`anything-but` takes one of `prefix`, `suffix` and `wildcard`");
    return {};
  }
  FilterRule excluded = inner->compile(operand.entries[0].value, out);
  if (!excluded) return {};
  return [excluded = std::move(excluded)](const FilterValue& value) {
    return value.kind == Kind::text && !excluded(value);
  };
}

FilterRule anything_but_rule(const ConfigNode& operand, Diagnostics& out) {
  if (operand.is_map()) return negated_rule(operand, out);
  const std::vector<ConfigNode> items =
      operand.is_sequence() ? operand.items : std::vector<ConfigNode>{operand};
  std::vector<FilterValue> excluded;
  for (const ConfigNode& item : items)
    if (is_text(item) || is_number_node(item)) excluded.push_back(FilterValue::of_config(item));
  if (items.empty() || excluded.size() != items.size()) {
    report(out, "operand_type", operand, "`anything-but` takes texts and numbers, at least one");
    return {};
  }
  return [excluded = std::move(excluded)](const FilterValue& value) {
    return value.kind != Kind::absent && value.kind != Kind::null &&
           std::ranges::none_of(excluded, [&](const FilterValue& e) { return equal(e, value); });
  };
}

FilterRule operator_rule(const ConfigNode& rule, Diagnostics& out) {
  if (rule.entries.size() != 1) {
    report(out, "one_operator", rule, "a rule has exactly one operator",
           "several rules stand in a list, and one of them is enough");
    return {};
  }
  const auto& [name, operand] = rule.entries[0];
  if (const Operator* found = find_operator(name.scalar)) return found->compile(operand, out);
  std::vector<std::string_view> names;
  for (const Operator& known : kOperators) names.push_back(known.name);
  report(out, "unknown_operator", name, "there is no operator `" + name.scalar + "`",
         suggest(name.scalar, names));
  return {};
}

}  // namespace

bool is_filter_operator(std::string_view name) { return find_operator(name) != nullptr; }

FilterRule compile_filter_rule(const ConfigNode& rule, Diagnostics& out) {
  if (rule.is_map()) return operator_rule(rule, out);
  if (!rule.is_sequence()) return literal(FilterValue::of_config(rule));
  report(out, "bad_value", rule, "a rule is a value or an operator, not a list");
  return {};
}

}  // namespace tocsin
