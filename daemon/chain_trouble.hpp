// SPDX-License-Identifier: Apache-2.0
// Whether the way from an input to the delivery thread works, for dead man's switches. Pure.
// docs/notifications.md.
#pragma once
#include <string>
#include <vector>

#include "rules/engine.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// A probe is sent every 5 s.
inline constexpr Duration kProbeLife = seconds{20};
// An input that showed no life for so long is stuck, and so is the daemon.
inline constexpr Duration kInputLife = seconds{60};

struct ChainSigns {
  Tick now{};
  Tick probed_at{};        // when the last probe came back through engine, store and delivery
  Tick inputs_alive_at{};  // of the input that has shown no life for the longest time
  bool store_refuses = false;
  std::vector<GroupReport> groups;
};

// What does not work, in words; empty: all does.
std::string chain_trouble(const ChainSigns& signs);

}  // namespace tocsin
