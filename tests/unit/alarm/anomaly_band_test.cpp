// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/anomaly_band.hpp"

#include <cmath>
#include <random>

#include "support/catch.hpp"

namespace tocsin {
namespace {

const Instant kMonday = instant_from_ms(1'767'571'200'000);  // 2026-01-05T00:00:00Z, a Monday

template <class Value>
std::vector<Datapoint> series(Duration length, Duration period, const Value& value,
                              Instant from = kMonday) {
  std::vector<Datapoint> out;
  for (Instant t = from; t < from + length; t += period) {
    Datapoint d;
    d.start = t;
    d.value = value(t);
    out.push_back(d);
  }
  return out;
}

std::vector<Datapoint> constant(double value, Duration length, Duration period = minutes{5}) {
  return series(length, period, [value](Instant) { return std::optional(value); });
}

int hour_of(Instant t) { return static_cast<int>((t - kMonday) / hours{1}) % 24; }

// A day's shape: quiet nights, a steep morning, one batch at 03:00.
double daily(Instant t) {
  const int hour = hour_of(t);
  if (hour == 3) return 900;
  return hour < 7 ? 40 : 200 + 10.0 * (12 - std::abs(12 - hour));
}

BandTraining every(Duration period) {
  BandTraining out;
  out.period = period;
  return out;
}

bool inside(const Band& band, double value) { return value >= band.low && value <= band.high; }

// Whether each of `all` from `from` on lies outside, judged as an alarm would: by the model of the
// last full hour.
std::vector<Instant> outside(const std::vector<Datapoint>& all, Instant from, double deviations,
                             const BandTraining& how) {
  std::vector<Instant> out;
  for (const Datapoint& d : all) {
    if (d.start < from) continue;
    const auto model =
        AnomalyModel::train(all, how, band_trained_until(d.start + how.period, std::nullopt));
    REQUIRE(model);
    if (!inside(model->band(d.start, deviations), *d.value)) out.push_back(d.start);
  }
  return out;
}

}  // namespace

TEST_CASE("there is no band before 3 hours of history with 12 points", "[alarm][band]") {
  const auto five = constant(10, hours{4});
  const Instant start = kMonday;
  CHECK_FALSE(AnomalyModel::train(five, every(minutes{5}), start + hours{3} - minutes{5}));
  CHECK(AnomalyModel::train(five, every(minutes{5}), start + hours{3}));
  const auto hourly = constant(10, hours{14}, hours{1});
  CHECK_FALSE(AnomalyModel::train(hourly, every(hours{1}), start + hours{11}));
  CHECK(AnomalyModel::train(hourly, every(hours{1}), start + hours{12}));
  CHECK_FALSE(AnomalyModel::train({}, every(hours{1}), start));
}

TEST_CASE("a constant series does not alarm at 2 deviations while a value moves less than 4 %",
          "[alarm][band]") {
  for (const double value : {0.001, 1.0, 250.0, 1e12})
    for (const Duration length : {Duration{hours{5}}, Duration{days{3}}, Duration{days{14}}}) {
      const auto model =
          AnomalyModel::train(constant(value, length), every(minutes{5}), kMonday + length);
      REQUIRE(model);
      const Band band = model->band(kMonday + length, 2);
      CHECK(inside(band, value * 1.0399));
      CHECK(inside(band, value * 0.9601));
      CHECK_FALSE(inside(band, value * 1.0401));
      CHECK_FALSE(inside(band, value * 0.9599));
    }
}

TEST_CASE("more deviations never make a band narrower", "[alarm][band]") {
  std::mt19937_64 random(4);
  std::normal_distribution<double> noise(20, 15);
  const auto history =
      series(days{12}, minutes{30}, [&](Instant) { return std::optional(noise(random)); });
  for (const bool counts : {false, true}) {
    BandTraining how = every(minutes{30});
    how.counts = counts;
    how.percent = true;
    const auto model = AnomalyModel::train(history, how, kMonday + days{12});
    REQUIRE(model);
    for (Instant t = kMonday + days{12}; t < kMonday + days{14}; t += minutes{30})
      for (const double k : {0.1, 0.5, 1.0, 2.0, 3.0, 5.0}) {
        const Band narrow = model->band(t, k), wide = model->band(t, k * 1.3);
        CHECK(wide.low <= narrow.low);
        CHECK(wide.high >= narrow.high);
      }
  }
}

TEST_CASE("of a series repeated daily only a doubled hour lies outside", "[alarm][band]") {
  const Instant doubled = kMonday + days{11} + hours{14};
  const auto all = series(days{13}, minutes{5}, [&](Instant t) {
    const bool twice = t >= doubled && t < doubled + hours{1};
    return std::optional(daily(t) * (twice ? 2 : 1));
  });
  std::vector<Instant> wanted;
  for (Instant t = doubled; t < doubled + hours{1}; t += minutes{5}) wanted.push_back(t);
  CHECK(outside(all, kMonday + days{4}, 2, every(minutes{5})) == wanted);
}

TEST_CASE("what is usual in one hour of the day is not so in another", "[alarm][band]") {
  const auto history =
      series(days{5}, minutes{5}, [](Instant t) { return std::optional(daily(t)); });
  const auto model = AnomalyModel::train(history, every(minutes{5}), kMonday + days{5});
  REQUIRE(model);
  CHECK(inside(model->band(kMonday + days{5} + hours{3}, 2), 900));
  CHECK_FALSE(inside(model->band(kMonday + days{5} + hours{4}, 2), 900));
  CHECK_FALSE(inside(model->band(kMonday + days{5} + hours{3}, 2), 40));
}

TEST_CASE("from ten days on weekends have a band of their own", "[alarm][band]") {
  const auto value = [](Instant t) {
    const auto day = (t - kMonday) / days{1} % 7;
    return std::optional(day >= 5 ? 10.0 : 100.0);
  };
  const auto history = series(days{12}, hours{1}, value);
  const auto model = AnomalyModel::train(history, every(hours{1}), kMonday + days{12});
  REQUIRE(model);
  const Instant saturday = kMonday + days{12} + hours{9}, monday = kMonday + days{14} + hours{9};
  CHECK(inside(model->band(saturday, 2), 10));
  CHECK_FALSE(inside(model->band(saturday, 2), 100));
  CHECK(model->band(monday, 2).low > 40);
}

TEST_CASE("scaling all values scales the band", "[alarm][band]") {
  std::mt19937_64 random(9);
  std::normal_distribution<double> noise(0, 8);
  const auto history = series(days{6}, minutes{10},
                              [&](Instant t) { return std::optional(daily(t) + noise(random)); });
  const auto model = AnomalyModel::train(history, every(minutes{10}), kMonday + days{6});
  REQUIRE(model);
  for (const double c : {0.001, 3.0, 1e6}) {
    std::vector<Datapoint> scaled = history;
    for (Datapoint& d : scaled) *d.value *= c;
    const auto other = AnomalyModel::train(scaled, every(minutes{10}), kMonday + days{6});
    REQUIRE(other);
    for (Instant t = kMonday + days{6}; t < kMonday + days{7}; t += minutes{10}) {
      const Band a = model->band(t, 2), b = other->band(t, 2);
      CHECK(b.low == Approx(a.low * c));
      CHECK(b.high == Approx(a.high * c));
    }
  }
}

TEST_CASE("a band of counts is at least the square root wide", "[alarm][band]") {
  BandTraining how = every(minutes{5});
  how.counts = true;
  const auto zeros = AnomalyModel::train(constant(0, hours{6}), how, kMonday + hours{6});
  REQUIRE(zeros);
  CHECK(zeros->band(kMonday, 2).low == 0);
  CHECK(zeros->band(kMonday, 2).high == 2);
  const auto many = AnomalyModel::train(constant(100, hours{6}), how, kMonday + hours{6});
  REQUIRE(many);
  CHECK(many->band(kMonday, 2).high == 120);
}

TEST_CASE("a band stays where values can be", "[alarm][band]") {
  BandTraining how = every(minutes{5});
  how.percent = true;
  const auto history = series(hours{6}, minutes{5}, [](Instant t) {
    return std::optional((t - kMonday) / minutes{5} % 2 == 0 ? 99.0 : 1.0);
  });
  const auto model = AnomalyModel::train(history, how, kMonday + hours{6});
  REQUIRE(model);
  CHECK(model->band(kMonday, 3).low == 0);
  CHECK(model->band(kMonday, 3).high == 100);
  const auto below = AnomalyModel::train(constant(-5, hours{6}), how, kMonday + hours{6});
  REQUIRE(below);
  CHECK(below->band(kMonday, 2).low < -5);
}

TEST_CASE("an incident in the history does not widen the band", "[alarm][band]") {
  const auto history = series(days{5}, minutes{5}, [](Instant t) {
    const bool incident = t >= kMonday + days{2} + hours{10} && t < kMonday + days{2} + hours{13};
    return std::optional(incident ? 5000.0
                                  : 100 + static_cast<double>((t - kMonday) / minutes{5} % 5));
  });
  const auto model = AnomalyModel::train(history, every(minutes{5}), kMonday + days{5});
  REQUIRE(model);
  CHECK(model->band(kMonday + days{5} + hours{11}, 2).high < 120);
}

TEST_CASE("excluded ranges are not learned", "[alarm][band]") {
  const Instant sale = kMonday + hours{2};
  const auto history = series(hours{12}, minutes{5}, [&](Instant t) {
    return std::optional(t >= sale && t < sale + hours{9} ? 1000.0 : 50.0);
  });
  BandTraining how = every(minutes{5});
  const auto learned = AnomalyModel::train(history, how, kMonday + hours{12});
  REQUIRE(learned);
  CHECK(inside(learned->band(kMonday + hours{12}, 2), 1000));
  how.excluded = {{sale, sale + hours{9}}};
  const auto model = AnomalyModel::train(history, how, kMonday + hours{12});
  REQUIRE(model);
  CHECK_FALSE(inside(model->band(kMonday + hours{12}, 2), 1000));
  CHECK(inside(model->band(kMonday + hours{12}, 2), 50));
}

TEST_CASE("a lasting change becomes the level within hours", "[alarm][band]") {
  const Instant change = kMonday + days{6};
  const auto history = series(days{7}, minutes{5}, [&](Instant t) {
    return std::optional(daily(t) * (t < change ? 1 : 1.5));
  });
  const auto soon = AnomalyModel::train(history, every(minutes{5}), change + hours{1});
  const auto later = AnomalyModel::train(history, every(minutes{5}), change + hours{8});
  REQUIRE(soon);
  REQUIRE(later);
  const Instant noon = change + hours{12};
  CHECK_FALSE(inside(soon->band(noon, 2), daily(noon) * 1.5));
  CHECK(inside(later->band(noon, 2), daily(noon) * 1.5));
}

TEST_CASE("history older than 14 days, or after the model's time, is not looked at",
          "[alarm][band]") {
  auto history = series(days{15}, hours{1}, [](Instant t) {
    return std::optional(t < kMonday + days{1} ? 1e6 : 10.0);
  });
  const auto whole = AnomalyModel::train(history, every(hours{1}), kMonday + days{15});
  history.erase(history.begin(), history.begin() + 24);
  const auto recent = AnomalyModel::train(history, every(hours{1}), kMonday + days{15});
  for (Datapoint d; d.start < kMonday + days{16}; d.start += hours{1}) {
    if (d.start < kMonday + days{15}) {
      d.start = kMonday + days{15};
    }
    d.value = 77;
    history.push_back(d);
  }
  const auto later = AnomalyModel::train(history, every(hours{1}), kMonday + days{15});
  REQUIRE(whole);
  REQUIRE(recent);
  REQUIRE(later);
  for (Instant t = kMonday + days{15}; t < kMonday + days{17}; t += hours{1}) {
    CHECK(whole->band(t, 2).high == recent->band(t, 2).high);
    CHECK(later->band(t, 2).high == recent->band(t, 2).high);
  }
}

TEST_CASE("a sparse metric has a band in hours that it never was seen in", "[alarm][band]") {
  const auto history = series(days{4}, hours{1}, [](Instant t) {
    return hour_of(t) >= 8 && hour_of(t) < 18 ? std::optional(20.0) : std::nullopt;
  });
  const auto model = AnomalyModel::train(history, every(hours{1}), kMonday + days{4});
  REQUIRE(model);
  CHECK(inside(model->band(kMonday + days{4} + hours{2}, 2), 20));
}

TEST_CASE("a model is renewed hourly, and for a day not while the alarm is red", "[alarm][band]") {
  const Instant noon = kMonday + hours{12};
  CHECK(band_trained_until(noon + minutes{59}, std::nullopt) == noon);
  CHECK(band_trained_until(noon + hours{1}, std::nullopt) == noon + hours{1});
  const Instant red = noon + minutes{20};
  CHECK(band_trained_until(red + hours{20}, red) == noon);
  CHECK(band_trained_until(red + hours{24}, red) == noon + hours{24});
  CHECK(band_trained_until(noon + minutes{19}, std::nullopt, minutes{20}) == noon - hours{1});
  CHECK(band_trained_until(noon + minutes{20}, std::nullopt, minutes{20}) == noon);
  CHECK(band_trained_until(red + hours{20}, red, minutes{30}) == noon - hours{1});
  CHECK(band_trained_until(red + hours{24}, red, minutes{20}) == noon + hours{24});
}

}  // namespace tocsin
