// SPDX-License-Identifier: Apache-2.0
// Long forms through the whole engine against the naive alarm: every window of six periods, closed
// one by one; random samples, early, late and out of order, with restarts and reloads between.
#include <set>
#include <string>

#include "sim/random.hpp"
#include "unit/engine/naive_world.hpp"

namespace tocsin {
namespace {

using naive::Of;
using sim::Random;

constexpr double kBad = 10;

// A text in which every word of `length` letters over - 0 X stands: a de Bruijn sequence, made by
// the greedy rule.
std::string all_words(std::size_t length) {
  std::string out(length, '-');
  std::set<std::string> seen{out};
  for (bool grown = true; grown;) {
    grown = false;
    for (const char c : {'X', '0', '-'}) {
      if (!seen.insert(out.substr(out.size() - length + 1) + c).second) continue;
      out += c;
      grown = true;
      break;
    }
  }
  return out;
}

std::vector<Accompanied> every_question(Of statistic, bool fixed, Duration period) {
  std::vector<Accompanied> out;
  for (int n = 1; n <= 6; ++n)
    for (int m = 1; m <= n; ++m)
      for (const MissingData treat : {MissingData::missing, MissingData::ignore,
                                      MissingData::breaching, MissingData::not_breaching}) {
        naive::Description d{{n, m, n + std::max(2, n / 3), treat}, statistic};
        d.threshold = kBad;
        d.fixed = fixed;
        d.period = period;
        out.push_back(accompanied("a" + std::to_string(out.size()), d));
      }
  return out;
}

struct Interruptions {
  std::size_t restart_every = 0, reload_every = 0;  // periods; 0: never
};

void play_every_window(Of statistic, bool fixed, Duration period, Interruptions interruptions) {
  NaiveWorld world(every_question(statistic, fixed, period), seconds{0});
  world.quiet_until(seconds{0});
  const std::string points = all_words(6);
  REQUIRE(points.size() == 729 + 5);
  const auto is_due = [](std::size_t i, std::size_t every) { return every != 0 && i % every == 0; };
  Duration t{};
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i] != '-') world.sample(t + period / 2, t + period / 2, points[i] == 'X' ? kBad : 0);
    if (is_due(i, interruptions.reload_every)) world.reload_the_same(t + period / 2);
    if (is_due(i, interruptions.restart_every)) world.restart(t + period / 2);
    t += period;
    world.quiet_until(t);
  }
  world.check();
  CHECK(world.transitions() > 6'000);
}

// Samples of one run, in the order in which they are read.
struct Sampled {
  Duration time, read_at;
  double value;
};

std::vector<Sampled> random_samples(Random& random, Duration period, Duration lateness) {
  std::vector<Sampled> out;
  Duration t{};
  const auto count = random.range(5, 60);
  for (std::int64_t i = 0; i < count; ++i) {
    t += random.pick<Duration>({Duration{0}, milliseconds{1}, period / 7, period / 3, period,
                                random.range(Duration{0}, 3 * period)});
    if (random.chance(0.03)) t += random.range(period, 20 * period);
    Duration read_at = t + random.range(Duration{0}, lateness);
    if (random.chance(0.1)) read_at += random.range(Duration{0}, 8 * period);
    out.push_back({t, read_at, static_cast<double>(random.pick<int>({0, 0, 1, 2, 3, 5, 9}))});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Sampled& a, const Sampled& b) { return a.read_at < b.read_at; });
  return out;
}

naive::Description random_alarm(Random& random, Duration period, Duration lateness) {
  naive::Description d;
  d.question.n = static_cast<int>(random.range(1, 4));
  d.question.m = static_cast<int>(random.range(1, d.question.n));
  d.question.range = d.question.n + static_cast<int>(random.range(0, 3));
  d.question.treat = random.pick<MissingData>({MissingData::missing, MissingData::ignore,
                                               MissingData::breaching, MissingData::not_breaching});
  d.statistic =
      random.pick<Of>({Of::sum, Of::sum, Of::count, Of::maximum, Of::minimum, Of::average});
  d.comparison = random.pick<Comparison>({Comparison::greater, Comparison::greater_or_equal,
                                          Comparison::greater_or_equal, Comparison::less_or_equal,
                                          Comparison::less});
  d.threshold = static_cast<double>(random.range(0, 6));
  d.period = period;
  // Evaluated each minute, a day takes the naive one too long.
  const bool slow = period > minutes{5} && d.question.n * period <= days{1};
  d.fixed = slow || random.chance(0.5);
  d.lateness = lateness;
  return d;
}

void play_random(std::uint64_t seed) {
  Random random(seed);
  const Duration period = random.pick<Duration>(
      {seconds{10}, seconds{30}, minutes{1}, minutes{2}, minutes{5}, hours{1}, days{1}});
  // Few periods are open at a time, so that all their completions can be tried.
  const Duration lateness =
      random.pick<Duration>({Duration{0}, seconds{5}, period / 2, 2 * period});
  std::vector<Accompanied> alarms;
  for (int i = 0; i < 6; ++i)
    alarms.push_back(accompanied("a" + std::to_string(i), random_alarm(random, period, lateness)));
  NaiveWorld world(std::move(alarms), lateness);
  const double disturbance = random.pick<double>({0, 0, 0.05, 0.3});
  Duration now{};
  if (random.chance(0.8)) world.quiet_until(now);
  const auto idle_until = [&](Duration to) {
    while (now < to) {
      if (random.chance(disturbance)) world.restart(now);
      if (random.chance(disturbance)) world.reload_the_same(now);
      const Duration by =
          std::max<Duration>(lateness, minutes{1}) + random.range(period, 9 * period);
      if (random.chance(disturbance / 3)) world.set_back(now - by, by, period / 2);
      now = std::min(to, now + random.pick<Duration>({period / 10, period, 9 * period}));
      if (random.chance(0.7)) world.quiet_until(now);
    }
  };
  for (const Sampled& s : random_samples(random, period, lateness)) {
    idle_until(s.read_at);
    world.sample(s.time, s.read_at, s.value);
  }
  idle_until(now + 20 * period);
  world.quiet_until(now);
  INFO("seed " << seed);
  world.check();
}

}  // namespace

TEST_CASE("every window of six periods is judged as told, whatever N, M and treatment") {
  play_every_window(Of::average, true, minutes{1}, {});
}

TEST_CASE("every window of six periods ends as told where a breach is told early") {
  play_every_window(Of::sum, true, minutes{1}, {});
  play_every_window(Of::maximum, true, seconds{10}, {});
}

TEST_CASE("restarts and reloads of the same rules change no answer to any window") {
  play_every_window(Of::average, false, minutes{1}, {13, 29});
  play_every_window(Of::sum, false, minutes{1}, {29, 13});
}

TEST_CASE("a breach is told at the earliest sample at which every completion gives ALARM") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) play_random(seed);
}

TEST_CASE("a breach is told at the earliest certain sample, in many more runs", "[.long]") {
  for (std::uint64_t seed = 1'000; seed < 21'000; ++seed) play_random(seed);
}

}  // namespace tocsin
