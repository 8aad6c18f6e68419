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

}  // namespace tocsin
