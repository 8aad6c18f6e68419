// SPDX-License-Identifier: Apache-2.0
// What the core makes of outcomes: dead letters that are sent again, and what people are told of
// channels, in one commit with the outcome.
#include <algorithm>
#include <iterator>
#include <optional>

#include "daemon/core_loop.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"
#include "unit/engine/world.hpp"
#include "unit/store/faulty_vfs.hpp"
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

// The core's thread is the test's; nobody delivers.
class Core {
 public:
  explicit Core(StoreOptions options) {
    options.durability = Durability::normal;
    store_ = open_store(dir_.path(), options);
    const auto deliver = [this](std::vector<OutboxEntry> entries) { note(std::move(entries)); };
    core_.emplace(*store_, clock_, queue_,
                  CoreLoop::Hooks{deliver, [](auto) {}, [](const auto&) {}, [](const auto&) {}});
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
  std::size_t channels_known = 0;  // to the store, when something was sent last

 private:
  void note(std::vector<OutboxEntry> entries) {
    std::move(entries.begin(), entries.end(), std::back_inserter(sent));
    const auto image = store_->load();
    REQUIRE(image);
    channels_known = static_cast<std::size_t>(
        std::count_if(image->rows.begin(), image->rows.end(),
                      [](const StateRow& row) { return row.kind == ChannelWatch::kStateKind; }));
  }

  const TempDir dir_;
  VirtualClock clock_{kStart};
  std::unique_ptr<Store> store_;
  CoreLoop::Queue queue_{1000};
  std::optional<CoreLoop> core_;
};

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

TEST_CASE("a notice of a channel is in one commit with the outcome, also if that is tried again",
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
  REQUIRE(core.sent.size() == 3);
  CHECK(core.sent[2].endpoint == "ops/b");
  CHECK(core.sent[2].message->summary.starts_with("Not delivered to ops/a (no; 1 attempt)"));
  CHECK(core.channels_known == 1);
}

}  // namespace tocsin
