// SPDX-License-Identifier: Apache-2.0
// The distinct conditions of all JSON patterns of a set, each judged at most once per event: by
// index where its kind has one, else when somebody asks. spec/filter-patterns.md 5.3 and 5.4.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/match/json/equality_index.hpp"
#include "rules/match/json/slot_triggers.hpp"
#include "rules/match/json/slot_values.hpp"
#include "rules/pattern/ast.hpp"

namespace tocsin {

// What is known of predicates in the present event. One thread; for any set, one after the other.
class PredicateAnswers {
 public:
  enum class Answer : std::uint8_t { unknown, no, yes, perhaps };

  void begin(std::size_t predicates) {
    if (stamps_.size() < predicates) stamps_.resize(predicates);
    if (++event_ < kEventsMax) return;
    event_ = 1;
    stamps_.assign(stamps_.size(), 0);
  }
  Answer get(std::uint32_t predicate) const {
    const std::uint32_t stamp = stamps_[predicate];
    return stamp >> 2 == event_ ? static_cast<Answer>(stamp & 3) : Answer::unknown;
  }
  void set(std::uint32_t predicate, Answer answer) {
    stamps_[predicate] = event_ << 2 | static_cast<std::uint32_t>(answer);
  }

  SlotTriggers::Scratch memory;
  RegexScratch regexes;

 private:
  static constexpr std::uint32_t kEventsMax = std::uint32_t{1} << 30;
  std::uint32_t event_ = 0;
  std::vector<std::uint32_t> stamps_;  // of the event that it was judged in, and the answer
};

// Built by add_..(), then sealed; after that immutable, any thread. The patterns' trees outlive it.
class JsonPredicates {
 public:
  using Id = std::uint32_t;
  // How good a reason to run a pattern one is, best first: how rarely it holds, how cheaply that is
  // seen. Those that no index finds, as inequalities, need some text in their slot.
  enum class Rarity { equality, state, text, regex, ordering, any_text, absence };

  // The predicate of a condition, whose selector has this slot.
  Id add(const ast::PropertyTest& test, std::uint32_t slot);
  Id add(ast::State state, std::uint32_t slot);
  // Whether one of these literals, which are without wildcards, equals a node of the slot.
  Id add_any_of(std::span<const ast::Literal* const> literals, std::uint32_t slot);
  // Whether the slot has a string or number: what every PropertyTest of it needs.
  Id add_any_text(std::uint32_t slot);
  static bool is_plain_equality(const ast::PropertyTest& test);
  Rarity rarity(Id id) const;
  // What a judgement costs where it is not known yet, by degrees.
  int price(Id id) const;
  // The predicate that mark() calls whenever this one may hold: itself if there is an index for its
  // kind, which it is then added to. Not for absence.
  Id trigger_of(Id id);
  void seal(std::size_t slots);

  std::size_t size() const { return predicates_.size(); }

  // Calls `wakes` with each indexed predicate that holds in the event, or of which a literal was
  // seen, once.
  template <class Wakes>
  void mark(const SlotValues& values, PredicateAnswers& answers, const Wakes& wakes) const {
    const auto found = [&](Id id) {
      if (answers.get(id) != PredicateAnswers::Answer::unknown) return;
      answers.set(id, predicates_[id].index == Index::literal ? PredicateAnswers::Answer::perhaps
                                                              : PredicateAnswers::Answer::yes);
      wakes(id);
    };
    const auto found_if_any = [&](Id id) {
      if (id != kNone) found(id);
    };
    for (const std::uint32_t slot : values.filled()) {
      const Slot& tests = slots_[slot];
      values.any(slot, [&](const SlotValue& value) {
        if (value.is_text()) {
          found_if_any(tests.any_text);
          equal_.find(slot, value, found);
          if (tests.triggers) tests.triggers->find(value, answers.memory, found);
        } else if (value.kind == JsonNode::Kind::null) {
          found_if_any(tests.is_null);
        } else if (value.kind == JsonNode::Kind::boolean) {
          found_if_any(value.boolean ? tests.is_true : tests.is_false);
        }
        return false;
      });
    }
  }

  // After mark().
  bool holds(Id id, const SlotValues& values, PredicateAnswers& answers) const {
    using Answer = PredicateAnswers::Answer;
    const Answer known = answers.get(id);
    if (known == Answer::yes || known == Answer::no) return known == Answer::yes;
    // What is indexed and was not found does not hold.
    if (known == Answer::unknown && predicates_[id].index != Index::none) return false;
    const bool answer = judge(predicates_[id], values, answers.regexes);
    answers.set(id, answer ? Answer::yes : Answer::no);
    return answer;
  }

 private:
  static constexpr Id kNone = static_cast<Id>(-1);
  using Index = SlotTriggers::Kind;
  struct Predicate {
    std::uint32_t slot = 0;
    Rarity rarity = Rarity::equality;
    Index index = Index::none;                // what mark() tells of it
    const ast::PropertyTest* test = nullptr;  // what it is judged by; none: absence, if not indexed
  };
  // What of a slot is seen in passing; kNone: nobody asks.
  struct Slot {
    Id any_text = kNone, is_null = kNone, is_true = kNone, is_false = kNone, not_exists = kNone;
    std::unique_ptr<SlotTriggers> triggers;
  };

  Id find_or_add(std::string key, Predicate predicate, bool& added);
  Slot& slot(std::uint32_t slot);
  Id add_in_passing(Id Slot::*id, Predicate predicate);
  static bool judge(const Predicate& predicate, const SlotValues& values, RegexScratch& regexes);

  std::vector<Predicate> predicates_;
  std::unordered_map<std::string, Id> building_;
  std::vector<Slot> slots_;
  EqualityIndex equal_;
};

}  // namespace tocsin
