// SPDX-License-Identifier: Apache-2.0
// The selectors of `evidence: {fields, drop}`, followed while a document is walked.
// spec/filter-patterns.md 5.2.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rules/pattern/json_event.hpp"

namespace tocsin {

// Where a walk stands with respect to some selectors: which of them have matched all the way down
// from the root.
class SelectorWalk {
 public:
  // A text that is no selector selects nothing.
  explicit SelectorWalk(const std::vector<std::string>& selectors);

  // The same walk one level down, at a child of a container of kind `parent`.
  SelectorWalk into(JsonNode::Kind parent, std::string_view name, std::size_t index) const;

  bool is_selected() const;  // some selector ends here
  bool is_open() const;      // some selector ends here or below

 private:
  struct Segment {
    std::string name;
    bool any = false;
    bool indexed = false;
  };
  static std::vector<Segment> parse(std::string_view text);
  SelectorWalk() = default;

  std::vector<std::vector<Segment>> open_;  // what is still to be matched, first segment last
};

}  // namespace tocsin
