// SPDX-License-Identifier: Apache-2.0
// Tells quickly that no JSON pattern of a log group can match an event, so that it need not be
// parsed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/pattern/ast.hpp"
#include "rules/pattern/event_view.hpp"

namespace tocsin {

// Immutable, any thread.
class Prefilter {
 public:
  // Of no pattern: nothing is a candidate.
  explicit Prefilter(const std::vector<const ast::Json*>& patterns);

  // false: none of the patterns matches `event`. true says nothing.
  bool is_candidate(EventView& event) const;

 private:
  void build_table();
  bool has_literal(std::string_view text) const;

  bool no_patterns_ = true;
  bool always_ = false;  // some pattern requires nothing
  std::vector<std::string> literals_;
  // Search for all literals at once: three bytes at the end of a window as long as the shortest
  // literal tell how far the window may move without missing one. 0: some literal may stand in it;
  // those are found in ends_ by the same hash.
  std::size_t window_ = 0;
  std::vector<std::uint8_t> shift_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends_;  // (hash, literal), sorted
};

}  // namespace tocsin
