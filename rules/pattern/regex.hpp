// SPDX-License-Identifier: Apache-2.0
// A compiled %regex% of spec/filter-patterns.md 3.4: an unanchored search whose answer and time do
// not depend on the subject's malice. Immutable, any thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "rules/pattern/pattern_error.hpp"
#include "rules/pattern/regex_automaton.hpp"

namespace tocsin {

class Regex {
 public:
  // `body` is what stands between the % signs. PatternError::column counts from its first byte.
  static std::variant<std::shared_ptr<const Regex>, PatternError> compile(std::string_view body);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  bool search(std::string_view subject) const;

 private:
  struct Engine;
  explicit Regex(const RegexSyntax& syntax);

  RegexAutomaton automaton_;
  std::unique_ptr<Engine>
      engine_;  // without one (PCRE2 refused or had no memory) the automaton does all
};

}  // namespace tocsin
