// SPDX-License-Identifier: Apache-2.0
// What a Samples knows of its cells' samples beyond their totals.
#include "rules/metric/cell_values.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "rules/metric/samples.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

Instant at(std::int64_t ms) { return instant_from_ms(ms); }

using Sample = std::pair<Instant, double>;
using Rows = std::map<std::int64_t, std::string>;

void collect(Samples& samples, Rows& chunks, Rows& values) {
  samples.collect(
      [&](std::uint64_t n, std::string b) { chunks[static_cast<std::int64_t>(n)] = std::move(b); },
      [&](std::uint64_t n) { chunks.erase(static_cast<std::int64_t>(n)); });
  samples.collect_values([&](Instant t, std::string b) { values[to_ms(t)] = std::move(b); },
                         [&](Instant t) { values.erase(to_ms(t)); });
}

Samples restored(const Rows& chunks, const Rows& values) {
  Samples out;
  for (const auto& [n, bytes] : chunks)
    REQUIRE(out.restore_chunk(static_cast<std::uint64_t>(n), bytes));
  for (const auto& [t, bytes] : values) REQUIRE(out.restore_values(at(t), bytes));
  out.keep_values(true);
  return out;
}

std::vector<Sample> some_samples(std::mt19937& random, bool wild) {
  std::vector<Sample> out;
  for (int i = 0; i < 3000; ++i) {
    const double value =
        wild ? static_cast<double>(random()) / 7 : static_cast<double>(random() % 5);
    out.emplace_back(at(static_cast<std::int64_t>(random() % 6) * 1000), value);
  }
  return out;
}

Distribution plain(const std::vector<Sample>& all, Instant after, Instant upto) {
  Distribution out;
  for (const auto& [t, value] : all)
    if (t > after && t <= upto) out.add(value);
  return out;
}

}  // namespace

TEST_CASE("a window's distribution is that of its samples, in any order, restarts and all") {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    INFO(seed);
    std::mt19937 random(seed);
    const std::vector<Sample> all = some_samples(random, seed % 2 == 0);
    Samples samples;
    samples.keep_values(true);
    Rows chunks, values;
    for (std::size_t i = 0; i < all.size(); ++i) {
      samples.add(all[i].first, all[i].second);
      if (i % 700 != 699) continue;
      collect(samples, chunks, values);
      samples = restored(chunks, values);
    }
    for (int first = -1; first < 6; ++first)
      for (int last = first; last < 6; ++last) {
        const Instant after = at(first * 1000), upto = at(last * 1000);
        CHECK(samples.distribution(after, upto) == plain(all, after, upto));
        CHECK(samples.values(after, upto).has_value());
      }
  }
}

TEST_CASE("cells of one value need no rows, those of several one each, gone with the cell") {
  Samples samples;
  samples.keep_values(true);
  for (int i = 0; i < 100; ++i) samples.add(at(i), i);
  for (int i = 0; i < 100; ++i) samples.add(at(i), i);
  Rows chunks, values;
  collect(samples, chunks, values);
  CHECK(values.empty());
  CHECK(samples.weight() == samples.size());
  samples.add(at(7), 8);
  samples.add(at(50), 8);
  CHECK(samples.weight() > samples.size());
  collect(samples, chunks, values);
  REQUIRE(values.size() == 2);
  samples.erase_until(at(7));
  collect(samples, chunks, values);
  REQUIRE(values.size() == 1);
  CHECK(values.count(50) == 1);
  samples.keep_values(false);
  collect(samples, chunks, values);
  CHECK(values.empty());
  CHECK(samples.weight() == samples.size());
}

TEST_CASE("what came before values were kept is known where a cell holds one value") {
  Samples samples;
  samples.add(at(1), 5);
  samples.add(at(2), 5);
  samples.add(at(2), 5);
  samples.add(at(3), 5);
  samples.add(at(3), 6);
  samples.keep_values(true);
  CHECK(samples.values(at(0), at(2)));
  CHECK_FALSE(samples.values(at(0), at(3)));
  CHECK_FALSE(samples.distribution(at(2), at(3)).is_available());
  samples.add(at(2), 9);
  samples.add(at(3), 9);
  const auto values = samples.values(at(0), at(2));
  REQUIRE(values);
  CHECK(values->back().value == 9);
  CHECK_FALSE(samples.values(at(2), at(3)));
}

TEST_CASE("a negative sample makes its cell unknown, and its row goes") {
  Samples samples;
  samples.keep_values(true);
  for (const double value : {1.0, 2.0}) samples.add(at(1), value);
  samples.add(at(2), -1);
  Rows chunks, values;
  collect(samples, chunks, values);
  CHECK(values.size() == 1);
  samples.add(at(1), -3);
  samples.add(at(1), 4);
  collect(samples, chunks, values);
  CHECK(values.empty());
  CHECK_FALSE(samples.values(at(0), at(1)));
  CHECK_FALSE(samples.values(at(1), at(2)));
}

TEST_CASE("merged cells hold the samples of both") {
  std::mt19937 random(3);
  const std::vector<Sample> all = some_samples(random, true);
  Samples samples, closest;
  for (Samples* s : {&samples, &closest}) {
    s->keep_values(true);
    for (const auto& [t, value] : all) s->add(t, value);
  }
  samples.merge_closer_than(seconds{3});
  CHECK(samples.size() == 2);
  closest.merge_closest();
  CHECK(closest.size() == 5);
  for (const Samples* s : {&samples, &closest})
    CHECK(s->distribution(kNoTime, kNever) == plain(all, kNoTime, kNever));
}

TEST_CASE("over hundreds of cells a window is what its samples are, late ones and reloads too") {
  std::mt19937 random(8);
  Samples samples;
  samples.keep_values(true);
  std::vector<Sample> all;
  const auto check = [&] {
    int wrong = 0;
    for (int i = 0; i < 20; ++i) {
      const Instant after = at(static_cast<std::int64_t>(random() % 1000) - 1);
      const Instant upto = after + Duration{random() % 1000};
      const Distribution wanted = plain(all, after, upto);
      double count = 0;
      for (const WeightedValue& v : wanted.values()) count += static_cast<double>(v.count);
      wrong += samples.distribution(after, upto) != wanted;
      wrong += samples.count(after, upto) != count;
    }
    CHECK(wrong == 0);
  };
  for (int round = 0; round < 8; ++round) {
    for (int i = 0; i < 800; ++i) {
      all.emplace_back(at(static_cast<std::int64_t>(random() % 900)),
                       static_cast<double>(random() % 40));
      samples.add(all.back().first, all.back().second);
    }
    check();
    if (round % 3 != 2) continue;
    Rows chunks, values;
    samples.rewrite();
    collect(samples, chunks, values);
    samples = restored(chunks, values);
    check();
  }
  samples.keep_values(false);
  samples.keep_values(true);
  CHECK_FALSE(samples.distribution(kNoTime, kNever).is_available());
}

TEST_CASE(
    "how many samples of a window fulfil a condition is counted without putting them in order") {
  std::mt19937 random(5);
  const std::vector<Sample> all = some_samples(random, true);
  Samples samples;
  samples.keep_values(true);
  for (const auto& [t, value] : all) samples.add(t, value);
  for (int round = 0; round < 100; ++round) {
    const Instant after = at(static_cast<std::int64_t>(random() % 6000) - 1000);
    const Instant upto = after + Duration{random() % 6000};
    const double limit = static_cast<double>(random()) / 7;
    const auto above = [&](double value) { return value > limit; };
    const auto share = samples.share(after, upto, above);
    REQUIRE(share);
    double count = 0, known = 0;
    const auto values = samples.values(after, upto);
    for (const WeightedValue& v : *values) {
      known += static_cast<double>(v.count);
      count += above(v.value) ? static_cast<double>(v.count) : 0;
    }
    CHECK(share->all == known);
    CHECK(share->count == count);
  }
}

TEST_CASE("a damaged row of values is refused and costs its cell only") {
  Samples samples;
  samples.keep_values(true);
  for (const double value : {1.0, 2.0, 3.0}) samples.add(at(1), value);
  Rows chunks, values;
  collect(samples, chunks, values);
  Samples back;
  REQUIRE(back.restore_chunk(0, chunks.at(0)));
  CHECK_FALSE(back.restore_values(at(2), values.at(1)));  // no such cell
  CHECK_FALSE(back.restore_values(at(1), ""));
  CHECK_FALSE(back.restore_values(at(1), values.at(1) + "x"));
  Distribution other;
  other.add(1);
  other.add(3, 3);
  CHECK_FALSE(back.restore_values(at(1), other.encode()));  // not as many as the cell has
  CHECK(back.restore_values(at(1), values.at(1)));
}

TEST_CASE("a sum does not show in which order its samples came, nor that it was stored") {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> values;
    for (int i = 0; i < 50; ++i)
      values.push_back((static_cast<double>(random() % 2000) - 1000) / 10 *
                       (random() % 9 == 0 ? 1e9 : 1));
    Totals first;
    for (const double v : values) first.add(v);
    std::shuffle(values.begin(), values.end(), random);
    Samples samples;
    Totals left, right;
    for (std::size_t i = 0; i < values.size(); ++i) {
      samples.add(at(0), values[i]);
      (i % 3 == 0 ? left : right).add(values[i]);
    }
    left.add(right);
    Rows chunks, none;
    collect(samples, chunks, none);
    CHECK(left.sum == first.sum);
    CHECK(samples.window(kNoTime, kNever).sum == first.sum);
    CHECK(restored(chunks, none).window(kNoTime, kNever) == samples.window(kNoTime, kNever));
  }
}

}  // namespace tocsin
