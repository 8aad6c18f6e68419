// SPDX-License-Identifier: Apache-2.0
// A compiled %regex% of spec/filter-patterns.md 3.4: an unanchored search whose answer and time do
// not depend on the subject's malice. Immutable, any thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "rules/pattern/pattern_error.hpp"
#include "rules/pattern/regex_automaton.hpp"

namespace tocsin {

// Memory of one thread's searches, for any regex.
class RegexScratch {
 public:
  RegexScratch();
  ~RegexScratch();
  RegexScratch(RegexScratch&&) noexcept;
  RegexScratch& operator=(RegexScratch&&) noexcept;

  // Searches that met a limit (a subject of over 4 KiB, too much backtracking) and were decided by
  // the automaton: the same answer, later.
  std::uint64_t limits_reached() const { return limits_reached_; }

 private:
  friend class Regex;
  struct State;
  std::unique_ptr<State> state_;
  std::uint64_t limits_reached_ = 0;
};

class Regex {
 public:
  // `body` is what stands between the % signs. PatternError::column counts from its first byte.
  static std::variant<std::shared_ptr<const Regex>, PatternError> compile(std::string_view body);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  bool search(std::string_view subject, RegexScratch& scratch) const;
  // With memory of its own.
  bool search(std::string_view subject) const;

 private:
  struct Engine;
  explicit Regex(const RegexSyntax& syntax);

  RegexAutomaton automaton_;
  std::unique_ptr<Engine>
      engine_;  // without one (PCRE2 refused or had no memory) the automaton does all
};

}  // namespace tocsin
