// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/key_evidence.hpp"

#include "support/catch.hpp"

namespace tocsin {
namespace {

std::vector<std::int64_t> times(const std::vector<Evidence>& events) {
  std::vector<std::int64_t> out;
  for (const Evidence& event : events) out.push_back(to_ms(event.time));
  return out;
}

}  // namespace

TEST_CASE("a transition carries the events up to its time, later ones only if there are no others",
          "[rules][engine]") {
  const EvidenceSpec spec;
  KeyEvidence evidence;
  for (const std::int64_t ms : {10, 20, 30}) evidence.add({instant_from_ms(ms), "f", 0, "m"}, spec);
  CHECK(times(evidence.events(spec, false, instant_from_ms(20))) ==
        std::vector<std::int64_t>{10, 20});
  CHECK(times(evidence.events(spec, false, instant_from_ms(99))) ==
        std::vector<std::int64_t>{10, 20, 30});
  CHECK(times(evidence.events(spec, false, instant_from_ms(5))) ==
        std::vector<std::int64_t>{10, 20, 30});
}

TEST_CASE("events of one time stay in the order of their arrival, also over a restart",
          "[rules][engine]") {
  const EvidenceSpec spec;
  KeyEvidence evidence, restored;
  // More than are held, so that slots are used again.
  for (std::uint64_t i = 0; i < 8; ++i) evidence.add({instant_from_ms(10), "f", i, "m"}, spec);
  evidence.collect(
      spec, [&](std::size_t slot, const std::string& row) { CHECK(restored.restore(slot, row)); },
      [](std::size_t) { FAIL("nothing is gone"); });
  evidence.add({instant_from_ms(10), "f", 8, "m"}, spec);
  restored.add({instant_from_ms(10), "f", 8, "m"}, spec);
  for (KeyEvidence* e : {&evidence, &restored}) {
    std::vector<std::uint64_t> positions;
    for (const Evidence& event : e->events(spec, false, instant_from_ms(10)))
      positions.push_back(event.position);
    CHECK(positions == std::vector<std::uint64_t>{4, 5, 6, 7, 8});
  }
}

TEST_CASE("an event without a message is asked what it said when it is told, each time",
          "[rules][engine]") {
  const EvidenceSpec spec;
  int asked = 0;
  const EvidenceText text = [&asked](const Evidence& e) {
    ++asked;
    return e.position == 7 ? std::string() : e.source + " at " + std::to_string(e.position);
  };
  KeyEvidence evidence;
  for (const std::uint64_t position : {5, 6, 7, 8})
    evidence.add({instant_from_ms(100), "f", position, ""}, spec, &text);
  CHECK(asked == 0);
  CHECK(evidence.bytes() == 4);  // the sources
  std::vector<std::string> told;
  for (const Evidence& e : evidence.events(spec, false, instant_from_ms(100)))
    told.push_back(e.message);
  // What nobody knows any more is left out.
  CHECK(told == std::vector<std::string>{"f at 5", "f at 6", "f at 8"});
  CHECK(evidence.bytes() == 4);
  CHECK(evidence.events(spec, false, instant_from_ms(100)).size() == 3);
  CHECK(asked == 8);
}

TEST_CASE("the event being judged is asked too, though it is not among the newest",
          "[rules][engine]") {
  EvidenceSpec spec;
  spec.events = 1;
  const EvidenceText text = [](const Evidence& e) { return std::to_string(e.position); };
  KeyEvidence evidence;
  evidence.add({instant_from_ms(200), "f", 2, ""}, spec, &text);
  evidence.add({instant_from_ms(100), "f", 1, ""}, spec, &text);
  const auto told = evidence.events(spec, true, instant_from_ms(100));
  REQUIRE(told.size() == 1);
  CHECK(told[0].message == "1");
}

TEST_CASE("keys that take the same events hold one list, and each still tells its own",
          "[rules][engine]") {
  const EvidenceSpec five;
  EvidenceSpec three;
  three.events = 3;
  KeyEvidence a, b, c, late;
  std::int64_t now = 0;
  const auto arrive = [&](std::vector<KeyEvidence*> keys) {
    const SharedEvidence event =
        share_evidence({instant_from_ms(++now), "f", 0, "m"}, static_cast<std::uint64_t>(now));
    EvidenceStep step;
    for (KeyEvidence* key : keys) key->add(event, key == &c ? three : five, nullptr, &step);
  };
  const auto told = [](KeyEvidence& key) {
    return times(key.events(EvidenceSpec(), false, instant_from_ms(99)));
  };
  for (int i = 0; i < 7; ++i) arrive({&a, &b, &c});
  CHECK(told(a) == std::vector<std::int64_t>{3, 4, 5, 6, 7});
  CHECK(told(b) == told(a));
  CHECK(told(c) == std::vector<std::int64_t>{5, 6, 7});
  CHECK(a.shares_list(b));
  // One that has none yet does not take over what others have.
  arrive({&a, &b, &late});
  CHECK(told(late) == std::vector<std::int64_t>{8});
  // What one of them misses, or drops, concerns no other.
  arrive({&a});
  CHECK(told(a) == std::vector<std::int64_t>{5, 6, 7, 8, 9});
  CHECK(told(b) == std::vector<std::int64_t>{4, 5, 6, 7, 8});
  CHECK_FALSE(a.shares_list(b));
  b.clear();
  CHECK(told(a) == std::vector<std::int64_t>{5, 6, 7, 8, 9});
  CHECK(told(b).empty());
  // Each stores what it has, whoever had it first.
  arrive({&a, &b});
  for (KeyEvidence* key : {&a, &b}) {
    KeyEvidence restored;
    key->collect(
        five, [&](std::size_t slot, const std::string& row) { CHECK(restored.restore(slot, row)); },
        [](std::size_t) {});
    CHECK(told(restored) == told(*key));
  }
}

TEST_CASE("after a restart keys that hold the same events hold one list again", "[rules][engine]") {
  const EvidenceSpec spec;
  KeyEvidence a, b, restored_a, restored_b;
  RestoredEvidence others;
  const auto arrive = [&](std::int64_t ms, KeyEvidence& first, KeyEvidence& second) {
    const SharedEvidence event =
        share_evidence({instant_from_ms(ms), "f", 0, "m"}, static_cast<std::uint64_t>(ms));
    EvidenceStep step;
    for (KeyEvidence* key : {&first, &second}) key->add(event, spec, nullptr, &step);
  };
  for (std::int64_t ms = 1; ms <= 6; ++ms) arrive(ms, a, b);
  for (const auto& [key, restored] : {std::pair{&a, &restored_a}, std::pair{&b, &restored_b}})
    key->collect(
        spec,
        [&, into = restored](std::size_t slot, const std::string& row) {
          CHECK(into->restore(slot, row, &others));
        },
        [](std::size_t) {});
  CHECK_FALSE(restored_a.shares_list(restored_b));
  for (std::int64_t ms = 7; ms <= 11; ++ms) arrive(ms, restored_a, restored_b);
  CHECK(restored_a.shares_list(restored_b));
  CHECK(times(restored_b.events(spec, false, instant_from_ms(99))) ==
        std::vector<std::int64_t>{7, 8, 9, 10, 11});
}

}  // namespace tocsin
