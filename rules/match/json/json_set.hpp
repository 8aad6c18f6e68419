// SPDX-License-Identifier: Apache-2.0
// All JSON patterns of a log group as one: a single pass over an event reads only what some pattern
// or reference names. spec/filter-patterns.md section 5.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/pattern/ast.hpp"

namespace tocsin {

// Immutable, any number of threads with a Scratch each. 10,000 patterns compile within a tenth of a
// second; beside its tree a pattern takes some 100 to 250 bytes, one with a regex 800.
class JsonSet {
 public:
  // Parser memory and buffers of one thread; holds what was read of the last event.
  class Scratch {
   public:
    Scratch();
    ~Scratch();
    Scratch(Scratch&&) noexcept;
    // Since it was made; see RegexScratch.
    std::uint64_t regex_limits() const;

   private:
    friend class JsonSet;
    struct State;
    std::unique_ptr<State> state_;
  };

  // `patterns` outlive the set; a pattern's or reference's number is its index. `references`: what
  // else is wanted of matching events.
  JsonSet(std::vector<const ast::Json*> patterns, std::vector<ast::Selector> references);
  ~JsonSet();
  JsonSet(JsonSet&&) noexcept;

  // Appends the numbers of the patterns that match, ascending: exactly those that matches() of
  // rules/pattern/evaluate.hpp says.
  void match(std::string_view message, Scratch& scratch, std::vector<std::uint32_t>& matched) const;

  // Of the event that was last given to match(), which is still at hand: what select_scalar() says.
  // nullopt too if the event is no JSON.
  std::optional<std::string_view> reference(std::size_t number, Scratch& scratch) const;

 private:
  struct Plan;
  std::unique_ptr<const Plan> plan_;
};

}  // namespace tocsin
