// SPDX-License-Identifier: Apache-2.0
// Validates a filter policy and makes it what FilterPolicy matches by.
#pragma once
#include <cstddef>
#include <string>

#include "rules/message/filter_policy.hpp"

namespace tocsin {

class FilterPolicyCompiler {
 public:
  FilterPolicyCompiler(FilterScope scope, Diagnostics& out) : scope_(scope), out_(out) {}
  FilterPolicy compile(const ConfigNode& policy);

 private:
  using Group = FilterPolicy::Group;
  // A level of the policy: what its names stand behind, how deep it is (from 1).
  struct Level {
    std::string prefix;
    std::size_t depth = 1;
  };

  // They return the number of combinations so far, `combinations` those before them.
  std::size_t read_group(const ConfigNode& map, const Level& level, std::size_t combinations,
                         Group& into);
  std::size_t read_choices(const ConfigNode& list, const Level& level, std::size_t combinations,
                           Group& into);
  void read_rules(const ConfigNode& list, const std::string& path, Group& into);
  void report_nested(const ConfigNode& key, const ConfigNode& value);

  FilterScope scope_;
  Diagnostics& out_;
};

}  // namespace tocsin
