// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time/plain_time.hpp"

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "rules/match/time/written_time.hpp"
#include "rules/pattern/characters.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

struct Spelling {
  std::string text;
  std::size_t behind_seconds;  // a fraction there makes it a spelling that is not plain
  bool (*read)(TimeCursor&, WrittenTime&);
  std::size_t (*read_plain)(std::string_view, WrittenTime&);
};

const std::vector<Spelling> kSpellings = {
    {"2024-02-29T23:59:58Z", 19, read_iso8601, read_plain_utc},
    {"Feb 29 23:59:58", 15, read_syslog, read_plain_syslog},
    {"Mar  1 03:04:05", 15, read_syslog, read_plain_syslog},
    {"29/Feb/2024:23:59:58 -0130", 20, read_apache, read_plain_apache},
};

struct Answer {
  bool found;
  std::optional<Instant> instant;
  std::optional<Duration> offset;
  bool operator==(const Answer&) const = default;
};

Answer answer(const Spelling& spelling, const std::string& text) {
  const std::vector<char> exact(text.begin(), text.end());  // so that a sanitizer sees its end
  TimeCursor cursor(std::string_view(exact.data(), exact.size()));
  WrittenTime time;
  if (!spelling.read(cursor, time)) return {false, {}, {}};
  return {true, as_utc(time, time.year.value_or(2024)), time.offset};
}

}  // namespace

TEST_CASE("the plain spellings of times are read at once", "[match][time]") {
  for (const Spelling& spelling : kSpellings) {
    WrittenTime time;
    CHECK(spelling.read_plain(spelling.text, time) == spelling.text.size());
    CHECK(time.month == (spelling.text.find("Mar") == std::string::npos ? 2 : 3));
    CHECK(spelling.read_plain(spelling.text.substr(1), time) == 0);
  }
  WrittenTime time;
  read_plain_apache(kSpellings.back().text, time);
  CHECK(time.year == 2024);
  CHECK(time.day == 29);
  CHECK(time.hour == 23);
  CHECK(time.minute == 59);
  CHECK(time.second == 58);
  CHECK(time.offset == -(hours{1} + minutes{30}));
}

TEST_CASE("a plain time, damaged or not, is read as one with a fraction is", "[match][time]") {
  std::mt19937 random(5);
  const std::string_view letters("0123456789 /:+-.,TZabFebMay\0\xff", 29);
  for (int round = 0; round < 20'000; ++round) {
    const Spelling& spelling = kSpellings[random() % kSpellings.size()];
    std::string text = spelling.text;
    for (auto changes = random() % 3; changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      const char letter = letters[random() % letters.size()];
      // Behind the seconds these would belong to the fraction.
      const bool of_fraction = is_digit(letter) || letter == '.' || letter == ',';
      if (at != spelling.behind_seconds || !of_fraction) text[at] = letter;
    }
    if (random() % 4 == 0) text += letters[random() % letters.size()];
    if (text.size() > spelling.text.size() && spelling.behind_seconds == spelling.text.size())
      text.resize(spelling.text.size());
    std::string with_fraction = text;
    with_fraction.insert(spelling.behind_seconds, ".000");
    CAPTURE(text);
    REQUIRE(answer(spelling, text) == answer(spelling, with_fraction));
  }
}
