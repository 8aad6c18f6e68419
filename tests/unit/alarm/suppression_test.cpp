// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/suppression.hpp"

#include <random>

#include "support/catch.hpp"

namespace tocsin {
namespace {

Instant at(int second) { return instant_from_ms(second * 1000); }

struct Event {
  int time = 0;
  enum class What { composite, suppressor, replace } what = What::composite;
  AlarmState state = AlarmState::ok;
};

struct Script {
  int wait = 0, extension = 0;
  AlarmState composite = AlarmState::ok, suppressor = AlarmState::ok;
  std::vector<Event> events;  // in order of time
  int until = 0;
};

struct Told {
  std::vector<std::pair<int, AlarmState>> actions;
  std::vector<std::string> suppressed_by;  // after each event

  bool operator==(const Told&) const = default;
};

// spec/alarms.md 9.4 once more, second by second with timers that count down, after its table and
// sharing nothing with what it checks.
class Naive {
 public:
  explicit Naive(const Script& script) : script_(script) {}

  Told run() {
    for (int now = 0; now <= script_.until; ++now) {
      if (left_ > 0 && --left_ == 0) act(now);
      for (const Event& event : script_.events)
        if (event.time == now) apply(event, now);
    }
    return told_;
  }

 private:
  void act(int now) {
    phase_ = "";
    left_ = 0;
    told_.actions.emplace_back(now, script_.composite);
  }
  void period(const std::string& phase, int length, int now) {
    if (length == 0) return act(now);
    phase_ = phase;
    left_ = length;
  }
  void changed(int now) {
    if (script_.suppressor == AlarmState::alarm) {
      phase_ = "Alarm";
      left_ = 0;
    } else {
      period("WaitPeriod", script_.wait, now);
    }
  }
  void apply(const Event& event, int now) {
    const AlarmState suppressor_was = script_.suppressor;
    if (event.what == Event::What::composite) {
      const bool change = event.state != script_.composite;
      script_.composite = event.state;
      if (change) changed(now);
    } else {
      script_.suppressor = event.state;
      if (event.what == Event::What::replace) {
        if (phase_ != "") changed(now);
      } else if (phase_ != "" && event.state == AlarmState::alarm) {
        phase_ = "Alarm";
        left_ = 0;
      } else if (phase_ == "Alarm" && suppressor_was == AlarmState::alarm) {
        period("ExtensionPeriod", script_.extension, now);
      }
    }
    told_.suppressed_by.push_back(phase_);
  }

  Script script_;
  std::string phase_;
  int left_ = 0;
  Told told_;
};

class Run {
 public:
  explicit Run(const Script& script)
      : script_(script),
        periods_{.wait = seconds{script.wait}, .extension = seconds{script.extension}},
        suppression_(periods_, {.composite = script.composite,
                                .suppressor = script.suppressor,
                                .by = {},
                                .until = {}}) {}

  // `restart`: before each event a new object goes on from the state of the old one.
  Told run(bool restart) {
    for (const Event& event : script_.events) {
      if (restart) suppression_ = ActionSuppression(periods_, suppression_.state());
      add(apply(event));
      const auto by = suppression_.state().by;
      told_.suppressed_by.emplace_back(by ? to_string(*by) : "");
    }
    add(suppression_.advance(at(script_.until)));
    return told_;
  }

 private:
  std::vector<DueActions> apply(const Event& event) {
    switch (event.what) {
      case Event::What::composite:
        return suppression_.composite_is(event.state, at(event.time));
      case Event::What::suppressor:
        return suppression_.suppressor_is(event.state, at(event.time));
      case Event::What::replace:
        return suppression_.replace_suppressor(periods_, event.state, at(event.time));
    }
    return {};
  }
  void add(const std::vector<DueActions>& due) {
    for (const DueActions& one : due)
      told_.actions.emplace_back(static_cast<int>(to_ms(one.at) / 1000), one.state);
  }

  Script script_;
  SuppressionPeriods periods_;
  ActionSuppression suppression_;
  Told told_;
};

Script random_script(std::mt19937& random) {
  const auto state = [&] { return AlarmState(random() % 3); };
  Script script{.wait = static_cast<int>(random() % 4),
                .extension = static_cast<int>(random() % 5),
                .composite = state(),
                .suppressor = state(),
                .events = {},
                .until = 30};
  for (int time = 0; time < script.until; time += static_cast<int>(random() % 4))
    script.events.push_back({time, Event::What(random() % 12 == 0 ? 2 : random() % 2), state()});
  return script;
}

}  // namespace

TEST_CASE("random changes give the actions that the specification's table gives", "[suppression]") {
  std::mt19937 random(20261123);
  std::size_t actions = 0;
  for (int round = 0; round < 5'000; ++round) {
    const Script script = random_script(random);
    const Told wanted = Naive(script).run();
    INFO("round " << round);
    REQUIRE(Run(script).run(false) == wanted);
    REQUIRE(Run(script).run(true) == wanted);
    actions += wanted.actions.size();
  }
  CHECK(actions > 5'000);
}

TEST_CASE("a timer that nobody looked at tells its own time, not the later one", "[suppression]") {
  ActionSuppression suppression(
      {.wait = seconds{120}, .extension = seconds{60}},
      {.composite = AlarmState::ok, .suppressor = AlarmState::ok, .by = {}, .until = {}});
  CHECK(suppression.composite_is(AlarmState::alarm, at(0)).empty());
  CHECK(suppression.deadline() == at(120));
  CHECK(suppression.advance(at(119)).empty());
  const std::vector<DueActions> due = suppression.composite_is(AlarmState::ok, at(500));
  REQUIRE(due.size() == 1);
  CHECK(due[0].at == at(120));
  CHECK(due[0].state == AlarmState::alarm);
  CHECK(suppression.deadline() == at(620));
}

TEST_CASE("a suppressor that is taken away lets pending actions run at once", "[suppression]") {
  ActionSuppression suppression(
      {.wait = seconds{60}, .extension = seconds{60}},
      {.composite = AlarmState::ok, .suppressor = AlarmState::alarm, .by = {}, .until = {}});
  CHECK(suppression.composite_is(AlarmState::alarm, at(0)).empty());
  CHECK(suppression.state().by == SuppressedBy::alarm);
  CHECK_FALSE(suppression.deadline());
  const std::vector<DueActions> due = suppression.replace_suppressor({}, AlarmState::ok, at(10));
  REQUIRE(due.size() == 1);
  CHECK(due[0].state == AlarmState::alarm);
  CHECK(suppression.composite_is(AlarmState::ok, at(20)).size() == 1);
}

}  // namespace tocsin
