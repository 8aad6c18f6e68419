// SPDX-License-Identifier: Apache-2.0
// What a filter pattern says, in plain words, and clause by clause why an event matches it or not.
// For people; the answer itself is always that of Pattern::matches.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/pattern/pattern.hpp"

namespace tocsin {

// One condition, or several that are joined. Terms and fields are clauses too.
struct Clause {
  enum class Join { none, all_of, any_of };
  Join join = Join::none;
  std::string source;              // as the pattern says it, normalised; empty for joined ones
  std::string meaning;             // a sentence without a full stop; may be empty for joined ones
  std::vector<std::string> notes;  // what people take for something else, once a pattern
  std::vector<Clause> parts;       // joined: at least one
};

// What hardly can be meant as it is written: the condition never holds, or an operator is taken for
// text.
struct PatternMistake {
  ast::Range where;  // the first of its kind
  std::string text;
  std::string hint;
};

struct Explanation {
  Pattern::Family family = Pattern::Family::match_all;
  std::string pattern;         // normalised
  std::string summary;         // one or two sentences on the family
  std::optional<Clause> root;  // none: every event matches
  // A line is looked at only if one of these stands in it; nullopt: every line is.
  std::optional<std::vector<std::string>> literals;
  std::vector<PatternMistake> mistakes;  // each stands in the notes of its clause too
};

Explanation explain(const Pattern& pattern);

// What a clause is for one event.
struct Verdict {
  bool holds = false;
  bool counts = true;          // false: a `?` term beside others, which CloudWatch ignores
  std::string why;             // with the value that was found; empty for joined ones
  std::vector<Verdict> parts;  // as the clause's; none if the event could not be judged by clauses
};

// Of the whole pattern; `holds` is what Pattern::matches says. Without clauses (the event is no
// JSON, or has too few fields) `why` tells the reason.
Verdict judge(const Pattern& pattern, EventView& event);

}  // namespace tocsin
