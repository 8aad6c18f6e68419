// SPDX-License-Identifier: Apache-2.0
#include "daemon/dead_man_watch.hpp"

#include "support/catch.hpp"

namespace tocsin {
namespace {

const Instant kNow = instant_from_ms(1'773'488'470'000);
const Tick kStart{hours{1}};

DeadManWatch::Switch dead_man(std::string withheld = {}) {
  return {"ops", "dead man's switch hc.example.com", minutes{1}, std::move(withheld)};
}

DeliveryReport ping(DeliveryRecord::Fate fate) {
  DeliveryReport r;
  r.topic = "ops";
  r.record.fate = fate;
  r.record.detail = fate == DeliveryRecord::Fate::delivered ? "" : "hc.example.com: HTTP 500";
  return r;
}

using Topics = std::vector<std::string>;

}  // namespace

TEST_CASE("a switch is pinged at once, and then once an interval", "[dead-man]") {
  DeadManWatch watch;
  CHECK(watch.take_due({dead_man()}, kStart) == Topics{"ops"});
  watch.done(ping(DeliveryRecord::Fate::delivered), kNow);
  CHECK(watch.take_due({dead_man()}, kStart + seconds{59}).empty());
  CHECK(watch.take_due({dead_man()}, kStart + seconds{60}) == Topics{"ops"});
  CHECK(watch.take_due({dead_man()}, kStart + seconds{61}).empty());
  // A reload that takes it away and gives it back begins anew.
  CHECK(watch.take_due({}, kStart + seconds{62}).empty());
  CHECK(watch.report().empty());
  CHECK(watch.take_due({dead_man()}, kStart + seconds{63}) == Topics{"ops"});
}

TEST_CASE("while something is stuck no ping is sent, and the status says why", "[dead-man]") {
  DeadManWatch watch;
  watch.take_due({dead_man()}, kStart);
  watch.done(ping(DeliveryRecord::Fate::delivered), kNow);
  CHECK(watch.take_due({dead_man("the store does not take commits")}, kStart + minutes{1}).empty());
  CHECK(watch.report().at(0).withheld == "the store does not take commits");
  CHECK(watch.take_due({dead_man()}, kStart + minutes{2}) == Topics{"ops"});
  CHECK(watch.report().at(0).withheld.empty());
}

TEST_CASE("a ping that fails is shown until one is taken", "[dead-man]") {
  DeadManWatch watch;
  watch.take_due({dead_man()}, kStart);
  watch.done(ping(DeliveryRecord::Fate::dead), kNow);
  CHECK(watch.report().at(0).failure == "hc.example.com: HTTP 500");
  CHECK(watch.report().at(0).last_ok == kNoTime);
  watch.done(ping(DeliveryRecord::Fate::delivered), kNow + minutes{1});
  CHECK(watch.report().at(0).failure.empty());
  CHECK(watch.report().at(0).last_ok == kNow + minutes{1});
}

TEST_CASE("while a ping has no answer none follows it", "[dead-man]") {
  DeadManWatch watch;
  watch.take_due({dead_man()}, kStart);
  CHECK(watch.take_due({dead_man()}, kStart + minutes{5}).empty());
  watch.done(ping(DeliveryRecord::Fate::dead), kNow);
  CHECK(watch.take_due({dead_man()}, kStart + minutes{5}) == Topics{"ops"});
}

}  // namespace tocsin
