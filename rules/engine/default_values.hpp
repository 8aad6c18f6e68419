// SPDX-License-Identifier: Apache-2.0
// Which minutes of a log group had events, and which of its metric filters matched in them: what
// `default` values need. spec/filter-patterns.md 7.3. Published when the minute has ended; taken
// back when a late match arrives.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/effects.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class DefaultValues {
 public:
  struct Minute {
    bool published = false;
    std::set<std::string> matched;  // filters
  };

  // An event of the group at `t`; creates its minute. The reference is valid until forget().
  Minute& event(Instant t);
  void touched(Instant t);
  // End of the earliest minute that is not published yet; kNever: none.
  Instant due() const { return waiting_.empty() ? kNever : *waiting_.begin() + minutes{1}; }
  // Takes the earliest minute as published and returns its start.
  Instant publish_next();
  void published(Instant minute) { waiting_.erase(minute); }
  const Minute& at(Instant minute) const { return minutes_.at(minute); }
  void forget(Instant until);

  void collect(const std::string& group, std::vector<StateRow>& out);
  bool restore(std::int64_t hour, std::string_view row);

 private:
  std::map<Instant, Minute> minutes_;
  std::set<Instant> waiting_;
  std::set<Instant> dirty_hours_;
};

}  // namespace tocsin
