// SPDX-License-Identifier: Apache-2.0
// What all kinds of rule tests share when they read their keys.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {

// The keys that every kind has and nobody judges by.
inline void allow_common_keys(ConfigReader& read) {
  for (const char* key : {"kind", "name", "id", "source", "note", "confidence"}) read.allow(key);
}

// The first mistakes of a test as one line; "" if there is none.
std::string first_faults(const Diagnostics& faults);

inline constexpr std::pair<std::string_view, AlarmState> kStateNames[] = {
    {"OK", AlarmState::ok},
    {"ALARM", AlarmState::alarm},
    {"INSUFFICIENT_DATA", AlarmState::insufficient_data}};

// The element of a list of states.
std::optional<AlarmState> read_state(const ConfigNode& node, std::string_view key,
                                     Diagnostics& out);

// "is OK, not ALARM".
std::string differs(AlarmState is, AlarmState wanted);

// `expect_actions`: when (a datapoint, a time) the actions of which state are run.
using StateActions = std::vector<std::pair<int, AlarmState>>;
void read_expected_actions(ConfigReader& read, StateActions& into);
// "" or how they differ.
std::string compare_actions(const StateActions& run, const StateActions& wanted);

}  // namespace tocsin
