// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/series.hpp"

#include <variant>

#include "rules/metric/statistic_expression.hpp"
#include "support/catch.hpp"

namespace tocsin {

TEST_CASE("a default value is of its minute: no shorter period has it") {
  const Instant start = instant_from_ms(1767225600000);
  Series series({seconds{10}, true});
  series.add(start, 7);
  series.add_default(start, "f", 0);
  const auto median = [&](Duration period) {
    return *series.statistic(std::get<StatisticExpression>(parse_statistic("p50")), start,
                             start + period);
  };
  CHECK(series.period(start, start + seconds{10}).count == 1);
  CHECK(series.period(start, start + minutes{1}).count == 2);
  CHECK(median(seconds{10}) == 7);
  CHECK(median(minutes{1}) == 3.5);
}

}  // namespace tocsin
