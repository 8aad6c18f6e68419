// SPDX-License-Identifier: Apache-2.0
// What CloudWatch would refuse of rules that Tocsin accepts. Patterns are checked where they are
// compiled.
#include <map>

#include "rules/ruleset/checks.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kFiltersPerGroupMax = 100;
constexpr std::size_t kDimensionsMax = 3;
constexpr std::size_t kValueCharactersMax = 100;

void warn(Diagnostics& out, const ConfigNode& at, std::string text) {
  out.warning("strict-aws", at.where, "CloudWatch would refuse " + std::move(text), {},
              caret_length(at));
}

}  // namespace

void check_strict_aws(const Draft& draft, Diagnostics& out) {
  std::map<std::string, std::size_t> filters_of_group;
  for (const FilterDraft& f : draft.filters) {
    const ConfigNode& node = *f.node;
    if (f.filter.dimensions.size() > kDimensionsMax)
      warn(out, node_at(node, {f.short_form ? "group_by" : "metric", "dimensions"}),
           "more than 3 dimensions");
    if (f.filter.default_value && !f.filter.dimensions.empty())
      warn(out, node_at(node, {"metric", "default"}), "a default together with dimensions");
    if (f.filter.value.size() > kValueCharactersMax)
      warn(out, node_at(node, {f.short_form ? "alarm" : "metric", "value"}),
           "a value of over 100 characters");
    if (++filters_of_group[f.filter.log_group] == kFiltersPerGroupMax + 1)
      warn(out, node_at(node, {"name"}),
           "more than 100 metric filters in log group \"" + f.filter.log_group + "\"");
  }
}

}  // namespace tocsin
