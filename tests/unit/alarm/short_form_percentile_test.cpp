// SPDX-License-Identifier: Apache-2.0
// The short form on percentiles: decided by counting where that is enough, and as if all samples of
// the window were put in order.
#include <algorithm>
#include <random>
#include <vector>

#include "rules/alarm/short_form.hpp"
#include "rules/metric/extended_statistic.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

constexpr Duration kWithin = seconds{10};

struct Sample {
  Instant t;
  double value;
};

bool plainly_breaches(const ShortFormSpec& spec, const std::vector<Sample>& all, Instant x) {
  std::vector<WeightedValue> window;
  for (const Sample& s : all)
    if (s.t > x - kWithin && s.t <= x) window.push_back({s.value, 1});
  std::sort(window.begin(), window.end(),
            [](const auto& a, const auto& b) { return a.value < b.value; });
  const auto value = extended_statistic(spec.statistic, window);
  return value && spec.holds(*value);
}

}  // namespace

TEST_CASE("a percentile fires at the first sample at which sorting its window says so", "[short]") {
  std::mt19937 random(21);
  int fired = 0;
  for (int round = 0; round < 300; ++round) {
    ShortFormSpec spec;
    spec.statistic = {
        StatisticExpression::Kind::percentile, true, {}, static_cast<double>(random() % 11 * 10)};
    spec.comparison = static_cast<Comparison>(random() % 4);
    spec.threshold = static_cast<double>(random() % 6);
    spec.within = kWithin;
    spec.keep_values = true;
    ShortForm alarm(spec);
    Changes out;
    Instant t = instant_from_ms(1'000'000);
    alarm.begin(t, out);
    std::vector<Sample> all;
    std::optional<Instant> wanted;
    for (int i = 0; i < 40; ++i) {
      t += Duration{random() % 3000};
      all.push_back({t, static_cast<double>(random() % 6)});
      alarm.advance(t, out);
      alarm.add(t, all.back().value, t, out);
    }
    alarm.advance(t + kWithin, out);
    for (const Sample& s : all)
      if (!wanted && plainly_breaches(spec, all, s.t)) wanted = s.t;
    const auto first = std::find_if(out.begin(), out.end(),
                                    [](const Change& c) { return c.to == AlarmState::alarm; });
    REQUIRE((first == out.end()) == !wanted);
    if (!wanted) continue;
    ++fired;
    CHECK(first->at == *wanted);
    REQUIRE(first->value);
    CHECK(spec.holds(*first->value));
  }
  CHECK(fired > 100);
}

}  // namespace tocsin
