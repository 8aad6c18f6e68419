// SPDX-License-Identifier: Apache-2.0
// The distinct conditions of all JSON patterns of a set, each judged at most once per event: by
// index where its kind has one, else when somebody asks. spec/filter-patterns.md 5.3 and 5.4.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/match/equality_index.hpp"
#include "rules/match/slot_values.hpp"
#include "rules/pattern/ast.hpp"

namespace tocsin {

// What is known of predicates in the present event. One thread; for any set, one after the other.
class PredicateAnswers {
 public:
  enum class Answer { unknown, no, yes };

  void begin(std::size_t predicates) {
    if (stamps_.size() < predicates) stamps_.resize(predicates);
    if (++event_ < kEventsMax) return;
    event_ = 1;
    stamps_.assign(stamps_.size(), 0);
  }
  Answer get(std::uint32_t predicate) const {
    const std::uint32_t stamp = stamps_[predicate];
    if (stamp >> 1 != event_) return Answer::unknown;
    return (stamp & 1) != 0 ? Answer::yes : Answer::no;
  }
  void set(std::uint32_t predicate, bool holds) {
    stamps_[predicate] = event_ << 1 | static_cast<std::uint32_t>(holds);
  }

 private:
  static constexpr std::uint32_t kEventsMax = std::uint32_t{1} << 31;
  std::uint32_t event_ = 0;
  std::vector<std::uint32_t> stamps_;  // of the event that it was judged in, and the answer
};

// Built by add_..(), then sealed; after that immutable, any thread. The patterns' trees outlive it.
class JsonPredicates {
 public:
  using Id = std::uint32_t;
  // How much one costs to judge and how rarely it holds, best first: by index or in passing; with a
  // look at the value; the rest.
  enum class Cost { equality, state, text, ordering, inequality, regex, any_text, absence };

  // The predicate of a condition, whose selector has this slot.
  Id add(const ast::PropertyTest& test, std::uint32_t slot);
  Id add(ast::State state, std::uint32_t slot);
  // Whether one of these literals, which are without wildcards, equals a node of the slot.
  Id add_any_of(std::span<const ast::Literal* const> literals, std::uint32_t slot);
  // Whether the slot has a string or number: what every PropertyTest of it needs.
  Id add_any_text(std::uint32_t slot);
  static bool is_plain_equality(const ast::PropertyTest& test);
  void seal(std::size_t slots);

  std::size_t size() const { return predicates_.size(); }
  Cost cost(Id id) const { return predicates_[id].cost; }
  std::uint32_t slot(Id id) const { return predicates_[id].slot; }
  // Whether mark() finds it: then what mark() did not call does not hold.
  bool is_indexed(Id id) const { return predicates_[id].indexed; }

  // Calls `holds` with each indexed predicate that holds in the event, once.
  template <class Holds>
  void mark(const SlotValues& values, PredicateAnswers& answers, const Holds& holds) const {
    const auto found = [&](Id id) {
      if (answers.get(id) == PredicateAnswers::Answer::yes) return;
      answers.set(id, true);
      holds(id);
    };
    const auto found_if_any = [&](Id id) {
      if (id != kNone) found(id);
    };
    for (const std::uint32_t slot : values.filled()) {
      const InPassing& passing = in_passing_[slot];
      values.any(slot, [&](const SlotValue& value) {
        if (value.is_text()) {
          found_if_any(passing.any_text);
          equal_.find(slot, value, found);
        } else if (value.kind == JsonNode::Kind::null) {
          found_if_any(passing.is_null);
        } else if (value.kind == JsonNode::Kind::boolean) {
          found_if_any(value.boolean ? passing.is_true : passing.is_false);
        }
        return false;
      });
    }
  }

  // After mark().
  bool holds(Id id, const SlotValues& values, PredicateAnswers& answers) const {
    const PredicateAnswers::Answer known = answers.get(id);
    if (known != PredicateAnswers::Answer::unknown || predicates_[id].indexed)
      return known == PredicateAnswers::Answer::yes;
    const bool answer = judge(predicates_[id], values);
    answers.set(id, answer);
    return answer;
  }

 private:
  static constexpr Id kNone = static_cast<Id>(-1);
  struct Predicate {
    std::uint32_t slot = 0;
    Cost cost = Cost::equality;
    bool indexed = false;
    const ast::PropertyTest* test = nullptr;  // not indexed: none means NOT EXISTS
  };
  struct InPassing {
    Id any_text = kNone, is_null = kNone, is_true = kNone, is_false = kNone, not_exists = kNone;
  };

  Id find_or_add(std::string key, Predicate predicate, bool& added);
  InPassing& in_passing(std::uint32_t slot);
  Id add_in_passing(Id& id, Predicate predicate);
  static bool judge(const Predicate& predicate, const SlotValues& values);

  std::vector<Predicate> predicates_;
  std::unordered_map<std::string, Id> building_;
  std::vector<InPassing> in_passing_;  // by slot
  EqualityIndex equal_;
};

}  // namespace tocsin
