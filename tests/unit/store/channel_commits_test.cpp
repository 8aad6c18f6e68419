// SPDX-License-Identifier: Apache-2.0
// What the core makes of outcomes: dead letters that are sent again, and what people are told of
// channels, in one commit with the outcome.
#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>

#include "daemon/core_loop.hpp"
#include "notifiers/dead_letter_copy.hpp"
#include "rules/message/notices.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"
#include "unit/engine/world.hpp"
#include "unit/store/faulty_vfs.hpp"
#include "unit/store/forked.hpp"
#include "unit/store/open_store.hpp"

namespace tocsin {
namespace {

using test::VirtualClock;
Endpoint endpoint(const std::string& id) {
  Endpoint e;
  e.id = e.label = id;
  e.takes_digests = true;
  return e;
}

// What a subscription with `redrive` gets of each of its dead letters.
std::optional<CoreLoop::Notice> copy_of(const DeliveryReport& report) {
  if (report.endpoint != "ops/a") return std::nullopt;
  return CoreLoop::Notice(dead_letter_copy(report, "{}", kStart), Target{"copies", "copies"});
}

std::vector<CoreLoop::Notice> trouble_over(Duration stood_still) {
  return {{make_trouble_over_notification("ops", RuleSet{}, kStart, stood_still),
           Target{"ops/b", "ops/b"}}};
}

// The core's thread is the test's; nobody delivers.
class Core {
 public:
  explicit Core(StoreOptions options, std::string directory = {}) {
    options.durability = Durability::normal;
    store_ = open_store(directory.empty() ? dir_.path() : directory, options);
    const auto deliver = [this](std::vector<OutboxEntry> entries) { note(std::move(entries)); };
    core_.emplace(
        *store_, clock_, queue_,
        CoreLoop::Hooks{deliver, [](const auto&) {}, [this](const auto&) { ++told_of_trouble; },
                        trouble_over, [](const auto&) {}, copy_of});
    REQUIRE(core_->start(std::make_shared<const RuleSet>(rules_with({}, {})),
                         {{"ops", {endpoint("ops/a"), endpoint("ops/b")}}}));
  }

  // A message for ops/a. Whether it was stored.
  bool tell(int number) {
    Notification n;
    n.message_id = "m" + std::to_string(number);
    n.topic = "ops";
    n.dedup_key = "alarm " + n.message_id;
    n.subject = n.transition.alarm = "alarm " + std::to_string(number);
    n.transition.to = AlarmState::alarm;
    core_->tell_one(std::move(n), "ops/a", "ops/a");
    return core_->flush();
  }
  void then(CoreLoop::Message what) { queue_.push_control(std::move(what)); }
  void run() {
    then(CoreLoop::Call([](CoreLoop& core) { core.finish(); }));
    core_->run();
  }
  CoreLoop& operator*() { return *core_; }
  Store& store() { return *store_; }
  VirtualClock& clock() { return clock_; }

  std::vector<OutboxEntry> sent;
  std::function<void()> on_sent = [] {};
  int told_of_trouble = 0;
  std::size_t channels_known = 0;  // to the store, when something was sent last

 private:
  void note(std::vector<OutboxEntry> entries) {
    std::move(entries.begin(), entries.end(), std::back_inserter(sent));
    const auto image = store_->load();
    REQUIRE(image);
    channels_known = static_cast<std::size_t>(
        std::count_if(image->rows.begin(), image->rows.end(),
                      [](const StateRow& row) { return row.kind == ChannelWatch::kStateKind; }));
    on_sent();
  }

  const TempDir dir_;
  VirtualClock clock_{kStart};
  std::unique_ptr<Store> store_;
  CoreLoop::Queue queue_{1000};
  std::optional<CoreLoop> core_;
};

constexpr std::size_t kRoom = 2;  // in the outboxes below

// Of a store in which the third message for ops/a found no room: that is told once, counted once
// and copied once.
void check_overflow_is_told(Store& store) {
  REQUIRE(store.dead_letters({})->size() == 1);
  const std::vector<OutboxEntry> waiting = *store.outbox();
  const auto waits_at = [&](const std::string& endpoint) {
    return std::count_if(waiting.begin(), waiting.end(),
                         [&](const OutboxEntry& e) { return e.endpoint == endpoint; });
  };
  CHECK(waits_at("ops/a") == kRoom);
  CHECK(waits_at("ops/b") == 1);
  CHECK(waits_at("copies") == 1);
  ChannelWatch channels;
  const StateImage image = *store.load();
  for (const StateRow& row : image.rows) channels.restore(row);
  REQUIRE(channels.troubles().size() == 1);
  CHECK(channels.troubles()[0].dead_letters == 1);
  CHECK(channels.troubles()[0].told);
}

}  // namespace

TEST_CASE("dead letters wait until their digest finds room in the outbox", "[store][redrive]") {
  StoreOptions options;
  options.outbox_rows_max = 4;
  Core core(options);
  for (int i = 0; i < 7; ++i) REQUIRE(core.tell(i));
  REQUIRE(core.store().dead_letters({})->size() == 3);
  CoreLoop::TakenUp taken = (*core).take_up("ops", "ops/a");
  CHECK(taken.messages == 3);  // of the four; then less than half an outbox waits
  CHECK(taken.more);
  CHECK(core.store().dead_letters({})->size() == 3);

  Commit delivered;
  for (int i = 0; i < 3; ++i)
    delivered.deliveries.push_back(
        {.outbox_id = core.sent[static_cast<std::size_t>(i)].id, .attempts = 1, .detail = {}});
  REQUIRE(core.store().commit(delivered));
  core.sent.clear();
  taken = (*core).take_up("ops", "ops/a");
  CHECK(taken.messages == 1);
  CHECK_FALSE(taken.more);
  REQUIRE(core.sent.size() == 1);
  CHECK(core.sent[0].message->number == 3);
  CHECK(core.store().dead_letters({})->empty());
}

TEST_CASE("a notice and a copy are in one commit with the outcome, also if that is tried again",
          "[store][channels]") {
  StoreOptions options;
  options.vfs = faulty_vfs();
  Core core(options);
  REQUIRE(core.tell(1));
  REQUIRE(core.sent.size() == 1);
  faults().arm(1, Faults::Kind::io_error, true);
  CHECK_FALSE(core.tell(2));
  const OutboxEntry& e = core.sent[0];
  core.then(CoreLoop::Outcomes{
      {{.outbox_id = e.id, .fate = DeliveryRecord::Fate::dead, .attempts = 1, .detail = "no"},
       e.message_id,
       e.topic,
       e.endpoint,
       e.endpoint_label,
       e.dedup_key}});
  core.then(CoreLoop::Call([&](CoreLoop&) {
    faults().disarm();
    core.clock().advance(seconds{1});
  }));
  core.run();
  REQUIRE(core.sent.size() == 4);
  CHECK(core.sent[2].endpoint == "ops/b");
  CHECK(core.sent[3].endpoint == "copies");
  CHECK(core.sent[2].message->summary.starts_with("Not delivered to ops/a (no; 1 attempt)"));
  CHECK(core.channels_known == 1);
}

TEST_CASE("a process that dies behind the commit in which an outbox was full has told of it",
          "[store][channels]") {
  constexpr int kKilled = 9;
  const TempDir dir;
  StoreOptions options;
  options.outbox_rows_max = kRoom;
  CHECK(in_child([&] {
          Core core(options, dir.path());
          for (int i = 0; i < 2; ++i) core.tell(i);
          core.on_sent = [] { ::_exit(kKilled); };
          core.tell(2);
          return 0;
        }) == kKilled);
  check_overflow_is_told(*open_store(dir.path(), options));
}

TEST_CASE("a commit in which an outbox is full may fail at any step and is told of once",
          "[store][channels]") {
  StoreOptions options;
  options.vfs = faulty_vfs();
  options.outbox_rows_max = kRoom;
  const auto kind = GENERATE(Faults::Kind::io_error, Faults::Kind::full, Faults::Kind::half_write);
  bool reached = true;
  for (int step = 1; reached; ++step) {
    INFO("step " << step);
    Core core(options);
    for (int i = 0; i < 2; ++i) REQUIRE(core.tell(i));
    faults().arm(step, kind, false);
    const bool stored = core.tell(2);
    reached = faults().was_reached();
    faults().disarm();
    if (!stored) {
      core.clock().advance(seconds{1});
      REQUIRE((*core).flush());
    }
    check_overflow_is_told(core.store());
  }
}

TEST_CASE("who was told that the store takes no commits is told when it does again",
          "[store][channels]") {
  StoreOptions options;
  options.vfs = faulty_vfs();
  Core core(options);
  const auto fail_for = [&](Duration time) {
    faults().arm(1, Faults::Kind::io_error, true);
    CHECK_FALSE(core.tell(1));
    core.clock().advance(time);
    CHECK_FALSE((*core).flush());
    faults().disarm();
    REQUIRE((*core).flush());
    core.sent.clear();
    REQUIRE((*core).flush());
  };
  fail_for(seconds{9});
  CHECK(core.told_of_trouble == 0);
  CHECK(core.sent.empty());
  fail_for(seconds{15});
  CHECK(core.told_of_trouble == 1);
  REQUIRE(core.sent.size() == 1);
  CHECK(core.sent[0].message->summary.ends_with(" stores its state again, after 15 s."));
  CHECK(core.sent[0].message->transition.to == AlarmState::ok);
  const Notification begun = make_trouble_notification("ops", RuleSet{}, kStart, "no room");
  CHECK(core.sent[0].dedup_key == begun.dedup_key);
}

}  // namespace tocsin
