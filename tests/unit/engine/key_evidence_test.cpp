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

}  // namespace tocsin
