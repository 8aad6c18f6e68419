// SPDX-License-Identifier: Apache-2.0
// All space-delimited patterns of a log group as one: an event is split once for all of them, and
// only as far as one of them asks. spec/filter-patterns.md section 6.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/match/lines/field_triggers.hpp"
#include "rules/match/lines/field_value.hpp"
#include "rules/match/literals/literal_scan.hpp"
#include "rules/match/marks.hpp"
#include "rules/pattern/ast.hpp"
#include "rules/pattern/fields.hpp"

namespace tocsin {

// Immutable, any number of threads with a Scratch each.
class DelimitedSet {
 public:
  // Holds what was read of the last event.
  class Scratch {
   public:
    std::uint64_t regex_limits() const { return regexes.limits_reached(); }

   private:
    friend class DelimitedSet;
    std::string_view message;
    FieldSplitter splitter;
    std::vector<Field> fields;       // the first of them
    std::vector<FieldValue> values;  // by number of the place
    Marks places;                    // whose value is known
    Marks patterns;                  // that were looked at
    std::vector<std::uint32_t> triggered, literals;
    RegexScratch regexes;
  };

  // `patterns` outlive the set; a pattern's number is its index.
  explicit DelimitedSet(std::vector<const ast::Delimited*> patterns);

  // Appends the numbers of the patterns that match, ascending: exactly those that matches() of
  // rules/pattern/evaluate.hpp says.
  void match(std::string_view message, Scratch& scratch, std::vector<std::uint32_t>& matched) const;

  // $name or $N of a pattern that matched the event last given to match(), which is still at hand;
  // section 6.5. nullopt: the pattern has no such field here.
  std::optional<std::string_view> reference(std::size_t pattern, std::string_view reference,
                                            Scratch& scratch) const;

 private:
  struct Test {
    const ast::FieldTest* test = nullptr;
    std::optional<Number> number;  // of a number literal
  };
  struct Condition {
    std::uint32_t place = 0;
    ast::Expression<Test> expression;
  };
  struct Rule {
    std::vector<Condition> conditions;  // from the left
    std::size_t fields = 0;             // at least that many must be there
  };

  static FieldPlace place_of(const ast::Delimited& pattern, std::size_t entry);
  static ast::Expression<Test> compile(const ast::Expression<ast::FieldTest>& expression);
  void number_places();
  void add_rule(const ast::Delimited& pattern);
  void set_triggers();
  void note_always_split();
  static std::size_t fields_of(const FieldPlace& place);
  static bool holds(const Test& test, FieldValue& value, RegexScratch& regexes);
  bool holds(const Rule& rule, Scratch& scratch) const;
  FieldValue& value(std::uint32_t place, Scratch& scratch) const;
  static void read(const FieldPlace& place, Scratch& scratch, FieldValue& value);

  std::vector<const ast::Delimited*> patterns_;
  std::vector<Rule> rules_;                // by number of the pattern
  std::vector<FieldPlace> places_;         // that some condition asks for, ascending
  std::vector<FieldTriggers> triggers_;    // by number of the place
  std::optional<LiteralScan> inner_scan_;  // for texts within fields
  std::vector<std::vector<std::uint32_t>> inner_patterns_;  // by number of the literal
  std::vector<std::uint32_t> untriggered_;
  std::size_t always_split_ = 0;  // so many fields are asked for in every event
};

}  // namespace tocsin
