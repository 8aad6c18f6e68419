// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "rules/metric/extended_statistic.hpp"
#include "rules/metric/statistic_expression.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

using Values = std::vector<double>;

StatisticExpression statistic(std::string_view text) {
  return std::get<StatisticExpression>(parse_statistic(text));
}

Distribution made_of(const Values& values) {
  Distribution out;
  for (const double v : values) out.add(v);
  return out;
}

double value_of(const Distribution& d, std::string_view text) {
  return *extended_statistic(statistic(text), d.values());
}

// Straight from the words of extended_statistic.hpp, sample by sample.
double plain_percentile(Values sorted, double p) {
  const double rank = p * static_cast<double>(sorted.size() - 1) / 100;
  const auto low = static_cast<std::size_t>(rank);
  if (low + 1 >= sorted.size()) return sorted.back();
  return sorted[low] + (sorted[low + 1] - sorted[low]) * (rank - static_cast<double>(low));
}

double plain_trimmed_mean(const Values& sorted, double low, double high) {
  const auto n = static_cast<double>(sorted.size());
  double weight = 0, sum = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto begin = static_cast<double>(i);
    const double part =
        std::max(0.0, std::min(begin + 1, n * high / 100) - std::max(begin, n * low / 100));
    weight += part;
    sum += part * sorted[i];
  }
  return sum / weight;
}

double plain_winsorized_mean(const Values& sorted, double low, double high) {
  double sum = 0;
  for (const double v : sorted)
    sum += std::clamp(v, plain_percentile(sorted, low), plain_percentile(sorted, high));
  return sum / static_cast<double>(sorted.size());
}

double whole(std::mt19937& random, unsigned below) { return static_cast<double>(random() % below); }

struct Shape {
  const char* name;
  std::function<double(std::mt19937&)> draw;
};

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all{
      {"uniform", [](auto& r) { return std::uniform_real_distribution<>(0, 1000)(r); }},
      {"exponential", [](auto& r) { return std::exponential_distribution<>(0.01)(r); }},
      {"lognormal", [](auto& r) { return std::lognormal_distribution<>(3, 2)(r); }},
      {"pareto",
       [](auto& r) { return std::pow(1 - std::uniform_real_distribution<>(0, 1)(r), -1.5); }},
      {"whole numbers", [](auto& r) { return whole(r, 5000); }},
      {"two humps",
       [](auto& r) { return r() % 10 < 9 ? 1 + whole(r, 1000) / 1000 : 900 + whole(r, 200); }},
      {"mostly zero", [](auto& r) { return r() % 4 != 0 ? 0.0 : whole(r, 100000) / 7; }},
      {"twenty decades",
       [](auto& r) { return std::pow(10, std::uniform_real_distribution<>(-10, 10)(r)); }},
      {"whole range",
       [](auto& r) { return std::exp2(std::uniform_real_distribution<>(-1000, 360)(r)); }}};
  return all;
}

constexpr double kPercents[] = {0, 0.1, 1, 10, 25, 33.3, 50, 75, 90, 99, 99.9, 100};

Values drawn(const Shape& shape, unsigned seed, std::size_t n) {
  std::mt19937 random(seed);
  Values out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(shape.draw(random));
  return out;
}

}  // namespace

TEST_CASE("few samples are exact, however often they come", "[metric]") {
  for (const Shape& shape : shapes())
    for (const std::size_t n : {1u, 2u, 3u, 10u, 255u, 256u}) {
      Values values = drawn(shape, static_cast<unsigned>(n), n);
      for (std::size_t i = 0; i < n; i += 3) values.push_back(values[i]);
      const Distribution d = made_of(values);
      std::sort(values.begin(), values.end());
      INFO(shape.name << " " << n);
      REQUIRE(d.is_exact());
      CHECK(d.error_bound() == 0);
      for (const double p : kPercents)
        CHECK(value_of(d, "p" + std::to_string(p)) ==
              Approx(plain_percentile(values, p)).epsilon(1e-12).margin(1e-300));
      CHECK(value_of(d, "TM(10%:90%)") ==
            Approx(plain_trimmed_mean(values, 10, 90)).epsilon(1e-12).margin(1e-300));
      CHECK(value_of(d, "WM(5%:80%)") ==
            Approx(plain_winsorized_mean(values, 5, 80)).epsilon(1e-12).margin(1e-300));
    }
}

TEST_CASE("of many samples every statistic is within the stated bound", "[metric]") {
  for (const Shape& shape : shapes()) {
    Values values = drawn(shape, 7, 20'000);
    const Distribution d = made_of(values);
    std::sort(values.begin(), values.end());
    const double bound = d.error_bound() * (1 + 1e-9);
    INFO(shape.name << ", bound " << bound << ", values " << d.values().size());
    REQUIRE_FALSE(d.is_exact());
    const bool wide = std::string_view(shape.name) == "whole range" ||
                      std::string_view(shape.name) == "twenty decades";
    CHECK(bound <= (wide ? 0.34 : 0.00776));
    CHECK(d.values().size() <= Distribution::kBucketsMax + 2);
    for (const double p : kPercents) {
      const double exact = plain_percentile(values, p);
      CHECK(std::fabs(value_of(d, "p" + std::to_string(p)) - exact) <= bound * exact);
    }
    const double trimmed = plain_trimmed_mean(values, 10, 95);
    CHECK(std::fabs(value_of(d, "TM(10%:95%)") - trimmed) <= bound * trimmed);
    const double winsorized = plain_winsorized_mean(values, 5, 98);
    CHECK(std::fabs(value_of(d, "WM(5%:98%)") - winsorized) <= bound * winsorized);
    CHECK(value_of(d, "tc90") == Approx(18'000));
    CHECK(value_of(d, "p0") == values.front());
    CHECK(value_of(d, "p100") == values.back());
  }
}

TEST_CASE("counts between values are those of bounds moved by no more than the stated bound",
          "[metric]") {
  for (const Shape& shape : shapes()) {
    Values values = drawn(shape, 11, 20'000);
    const Distribution d = made_of(values);
    std::sort(values.begin(), values.end());
    const double bound = d.error_bound() * (1 + 1e-9);
    const auto upto = [&](double x) {
      return static_cast<double>(std::upper_bound(values.begin(), values.end(), x) -
                                 values.begin());
    };
    for (const double p : {5.0, 50.0, 95.0}) {
      INFO(shape.name << " " << p);
      StatisticExpression count = statistic("TC(:1)");
      const double x = *(count.high = plain_percentile(values, p));
      const double counted = *extended_statistic(count, d.values());
      CHECK(counted >= upto(x / (1 + bound) * (1 - 1e-12)));
      CHECK(counted <= upto(x / (1 - bound) * (1 + 1e-12)));
    }
  }
}

TEST_CASE("neither order nor the way parts are merged can be told", "[metric]") {
  for (const Shape& shape : shapes())
    for (const std::size_t n : {5u, 200u, 256u, 257u, 300u, 5000u}) {
      INFO(shape.name << " " << n);
      Values values = drawn(shape, static_cast<unsigned>(n) + 1, n);
      const Distribution straight = made_of(values);
      std::mt19937 random(static_cast<unsigned>(n));
      std::shuffle(values.begin(), values.end(), random);
      CHECK(made_of(values) == straight);
      CHECK(made_of(values).encode() == straight.encode());
      std::vector<Distribution> parts(7);
      for (const double v : values) parts[random() % parts.size()].add(v);
      Distribution left, right;
      for (const Distribution& part : parts) left.merge(part);
      for (std::size_t i = parts.size(); i-- > 0;) {
        Distribution tail = parts[i];
        tail.merge(right);
        right = tail;
      }
      CHECK(left == straight);
      CHECK(right == straight);
      Distribution ab = parts[0], ba = parts[1];
      ab.merge(parts[1]);
      ba.merge(parts[0]);
      CHECK(ab == ba);
    }
}

TEST_CASE("a sketch merged with exact samples and a finer with a coarser one are one", "[metric]") {
  const Values narrow = drawn(shapes()[0], 1, 4000), wide = drawn(shapes()[8], 2, 20'000);
  Values all = narrow;
  all.insert(all.end(), wide.begin(), wide.end());
  const Distribution straight = made_of(all);
  for (const bool narrow_first : {true, false}) {
    Distribution d = made_of(narrow_first ? narrow : wide);
    d.merge(made_of(narrow_first ? wide : narrow));
    CHECK(d == straight);
  }
  CHECK(straight.error_bound() > made_of(narrow).error_bound());
}

TEST_CASE("one negative sample, or a set of several values, makes it unavailable for good",
          "[metric]") {
  Totals several;
  several.add(1);
  several.add(2);
  for (const int what : {0, 1, 2}) {
    Distribution d = made_of({1, 2, 3});
    if (what == 0) d.add(-1);
    if (what == 1) d.add(several);
    if (what == 2) {
      Distribution other;
      other.add(-0.5);
      d.merge(other);
    }
    d.add(5);
    d.merge(made_of({1}));
    CHECK_FALSE(d.is_available());
    CHECK(d.values().empty());
    Distribution back;
    REQUIRE(back.decode(d.encode()));
    CHECK(back == d);
  }
  Distribution sets;
  sets.add(Totals{});
  sets.add(Totals{3, 6, 2, 2});
  CHECK(sets == made_of({2, 2, 2}));
}

TEST_CASE("a distribution comes back from its row, and a damaged row is refused", "[metric]") {
  for (const Shape& shape : shapes())
    for (const std::size_t n : {0u, 1u, 256u, 3000u}) {
      const Distribution d = made_of(drawn(shape, 3, n));
      const std::string row = d.encode();
      CHECK(row.size() < 13'000);
      Distribution back;
      REQUIRE(back.decode(row));
      CHECK(back == d);
      CHECK_FALSE(back.decode(row + "x"));
      CHECK_FALSE(back.decode(row.substr(0, row.size() - 1)));
      CHECK(back == d);
      std::mt19937 random(5);
      for (int i = 0; i < 200; ++i) {
        std::string damaged = row;
        damaged[random() % damaged.size()] = static_cast<char>(random());
        Distribution other;
        if (!other.decode(damaged)) continue;
        CHECK(other.values().size() <= Distribution::kBucketsMax + 2);
        CHECK(other.encode() == damaged);
      }
    }
}

}  // namespace tocsin
