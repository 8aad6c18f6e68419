// SPDX-License-Identifier: Apache-2.0
// The daemon's core on a clock that jumps: a machine that slept, a clock that was set forward or
// back. spec/time.md section 2.
#include "daemon/core_loop.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"
#include "unit/engine/world.hpp"
#include "unit/store/open_store.hpp"

namespace tocsin {
namespace {

using Catch::Matchers::Contains;
using test::VirtualClock;

constexpr Duration kLateness = seconds{5};

// `logins`: an event within 5 minutes; `errors`: two in one minute, in one of the last 3;
// `heartbeat`: none for 10 minutes.
RuleSet rules() {
  MetricFilter errors = filter_named("errors", "m");
  RuleSet out = rules_with({filter_named("logins"), errors, filter_named("heartbeat")},
                           {count_alarm("logins", 1, minutes{5}), sum_alarm("errors", 3, 1),
                            count_alarm("heartbeat", 1, minutes{10})});
  out.alarms[1].metric_name = "m";
  out.alarms[1].treat_missing_data = MissingData::not_breaching;
  out.alarms[1].ok_topics = {"ops"};
  out.alarms[2].comparison = Comparison::less;
  out.log_groups[0].lateness = kLateness;
  return out;
}

// One log group with one file. What happens is put down first, and then runs on the core's thread,
// which is the test's.
class Machine {
 public:
  Machine() : rules_(std::make_shared<const RuleSet>(rules())) {
    StoreOptions options;
    options.durability = Durability::normal;
    store_ = open_store(dir_.path(), options);
    core_.emplace(
        *store_, clock_, queue_,
        CoreLoop::Hooks{[](auto) {}, [](const auto&) {}, [](const auto&) {},
                        [](auto) { return std::vector<CoreLoop::Notice>{}; }, [](const auto&) {}});
    std::vector<Endpoint> endpoints(1);
    endpoints[0].id = "ops/1";
    endpoints[0].label = "hook";
    REQUIRE(core_->start(rules_, {{"ops", std::move(endpoints)}}));
    look();
  }

  // Time passes while the machine is awake.
  void wait(Duration by) {
    then([by](Machine& m) { m.clock_.advance(by); });
  }
  // While it sleeps no thread runs and the monotonic clock stands still. The wall clock jumps too
  // when somebody sets it.
  void jump(Duration by) {
    then([by](Machine& m) { m.clock_.set(m.clock_.now() + by); });
  }
  // A line of that filter, written at kStart + t, is read now.
  void read(Duration t, std::uint32_t filter, bool more_unread = false) {
    then([=](Machine& m) {
      MatchBatch b;
      b.rules = m.rules_;
      b.log_group = "app";
      b.stream = b.source = "app.log";
      b.add_event(kStart + t);
      b.read_at = b.source_time = m.clock_.now();
      b.more_unread = more_unread;
      b.matches.push_back({0, 7, "a line", {}, {{filter, 1, {}}}});
      m.queue_.push_control(std::move(b));
    });
  }
  // The file has been read to its end.
  void look() {
    then([](Machine& m) {
      m.queue_.push_control(LookReport{"app", m.clock_.now(), {{"app.log", false, {}}}, {}});
    });
  }

  void run() {
    then([](Machine& m) {
      m.queue_.push_control(CoreLoop::Call([](CoreLoop& core) { core.finish(); }));
    });
    core_->run();
  }

  // "t FROM>TO" of an alarm, in the order in which it was decided.
  Lines told(const std::string& alarm) const {
    Lines out;
    auto all = store_->transitions(alarm, 1000);
    REQUIRE(all);
    std::reverse(all->begin(), all->end());
    for (const Transition& t : *all)
      if (!t.silent)
        out.push_back(std::to_string((t.at - kStart) / seconds{1}) + " " +
                      std::string(to_string(t.from)) + ">" + std::string(to_string(t.to)));
    return out;
  }
  std::string history(const std::string& alarm) const {
    std::string out;
    const auto items = store_->history({.alarm = alarm});
    REQUIRE(items);
    for (const HistoryItem& item : *items) out += item.summary + "\n";
    return out;
  }

 private:
  void then(std::function<void(Machine&)> what) {
    queue_.push_data(CoreLoop::Call([this, what = std::move(what)](CoreLoop&) { what(*this); }));
  }

  const TempDir dir_;
  VirtualClock clock_{kStart};
  std::shared_ptr<const RuleSet> rules_;
  std::unique_ptr<Store> store_;
  CoreLoop::Queue queue_{100'000};
  std::optional<CoreLoop> core_;
};

// What is written in two days: a heartbeat every 5 minutes, a login in the first and the last hour,
// errors now and then.
std::vector<std::pair<Duration, std::uint32_t>> two_days() {
  std::vector<std::pair<Duration, std::uint32_t>> out;
  for (Duration t = seconds{1}; t < hours{48}; t += minutes{5}) {
    out.emplace_back(t, 2);
    if (t < hours{1} + minutes{1} || t > hours{47}) out.emplace_back(t + seconds{1}, 0);
    if (t / minutes{5} % 30 == 7) {
      out.emplace_back(t + seconds{2}, 1);
      out.emplace_back(t + seconds{3}, 1);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("a machine that sleeps for a day loses no transition of what was written, invents none",
          "[core_loop]") {
  const auto lines = two_days();
  Machine awake, sleeper;
  Duration awake_at{}, asleep_from = hours{12}, asleep_to = hours{36};
  for (const auto& [t, filter] : lines) {
    awake.wait(t - awake_at);
    awake_at = t;
    awake.read(t, filter);
    awake.look();
  }
  Duration at{};
  for (const auto& [t, filter] : lines) {
    const bool unread = t >= asleep_from && t < asleep_to;
    if (unread && at < asleep_to) {
      sleeper.jump(asleep_to - at);
      sleeper.wait(seconds{1});  // the core is awake before anything has been looked at
      at = asleep_to + seconds{1};
    } else if (t > at) {
      sleeper.wait(t - at);
      at = t;
    }
    sleeper.read(t, filter, unread);
    if (!unread) sleeper.look();
  }
  awake.run();
  sleeper.run();
  for (const char* alarm : {"logins", "errors", "heartbeat"}) {
    INFO(alarm);
    CHECK(sleeper.told(alarm) == awake.told(alarm));
  }
  CHECK(awake.told("logins").size() == 3);
  CHECK(awake.told("errors").size() > 30);
  CHECK(awake.told("heartbeat").empty());
}

TEST_CASE("what ended while the machine slept is told with its time", "[core_loop]") {
  Machine m;
  m.wait(minutes{1});
  m.read(minutes{1}, 0);
  m.read(minutes{1}, 2);
  m.look();
  m.jump(hours{24});
  m.wait(seconds{1});
  m.look();  // nothing was written
  m.run();
  CHECK(m.told("logins") == Lines{"60 OK>ALARM", "360 ALARM>OK"});
  CHECK(m.told("heartbeat") == Lines{"660 OK>ALARM"});
}

TEST_CASE("a clock set back tells nothing twice", "[core_loop]") {
  Machine m;
  m.wait(hours{3});
  m.read(hours{3}, 0);
  m.look();
  m.jump(-hours{2});
  for (int i = 0; i < 30; ++i) {
    m.wait(minutes{5});
    m.look();
  }
  m.run();
  CHECK(m.told("logins") == Lines{"10800 OK>ALARM", "11100 ALARM>OK"});
  CHECK_THAT(m.history("logins"), Contains("The wall clock was set back"));
}

TEST_CASE("a clock that was a day ahead for a while does not make what follows late",
          "[core_loop]") {
  Machine m;
  m.wait(minutes{1});
  m.look();
  m.jump(hours{24});
  m.wait(seconds{1});
  m.look();
  m.jump(-hours{24});
  m.wait(seconds{1});
  m.look();
  m.wait(minutes{1});
  m.read(minutes{2}, 0);
  m.look();
  m.wait(minutes{6});
  m.look();
  m.run();
  CHECK(m.told("logins") == Lines{"120 OK>ALARM", "420 ALARM>OK"});
}

}  // namespace tocsin
