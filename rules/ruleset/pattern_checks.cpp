// SPDX-License-Identifier: Apache-2.0
// Patterns that are right and hardly can be meant: spec/filter-patterns.md 4 and 5.4.
#include "rules/explain/explanation.hpp"
#include "rules/ruleset/checks.hpp"
#include "rules/ruleset/item_fields.hpp"

namespace tocsin {

void check_patterns(const Draft& draft, Diagnostics& out) {
  for (const FilterDraft& f : draft.filters) {
    if (!f.filter.pattern) continue;  // refused already
    for (const PatternMistake& mistake : explain(*f.filter.pattern).mistakes) {
      const int column = static_cast<int>(mistake.where.offset) + 1;
      out.warning("unlikely-pattern",
                  place_inside(node_at(*f.node, {"pattern"}), column, *f.document), mistake.text,
                  mistake.hint, static_cast<int>(mistake.where.length));
    }
  }
}

}  // namespace tocsin
