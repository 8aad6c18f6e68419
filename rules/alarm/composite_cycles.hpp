// SPDX-License-Identifier: Apache-2.0
// Composite alarms that, over others, look at themselves: spec/alarms.md section 9.3.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace tocsin {

// A composite alarm's name and those of its children. A child without an entry is a metric alarm.
using CompositeChildren = std::map<std::string, std::vector<std::string>, std::less<>>;

// The alarms that reach themselves, sorted. Those that only lead to a cycle are not in it. Linear
// in the number of references; any depth.
std::vector<std::string> find_cycle_members(const CompositeChildren& composites);

// The shortest way from a member of a cycle back to itself: a, b, a. Empty: it is no member.
std::vector<std::string> cycle_through(const CompositeChildren& composites,
                                       const std::string& member);

// The composites in an order in which each comes after its children. Members of cycles, and those
// that lead to them, have no place in it.
std::vector<std::string> evaluation_order(const CompositeChildren& composites);

}  // namespace tocsin
