// SPDX-License-Identifier: Apache-2.0
// All patterns of one log group, compiled together: which events may match at all, which patterns
// match an event, and what their references select. Every answer is that of the plain evaluation
// (rules/pattern/evaluate.hpp), sooner.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/match/json/json_set.hpp"
#include "rules/match/json/member_literals.hpp"
#include "rules/match/lines/delimited_set.hpp"
#include "rules/match/lines/terms_set.hpp"
#include "rules/match/literals/literal_scan.hpp"
#include "rules/pattern/pattern.hpp"

namespace tocsin {

// Immutable, any number of threads with a Scratch each.
class PatternSet {
 public:
  struct Wanted {
    std::shared_ptr<const Pattern> pattern;
    // What is asked of an event that it matches: $.a.b, $name, $3, each one that
    // Pattern::can_resolve().
    std::vector<std::string> references;
  };
  // Memory of one thread, reused from event to event; holds what was read of the last one.
  class Scratch {
   public:
    Scratch() = default;
    // Searches by regex that met a limit since it was made; see RegexScratch.
    std::uint64_t regex_limits() const {
      return json.regex_limits() + terms.regexes.limits_reached() + delimited.regex_limits();
    }

   private:
    friend class PatternSet;
    JsonSet::Scratch json;
    TermsSet::Scratch terms;
    DelimitedSet::Scratch delimited;
    std::vector<std::uint32_t> found;
    std::string_view message;
    bool has_json = false;
  };

  // `common`: selectors whose values are asked of any matching event that is JSON. `many_values`:
  // see member_literals(); no answer depends on it.
  PatternSet(std::vector<Wanted> patterns, std::vector<std::string> common,
             std::size_t many_values = kManyValues);

  // Searches for events that may match; nullptr: every event may.
  const LiteralScan* candidates() const { return candidates_ ? &*candidates_ : nullptr; }
  bool empty() const { return patterns_.empty(); }
  // Whether one made of these would give the same answers.
  bool is_made_of(const std::vector<Wanted>& patterns,
                  const std::vector<std::string>& common) const;

  // Replaces `matched` by the numbers (indexes in `patterns`) of those that match, ascending.
  void match(std::string_view message, Scratch& scratch, std::vector<std::uint32_t>& matched) const;

  // Of the event last given to match(), which is still at hand and which `pattern` matches: what
  // Pattern::resolve() says. The text lives until the next call with this scratch.
  std::optional<std::string_view> reference(std::size_t pattern, std::size_t number,
                                            Scratch& scratch) const;
  std::optional<std::string_view> common(std::size_t number, Scratch& scratch) const;
  // Whether that event was read as JSON, so that common() costs nothing.
  bool has_common(const Scratch& scratch) const { return scratch.has_json; }

 private:
  // A pattern's number within the set of its family, and the numbers of its references there.
  struct Place {
    Pattern::Family family = Pattern::Family::match_all;
    std::size_t first_reference = 0;  // JSON
    std::size_t number = 0;
  };
  struct Families;

  PatternSet(std::vector<Wanted> patterns, std::vector<std::string> common, Families families,
             std::size_t many_values);
  static Families sort(const std::vector<Wanted>& patterns, const std::vector<std::string>& common);
  std::optional<LiteralScan> find_candidates(std::size_t many_values) const;

  std::vector<Wanted> patterns_;
  std::vector<std::string> common_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> match_all_, json_numbers_, terms_numbers_, delimited_numbers_;
  JsonSet json_;
  TermsSet terms_;
  DelimitedSet delimited_;
  std::optional<LiteralScan> candidates_;
};

}  // namespace tocsin
