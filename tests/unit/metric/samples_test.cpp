// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/samples.hpp"

#include <map>
#include <random>

#include "support/catch.hpp"

namespace tocsin {
namespace {

Instant at(std::int64_t ms) { return instant_from_ms(ms); }

Totals plain_window(const std::map<Instant, Totals>& all, Instant after, Instant upto) {
  Totals out;
  for (const auto& [t, totals] : all)
    if (t > after && t <= upto) out.add(totals);
  return out;
}

bool same(const Totals& a, const Totals& b) {
  return a.count == b.count && a.sum == b.sum && a.minimum == b.minimum && a.maximum == b.maximum;
}

}  // namespace

TEST_CASE("windows over chunks are what a plain sum over all samples is, in any order of arrival") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    const bool whole = seed % 2 == 0;
    Samples samples;
    std::map<Instant, Totals> plain;
    for (int i = 0; i < 2000; ++i) {
      const Instant t = at(static_cast<std::int64_t>(random() % 5000));
      const double value =
          whole ? static_cast<double>(random() % 100) : static_cast<double>(random() % 1000) / 7;
      samples.add(t, value);
      plain[t].add(value);
    }
    REQUIRE(samples.size() == plain.size());
    int wrong = 0;
    for (int i = 0; i < 200; ++i) {
      const Instant after = at(static_cast<std::int64_t>(random() % 5000) - 10);
      const Instant upto = after + Duration{random() % 3000};
      const Totals expected = plain_window(plain, after, upto);
      wrong += !same(samples.window(after, upto), expected);
      for (const Statistic each : {Statistic::sample_count, Statistic::sum, Statistic::maximum})
        wrong += samples.statistic(after, upto, each) != expected.statistic(each);
      const auto next = plain.upper_bound(after);
      wrong += samples.next_after(after) !=
               (next == plain.end() ? std::optional<Instant>() : next->first);
      wrong += samples.last_at(after) !=
               (next == plain.begin() ? std::optional<Instant>() : std::prev(next)->first);
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("chunks come back from their rows as they were, and one more sample writes one row") {
  Samples samples;
  for (int i = 0; i < 1000; ++i) samples.add(at(i * 10), i % 3 == 0 ? 1 : i / 7.0);
  samples.add(at(50), 3);
  std::map<std::uint64_t, std::string> rows;
  int written = 0;
  const auto changed = [&](std::uint64_t n, std::string bytes) {
    ++written, rows[n] = std::move(bytes);
  };
  const auto gone = [&](std::uint64_t n) { rows.erase(n); };
  samples.collect(changed, gone);
  CHECK(written == 8);
  samples.add(at(123456), 1);
  CHECK(samples.is_dirty());
  samples.collect(changed, gone);
  CHECK(written == 9);
  samples.erase_until(at(3000));
  samples.collect(changed, gone);
  Samples back;
  for (const auto& [n, bytes] : rows) REQUIRE(back.restore_chunk(n, bytes));
  CHECK(back.size() == samples.size());
  CHECK(back.oldest() == samples.oldest());
  CHECK(same(back.window(kNoTime, kNever), samples.window(kNoTime, kNever)));
  CHECK_FALSE(back.is_dirty());
}

TEST_CASE("a damaged chunk is refused") {
  Samples samples;
  CHECK_FALSE(samples.restore_chunk(0, ""));
  CHECK_FALSE(
      samples.restore_chunk(0, std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")));
  CHECK_FALSE(samples.restore_chunk(0, std::string("\x05\x02", 2)));
  CHECK(samples.empty());
}

TEST_CASE("merging makes room without losing a sample") {
  Samples samples;
  for (int i = 0; i < 500; ++i) samples.add(at(i * 10), 1);
  samples.merge_closer_than(Duration{25});
  CHECK(samples.size() < 200);
  CHECK(samples.window(kNoTime, kNever).count == 500);
  const std::size_t before = samples.size();
  samples.merge_closest();
  CHECK(samples.size() == before - 1);
  CHECK(samples.window(kNoTime, kNever).count == 500);
  CHECK(samples.newest() == at(4990));
}

TEST_CASE("keeping the newest leaves what is ahead alone") {
  Samples samples;
  for (int i = 0; i < 500; ++i) samples.add(at(i), 1);
  samples.keep_newest(10, at(299));
  CHECK(samples.oldest() == at(290));
  CHECK(samples.newest() == at(499));
}

TEST_CASE("forgetting never takes the newest sample") {
  Samples samples;
  for (int i = 0; i < 300; ++i) samples.add(at(i), 1);
  CHECK(samples.forget_due(Duration{1000}) == at(1127));
  samples.forget_until(at(127));
  CHECK(samples.oldest() == at(128));
  samples.forget_until(at(100000));
  CHECK(samples.size() == 1);
  CHECK(samples.newest() == at(299));
  CHECK(samples.forget_due(Duration{1000}) == kNever);
}

}  // namespace tocsin
