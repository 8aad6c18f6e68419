// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/event_spool.hpp"

#include <algorithm>
#include <random>

#include "daemon/cli/event_code.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

SpooledEvent event(std::int64_t ms, std::uint32_t group, std::uint32_t file,
                   std::uint64_t position) {
  SpooledEvent e{instant_from_ms(ms), group, file, {}};
  e.event.position = position;
  e.event.event_id = "id " + std::to_string(ms);
  e.event.samples.push_back({3, 1.5, {"a", std::nullopt, ""}});
  e.event.samples.push_back({4, std::nullopt, {}});
  return e;
}

Status add(EventSpool& spool, const SpooledEvent& e) {
  std::string code;
  encode_event(e.event, code);
  return spool.add({e.time, e.group, e.file, e.event.position}, code);
}

std::vector<SpooledEvent> drain(EventSpool& spool) {
  std::vector<SpooledEvent> all;
  REQUIRE(spool.drain([&all](SpooledEvent e) {
    all.push_back(std::move(e));
    return true;
  }));
  return all;
}

}  // namespace

TEST_CASE("equal times are ordered by group, path and offset", "[cli][replay]") {
  EventSpool spool;
  for (const auto& [group, file, position] :
       {std::tuple{1u, 0u, 0u}, {0u, 1u, 5u}, {0u, 1u, 2u}, {0u, 0u, 9u}})
    REQUIRE(add(spool, event(7, group, file, position)));
  REQUIRE(add(spool, event(6, 9, 9, 99)));
  std::vector<std::uint64_t> positions;
  for (const SpooledEvent& e : drain(spool)) positions.push_back(e.event.position);
  CHECK(positions == std::vector<std::uint64_t>{99, 9, 2, 5, 0});
}

TEST_CASE("an event that says only when it was leaves nothing of the one before", "[cli][replay]") {
  EventSpool spool;
  REQUIRE(add(spool, event(1, 0, 0, 1)));
  REQUIRE(spool.add({instant_from_ms(2), 0, 0, 2}, {}));
  const auto all = drain(spool);
  REQUIRE(all.size() == 2);
  CHECK(all[0].event.samples.size() == 2);
  CHECK(all[1].event.samples.empty());
  CHECK(all[1].event.message.empty());
  CHECK(all[1].event.event_id.empty());
}

TEST_CASE("what is spilled to disk comes back whole and in the same order as from memory",
          "[cli][replay]") {
  std::mt19937 random(1);
  EventSpool in_memory, on_disk(20'000);
  for (std::uint32_t i = 0; i < 2'000; ++i) {
    const auto ms = static_cast<std::int64_t>(random() % 500);
    const auto group = static_cast<std::uint32_t>(random() % 2);
    const auto file = static_cast<std::uint32_t>(random() % 3);
    REQUIRE(add(in_memory, event(ms, group, file, i)));
    REQUIRE(add(on_disk, event(ms, group, file, i)));
  }
  REQUIRE(in_memory.runs_on_disk() == 0);
  REQUIRE(on_disk.runs_on_disk() > 3);
  const auto wanted = drain(in_memory), got = drain(on_disk);
  REQUIRE(got.size() == wanted.size());
  const bool same = std::equal(got.begin(), got.end(), wanted.begin(), [](auto& a, auto& b) {
    return a.time == b.time && a.group == b.group && a.file == b.file &&
           a.event.position == b.event.position && a.event.event_id == b.event.event_id &&
           a.event.samples.size() == 2 && a.event.samples[0].filter == 3 &&
           a.event.samples[0].value == 1.5 &&
           a.event.samples[0].dimensions == b.event.samples[0].dimensions &&
           !a.event.samples[1].value;
  });
  CHECK(same);
}

}  // namespace tocsin
