// SPDX-License-Identifier: Apache-2.0
// Wildcards, regexes and bounds that one slot is compared with: a value finds those that hold
// without a look at the others.
#pragma once
#include <cstdint>
#include <vector>

#include "rules/match/json/slot_values.hpp"
#include "rules/match/lines/field_triggers.hpp"
#include "rules/pattern/ast.hpp"
#include "rules/pattern/number.hpp"

namespace tocsin {

// Built by add(), then sealed; after that immutable, any thread. The tests outlive it.
class SlotTriggers {
 public:
  // Memory of one thread.
  struct Scratch {
    std::vector<std::uint32_t> literals, found;
  };

  // What find() tells of a test that is added.
  enum class Kind {
    none,     // nothing: there is no other way than to judge each value
    literal,  // that it holds perhaps: a regex, of which a literal was seen
    exact,    // that it holds
  };
  static Kind kind(const ast::PropertyTest& test);

  // A test that is of some kind, and its number.
  void add(const ast::PropertyTest& test, std::uint32_t number);
  void seal();

  // Calls `holds` with the numbers of tests, sometimes twice. `value`: a string or number.
  template <class Holds>
  void find(const SlotValue& value, Scratch& scratch, const Holds& holds) const {
    if (!texts_.empty()) {
      scratch.found.clear();
      FieldValue text(value.text);
      texts_.find(text, scratch.literals, scratch.found);
      for (const std::uint32_t number : scratch.found) holds(number);
    }
    if (value.kind != JsonNode::Kind::number || (above_.empty() && below_.empty())) return;
    const Number number = *Number::parse(value.text);
    for (const Bound& bound : above_) {
      if (number < bound.number || (bound.open && !(bound.number < number))) break;
      holds(bound.test);
    }
    for (const Bound& bound : below_) {
      if (bound.number < number || (bound.open && !(number < bound.number))) break;
      holds(bound.test);
    }
  }

 private:
  struct Bound {
    Number number;
    bool open = false;  // the number itself is out
    std::uint32_t test = 0;
  };

  FieldTriggers texts_;
  // > and >= from the lowest up, < and <= from the highest down: true ones come first.
  std::vector<Bound> above_, below_;
};

}  // namespace tocsin
