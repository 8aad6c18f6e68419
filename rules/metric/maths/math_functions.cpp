// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/maths/math_functions.hpp"

#include <utility>

namespace tocsin {
namespace {

using Id = MathFunctionId;
using Shape = MathShape;

constexpr MathFunction kFunctions[] = {
    {"ABS", Id::absolute, Shape::pointwise, 1, 1, "ABS(m1)"},
    {"CEIL", Id::ceiling, Shape::pointwise, 1, 1, "CEIL(m1)"},
    {"FLOOR", Id::floor, Shape::pointwise, 1, 1, "FLOOR(m1)"},
    {"LOG", Id::logarithm, Shape::pointwise, 1, 1, "LOG(m1)"},
    {"LOG10", Id::logarithm10, Shape::pointwise, 1, 1, "LOG10(m1)"},
    {"SUM", Id::sum, Shape::fold, 1, 1, "SUM([m1, m2])", true},
    {"AVG", Id::average, Shape::fold, 1, 1, "AVG([m1, m2])", true},
    {"MIN", Id::minimum, Shape::fold, 1, 1, "MIN([m1, m2])", true},
    {"MAX", Id::maximum, Shape::fold, 1, 1, "MAX([m1, m2])", true},
    {"STDDEV", Id::deviation, Shape::fold, 1, 1, "STDDEV([m1, m2])", true},
    {"DATAPOINT_COUNT", Id::datapoint_count, Shape::fold, 1, 1, "DATAPOINT_COUNT([m1, m2])", true},
    {"METRIC_COUNT", Id::metric_count, Shape::count, 1, 1, "METRIC_COUNT(METRICS())"},
    {"FILL", Id::fill, Shape::fill, 2, 2, "FILL(m1, 0), FILL(m1, REPEAT) or FILL(m1, LINEAR)"},
    {"DIFF", Id::difference, Shape::pointwise, 1, 1, "DIFF(m1)", false, 1},
    {"RATE", Id::rate, Shape::pointwise, 1, 1, "RATE(m1)", false, 1},
    {"DIFF_TIME", Id::time_difference, Shape::pointwise, 1, 1, "DIFF_TIME(m1)", false, 1},
    {"RUNNING_SUM", Id::running_sum, Shape::pointwise, 1, 1, "RUNNING_SUM(m1)", true},
    {"PERIOD", Id::period, Shape::period, 1, 1, "PERIOD(m1)"},
    {"TIME_SERIES", Id::time_series, Shape::constant, 1, 1, "TIME_SERIES(10)"},
    {"METRICS", Id::metrics, Shape::metrics, 0, 1, "METRICS() or METRICS(\"errors\")"},
    {"FIRST", Id::first, Shape::pick, 1, 1, "FIRST([m1, m2])"},
    {"LAST", Id::last, Shape::pick, 1, 1, "LAST([m1, m2])"},
    {"SLICE", Id::slice, Shape::slice, 2, 3, "SLICE([m1, m2, m3], 0, 2)"},
    {"SORT", Id::sort, Shape::sort, 3, 4,
     "SORT([m1, m2], AVG, DESC) or SORT([m1, m2], MAX, ASC, 1)", true},
    {"REMOVE_EMPTY", Id::remove_empty, Shape::sift, 1, 1, "REMOVE_EMPTY([m1, m2])", true},
    {"MINUTE", Id::minute, Shape::clock, 1, 1, "MINUTE(m1)"},
    {"HOUR", Id::hour, Shape::clock, 1, 1, "HOUR(m1)"},
    {"DAY", Id::day, Shape::clock, 1, 1, "DAY(m1), 1 = Monday"},
    {"DATE", Id::date, Shape::clock, 1, 1, "DATE(m1)"},
    {"MONTH", Id::month, Shape::clock, 1, 1, "MONTH(m1)"},
    {"YEAR", Id::year, Shape::clock, 1, 1, "YEAR(m1)"},
    {"EPOCH", Id::epoch, Shape::clock, 1, 1, "EPOCH(m1)"},
    {"IF", Id::condition, Shape::condition, 2, 3, "IF(m1 > 5, m1, 0)"},
    {"ANOMALY_DETECTION_BAND", Id::band, Shape::band, 1, 2, "ANOMALY_DETECTION_BAND(m1, 2)"},
};

constexpr std::pair<std::string_view, std::string_view> kUnsupported[] = {
    {"SEARCH", "an alarm watches metrics that are named; list them and use METRICS()"},
    {"INSIGHT_RULE_METRIC", "there are no Contributor Insights here; use an alarm with group_by"},
    {"SERVICE_QUOTA", "there are no service quotas here; write the number"},
    {"DB_PERF_INSIGHTS", "there are no database counters here"},
    {"LAMBDA", "there are no data source connectors here"},
};

}  // namespace

std::span<const MathFunction> math_functions() { return kFunctions; }

const MathFunction* find_math_function(std::string_view name) {
  for (const MathFunction& f : kFunctions)
    if (f.name == name) return &f;
  return nullptr;
}

std::string_view unsupported_math_function(std::string_view name) {
  for (const auto& [known, why] : kUnsupported)
    if (known == name) return why;
  return {};
}

}  // namespace tocsin
