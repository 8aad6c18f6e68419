// SPDX-License-Identifier: Apache-2.0
#include "daemon/redrive_watch.hpp"

#include "support/catch.hpp"

namespace tocsin {
namespace {

constexpr Tick kNow{hours{5}};

}  // namespace

TEST_CASE("dead letters are looked at when their endpoint delivers, once a minute", "[redrive]") {
  RedriveWatch watch;
  CHECK_FALSE(watch.is_due("slack", kNow));
  watch.note("slack");
  CHECK(watch.is_due("slack", kNow));
  CHECK_FALSE(watch.is_due("slack", kNow + seconds{59}));
  watch.note("slack");
  CHECK_FALSE(watch.is_due("slack", kNow + seconds{59}));
  CHECK(watch.is_due("slack", kNow + seconds{60}));
  watch.forget("slack");
  CHECK_FALSE(watch.is_due("slack", kNow + hours{1}));
}

TEST_CASE("more dead letters than are taken up at a time follow as soon as those have left",
          "[redrive]") {
  RedriveWatch watch;
  watch.note("slack");
  CHECK(watch.is_due("slack", kNow));
  CHECK_FALSE(watch.more("slack", 1, kNow));  // a digest
  CHECK(watch.is_due("slack", kNow));
  CHECK_FALSE(watch.more("slack", 3, kNow));
  CHECK_FALSE(watch.is_due("slack", kNow));
  CHECK_FALSE(watch.is_due("slack", kNow));
  CHECK(watch.is_due("slack", kNow));
  // That was the rest.
  CHECK_FALSE(watch.is_due("slack", kNow));
  // Messages that do not leave hold nothing up for good.
  CHECK_FALSE(watch.more("slack", 3, kNow));
  CHECK(watch.is_due("slack", kNow + minutes{1}));
}

TEST_CASE("what has left before it was said that there is more holds nothing up", "[redrive]") {
  RedriveWatch watch;
  watch.note("slack");
  CHECK(watch.is_due("slack", kNow));
  CHECK_FALSE(watch.is_due("slack", kNow));  // the digest
  CHECK(watch.more("slack", 1, kNow));
  CHECK_FALSE(watch.is_due("slack", kNow));
  CHECK_FALSE(watch.more("slack", 0, kNow));  // nothing could be taken up
}

}  // namespace tocsin
