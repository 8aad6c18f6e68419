// SPDX-License-Identifier: Apache-2.0
// The compiled engine and the plain evaluation on the same patterns and events.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/match/pattern_set.hpp"

namespace tocsin::fuzz {

using PatternPtr = std::shared_ptr<const Pattern>;
// nullptr: refused.
PatternPtr compile(const std::string& text, bool quotas = false);

// What a pattern makes of an event: whether it matches, and what its references select.
struct Answer {
  bool matches = false;
  std::vector<std::optional<std::string>> references;
  bool operator==(const Answer&) const = default;
};

struct Case {
  std::vector<PatternSet::Wanted> patterns;
  std::vector<std::vector<std::string>> parts;  // of each pattern
  std::vector<std::string> common;
  std::vector<std::string> events;
  bool as_slices = false;
  std::size_t many_values = kManyValues;  // 0: whatever has a name is looked for by it
};

// By event, by pattern.
using Answers = std::vector<std::vector<Answer>>;
// All events as one block, its candidates found first, as a log group does.
Answers engine_answers(const Case& c, PatternSet::Scratch& scratch);

class Oracle {
 public:
  Answer answer(const PatternSet::Wanted& wanted, const std::string& event) {
    if (!at_ || *at_ != event) {
      at_ = event;
      view_.reset(*at_);
    }
    Answer out{wanted.pattern->matches(view_), {}};
    if (!out.matches) return out;
    for (const std::string& reference : wanted.references)
      out.references.push_back(wanted.pattern->resolve(reference, view_));
    return out;
  }

 private:
  JsonReader reader_;
  EventView view_{reader_};
  std::optional<std::string> at_;
};

// Prints the smallest case found in which the two still differ.
void print_difference(const Case& found);

}  // namespace tocsin::fuzz
