// SPDX-License-Identifier: Apache-2.0
// What the engine has to do with `storm_control`: each message says its alarm's, and the noise gate
// of the channels goes by it.
#include "support/catch.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {
namespace {

Alarm stormy(const std::string& name, MessageRate storm) {
  Alarm a = count_alarm(name, 1, minutes{1});
  a.storm = storm;
  return a;
}

RuleSet noisy_and_calm(MessageRate storm) {
  return rules_with({filter_named("noisy"), filter_named("calm")},
                    {stormy("noisy", storm), count_alarm("calm", 1, minutes{1})});
}

// "alarm STATE at most N in S s" of the messages since the last call.
Lines limits_told(World& w) {
  Lines lines;
  for (const Notification& n : std::exchange(w.out, {}).notifications)
    lines.push_back(n.transition.alarm + " " + std::string(to_string(n.transition.to)) +
                    " at most " + std::to_string(n.storm.messages) + " in " +
                    std::to_string(n.storm.per.count() / 1000) + " s");
  return lines;
}

}  // namespace

TEST_CASE("every message of an alarm says its storm_control, also after a restart and a reload") {
  World w(noisy_and_calm({2, seconds{30}}));
  w.out = {};
  w.event(seconds{1}, 0);
  w.event(seconds{2}, 1);
  CHECK(limits_told(w) == Lines{"noisy ALARM at most 2 in 30 s", "calm ALARM at most 0 in 0 s"});

  w.restart(seconds{10});
  w.out = {};
  w.quiet_until(minutes{3});
  CHECK(limits_told(w) == Lines{"noisy OK at most 2 in 30 s", "calm OK at most 0 in 0 s"});

  w.reload(noisy_and_calm({5, minutes{10}}), minutes{4});
  CHECK(limits_told(w).empty());
  w.event(minutes{5}, 0);
  CHECK(limits_told(w) == Lines{"noisy ALARM at most 5 in 600 s"});
}

}  // namespace tocsin
