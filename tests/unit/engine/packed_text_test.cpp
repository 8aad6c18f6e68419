// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/packed_text.hpp"

#include <random>

#include "rules/alarm/reason.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

std::string there_and_back(const std::string& text) {
  std::string codes;
  pack_text(text, codes);
  return unpack_text(codes);
}

Reason some_reason() {
  Alarm alarm;
  alarm.threshold = 21;
  alarm.evaluation_periods = 3;
  const Instant start = instant_from_ms(1767225600000);
  const std::vector<Datapoint> range{
      {start, {}, 0}, {start + minutes{1}, 17.25, 2}, {start + minutes{2}, 3.0, 1}};
  return long_form_reason(alarm, AlarmState::ok, range, false, start + minutes{3});
}

}  // namespace

TEST_CASE("a reason and its data come back as they went in") {
  const Reason reason = some_reason();
  CHECK(there_and_back(reason.text) == reason.text);
  CHECK(there_and_back(reason.data) == reason.data);
}

TEST_CASE("the reason of a quiet alarm takes a fourth of its length") {
  const Reason reason = some_reason();
  const PackedTexts packed(reason.text, reason.data);
  CHECK(4 * packed.size() <= reason.text.size() + reason.data.size());
  CHECK(packed.first() == reason.text);
  CHECK(packed.second() == reason.data);
}

TEST_CASE("the first reason of an alarm that looks at five periods takes 60 bytes at most") {
  Alarm alarm;
  alarm.comparison = Comparison::greater;
  alarm.threshold = 1000;
  alarm.evaluation_periods = 5;
  const Instant start = instant_from_ms(1767225600000);
  std::vector<Datapoint> range;
  for (int i = 0; i < 7; ++i) range.push_back({start + i * minutes{1}, {}, 0});
  range.back() = {start + minutes{6}, 123.0, 1};
  const Reason reason = long_form_reason(alarm, AlarmState::ok, range, false, start + minutes{7});
  CHECK(PackedTexts(reason.text, reason.data).size() <= 60);
}

TEST_CASE("long texts come back too, cut where nobody writes that much") {
  const std::string text(3000, 'x');
  CHECK(PackedTexts(text, "then").first() == text);
  CHECK(PackedTexts(text, "then").second() == "then");
  CHECK(PackedTexts("", "").first().empty());
}

TEST_CASE("what only looks like a time comes back as it was") {
  for (const char* text : {"2026-01-01T24:00:00.000+0000", "2026-02-30T00:00:00.000+0000",
                           "9999-12-31T23:59:59.999+0000", "1969-12-31T23:59:59.999+0000",
                           "2026-01-01T00:00:00.000+000", "0000-00-00T00:00:00.000+0000"})
    CHECK(there_and_back(text) == text);
}

TEST_CASE("any bytes come back") {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string text(random() % 40, ' ');
    // Digits, blanks and letters of phrases more often than others.
    for (char& c : text)
      c = random() % 3 != 0 ? "0123456789 \":{}wasTh"[random() % 20] : static_cast<char>(random());
    REQUIRE(there_and_back(text) == text);
  }
}
