// SPDX-License-Identifier: Apache-2.0
// Random expressions, evaluated a second time datapoint by datapoint by what they were made of.
#include <array>
#include <cmath>
#include <functional>
#include <random>

#include "rules/metric/maths/math_program.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kPoints = 9;
constexpr std::int64_t kPeriodSeconds = 300;
using Point = std::optional<double>;

// An expression and what it is at datapoint i. A scalar is the same at each.
struct Made {
  Made(std::string t, bool s, const std::function<Point(std::size_t)>& of)
      : text(std::move(t)), scalar(s) {
    for (std::size_t i = 0; i < kPoints; ++i) values[i] = of(i);
  }
  Point at(std::size_t i) const { return values[i]; }

  std::string text;
  bool scalar;
  std::array<Point, kPoints> values;
};

Point kept(double v) { return std::isfinite(v) ? Point(v) : std::nullopt; }

struct Symbol {
  const char* text;
  std::function<double(double, double)> of;
};

const std::vector<Symbol>& symbols() {
  static const std::vector<Symbol> all{
      {"+", [](double a, double b) { return a + b; }},
      {"-", [](double a, double b) { return a - b; }},
      {"*", [](double a, double b) { return a * b; }},
      {"/", [](double a, double b) { return b == 0 ? std::nan("") : a / b; }},
      {"==", [](double a, double b) { return a == b ? 1.0 : 0.0; }},
      {"!=", [](double a, double b) { return a == b ? 0.0 : 1.0; }},
      {"<", [](double a, double b) { return a < b ? 1.0 : 0.0; }},
      {">=", [](double a, double b) { return a < b ? 0.0 : 1.0; }},
      {"AND", [](double a, double b) { return a != 0 && b != 0 ? 1.0 : 0.0; }},
      {"||", [](double a, double b) { return a != 0 || b != 0 ? 1.0 : 0.0; }}};
  return all;
}

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {
    for (MathSeries& metric : metrics) {
      metric.resize(kPoints);
      for (Point& p : metric)
        if (random_() % 3 != 0) p = static_cast<double>(random_() % 7) - 2;
    }
  }

  Made series(int depth) {
    switch (depth == 0 ? 0 : random_() % 9) {
      case 0:
      case 1:
        return metric();
      case 2:
        return binary(series(depth - 1), series(depth - 1));
      case 3:
        return random_() % 2 == 0 ? binary(series(depth - 1), scalar(depth - 1))
                                  : binary(scalar(depth - 1), series(depth - 1));
      case 4:
        return condition(depth);
      case 5:
        return filled(depth);
      case 6:
        return change(depth);
      case 7:
        return folded_array(depth);
      default:
        return negated(series(depth - 1));
    }
  }

  std::array<MathSeries, 3> metrics;

 private:
  Made metric() {
    const std::size_t which = random_() % metrics.size();
    const MathSeries values = metrics[which];
    return {"m" + std::to_string(which), false, [values](std::size_t i) { return values[i]; }};
  }

  Made scalar(int depth) {
    if (depth > 0 && random_() % 3 == 0) return folded_series(depth);
    if (depth > 0 && random_() % 3 == 0) return binary(scalar(depth - 1), scalar(depth - 1));
    const auto v = static_cast<unsigned>(random_() % 5);
    return {std::to_string(v), true, [v](std::size_t) { return v; }};
  }

  Made binary(const Made& a, const Made& b) {
    const Symbol& s = symbols()[random_() % symbols().size()];
    const auto of = s.of;
    return {"(" + a.text + " " + s.text + " " + b.text + ")", a.scalar && b.scalar,
            [a, b, of](std::size_t i) -> Point {
              const Point x = a.at(i), y = b.at(i);
              if (!x && !y) return std::nullopt;
              if ((a.scalar && !x) || (b.scalar && !y)) return std::nullopt;
              if ((a.scalar && !y) || (b.scalar && !x)) return std::nullopt;
              return kept(of(x.value_or(0), y.value_or(0)));
            }};
  }

  Made negated(const Made& a) {
    return {"-" + a.text, a.scalar, [a](std::size_t i) -> Point {
              const Point x = a.at(i);
              return x ? Point(-*x) : std::nullopt;
            }};
  }

  Made condition(int depth) {
    const Made c = series(depth - 1);
    const Made a = random_() % 2 == 0 ? series(depth - 1) : scalar(depth - 1);
    const bool has_else = random_() % 3 != 0;
    const Made b = random_() % 2 == 0 ? series(depth - 1) : scalar(depth - 1);
    return {"IF(" + c.text + ", " + a.text + (has_else ? ", " + b.text : "") + ")", false,
            [c, a, b, has_else](std::size_t i) -> Point {
              const Point when = c.at(i);
              if (!when) return std::nullopt;
              if (*when == 0) return has_else ? b.at(i) : std::nullopt;
              return a.scalar ? a.at(i) : Point(a.at(i).value_or(0));
            }};
  }

  Made filled(int depth) {
    const Made a = series(depth - 1);
    switch (random_() % 3) {
      case 0:
        return {"FILL(" + a.text + ", REPEAT)", false, [a](std::size_t i) -> Point {
                  for (std::size_t back = i + 1; back-- > 0;)
                    if (const Point v = a.at(back)) return v;
                  return std::nullopt;
                }};
      case 1:
        return {"FILL(" + a.text + ", LINEAR)", false, [a](std::size_t i) -> Point {
                  std::size_t low = i, high = i;
                  while (low > 0 && !a.at(low)) --low;
                  while (high + 1 < kPoints && !a.at(high)) ++high;
                  if (!a.at(low) || !a.at(high)) return std::nullopt;
                  if (low == high) return a.at(i);
                  const double part =
                      static_cast<double>(i - low) / static_cast<double>(high - low);
                  return *a.at(low) * (1 - part) + *a.at(high) * part;
                }};
      default: {
        const Made b = random_() % 2 == 0 ? series(depth - 1) : scalar(depth - 1);
        return {"FILL(" + a.text + ", " + b.text + ")", false,
                [a, b](std::size_t i) { return a.at(i) ? a.at(i) : b.at(i); }};
      }
    }
  }

  Made change(int depth) {
    const Made a = series(depth - 1);
    const auto kind = static_cast<unsigned>(random_() % 3);
    const char* const names[] = {"DIFF", "RATE", "DIFF_TIME"};
    return {std::string(names[kind]) + "(" + a.text + ")", false,
            [a, kind](std::size_t i) -> Point {
              if (!a.at(i)) return std::nullopt;
              for (std::size_t back = i; back-- > 0;) {
                if (!a.at(back)) continue;
                const double time = static_cast<double>(i - back) * kPeriodSeconds;
                const double difference = *a.at(i) - *a.at(back);
                return kind == 0 ? kept(difference) : kind == 1 ? kept(difference / time) : time;
              }
              return std::nullopt;
            }};
  }

  static Point folded(unsigned kind, const std::vector<Point>& points, bool missing_is_zero) {
    double sum = 0, least = INFINITY, most = -INFINITY, n = 0;
    for (const Point& p : points) {
      if (!p) continue;
      ++n;
      sum += *p;
      least = std::min(least, *p);
      most = std::max(most, *p);
    }
    if (n == 0) return std::nullopt;
    const double size = missing_is_zero ? static_cast<double>(points.size()) : n;
    const double all[] = {sum, sum / size, least, most};
    return kept(all[kind]);
  }

  Made folded_array(int depth) {
    const auto kind = static_cast<unsigned>(random_() % 4);
    std::vector<Made> members;
    std::string text;
    for (std::size_t n = 1 + random_() % 3; n > 0; --n) {
      members.push_back(series(depth - 1));
      text += (text.empty() ? "" : ", ") + members.back().text;
    }
    return {std::string(kFolds[kind]) + "([" + text + "])", false, [members, kind](std::size_t i) {
              std::vector<Point> points;
              for (const Made& m : members) points.push_back(m.at(i));
              return folded(kind, points, true);
            }};
  }

  Made folded_series(int depth) {
    const auto kind = static_cast<unsigned>(random_() % 4);
    const Made a = series(depth - 1);
    std::vector<Point> points;
    for (std::size_t i = 0; i < kPoints; ++i) points.push_back(a.at(i));
    const Point value = folded(kind, points, false);
    return {std::string(kFolds[kind]) + "(" + a.text + ")", true,
            [value](std::size_t) { return value; }};
  }

  static constexpr const char* kFolds[] = {"SUM", "AVG", "MIN", "MAX"};
  std::mt19937 random_;
};

bool same(const Point& a, const Point& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return *a == Approx(*b).epsilon(1e-12).margin(1e-300);
}

}  // namespace

TEST_CASE("random expressions are what a plain evaluation of each datapoint gives", "[metric]") {
  int compiled_count = 0;
  for (unsigned seed = 1; seed <= 1500; ++seed) {
    Maker maker(seed);
    const Made made = maker.series(3);
    auto compiled = MathProgram::compile({{"m0", ""}, {"m1", ""}, {"m2", ""}, {"e", made.text}},
                                         "e", MathResult::series);
    if (made.text.size() > kMathCharactersMax) continue;
    INFO(seed << ": " << made.text);
    REQUIRE(std::holds_alternative<MathProgram>(compiled));
    ++compiled_count;
    const auto& program = std::get<MathProgram>(compiled);
    std::vector<MathSeries> metrics;
    for (const std::string& id : program.metrics())
      metrics.push_back(maker.metrics[static_cast<std::size_t>(id[1] - '0')]);
    const MathValue value =
        program.evaluate({{Instant{}, seconds{kPeriodSeconds}, kPoints}, metrics, {}});
    const MathSeries& result = std::get<MathSeries>(value);
    int wrong = 0;
    for (std::size_t i = 0; i < kPoints; ++i) wrong += !same(result[i], made.at(i));
    CHECK(wrong == 0);
    // Printed without the brackets that are not needed, it means the same.
    const std::string printed = to_string(std::get<MathExpression>(parse_math(made.text)));
    const auto again = MathProgram::compile({{"m0", ""}, {"m1", ""}, {"m2", ""}, {"e", printed}},
                                            "e", MathResult::series);
    INFO(printed);
    REQUIRE(std::holds_alternative<MathProgram>(again));
    const auto& second = std::get<MathProgram>(again);
    CHECK(second.evaluate({{Instant{}, seconds{kPeriodSeconds}, kPoints}, metrics, {}}) == value);
  }
  CHECK(compiled_count > 1000);
}

TEST_CASE("any text is read or refused at a place in it", "[metric]") {
  const std::vector<std::string> pieces{
      "m1",   "e",     "SUM",      "IF",   "FILL",   "METRICS",
      "SORT", "SLICE", "AVG",      "DESC", "REPEAT", "(",
      ")",    "[",     "]",        ",",    "+",      "-",
      "*",    "/",     "^",        "==",   "<",      "AND",
      "||",   "1",     ".5",       "2",    "\"m\"",  "'",
      " ",    "=",     "\xc3\xa9", "\xff", "PERIOD", "ANOMALY_DETECTION_BAND"};
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n) text += pieces[random() % pieces.size()];
    const auto compiled = MathProgram::compile({{"m1", ""}, {"e", text}}, "e", MathResult::any);
    const auto* errors = std::get_if<std::vector<MathError>>(&compiled);
    if (errors == nullptr) continue;
    INFO(text);
    REQUIRE(errors->size() == 1);
    CHECK(errors->front().text != "");
    CHECK(errors->front().column >= 1);
    CHECK(errors->front().column <= static_cast<int>(text.size()) + 1);
  }
}

TEST_CASE("a range of one period more changes nothing but where it looks back", "[metric]") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    Maker maker(seed + 5000);
    const Made made = maker.series(2);
    const auto compiled = MathProgram::compile(
        {{"m0", ""}, {"m1", ""}, {"m2", ""}, {"e", made.text}}, "e", MathResult::series);
    const auto& program = std::get<MathProgram>(compiled);
    // Differences over gaps, REPEAT and LINEAR reach further than can be told beforehand.
    if (!program.notices().empty() || program.look_back() > 0) continue;
    std::vector<MathSeries> metrics, shorter;
    for (const std::string& id : program.metrics()) {
      metrics.push_back(maker.metrics[static_cast<std::size_t>(id[1] - '0')]);
      shorter.emplace_back(metrics.back().begin() + 1, metrics.back().end());
    }
    const MathValue all = program.evaluate({{Instant{}, seconds{60}, kPoints}, metrics, {}});
    const MathValue some =
        program.evaluate({{Instant{} + seconds{60}, seconds{60}, kPoints - 1}, shorter, {}});
    const MathSeries& long_one = std::get<MathSeries>(all);
    INFO(made.text);
    CHECK(std::get<MathSeries>(some) == MathSeries(long_one.begin() + 1, long_one.end()));
  }
}

TEST_CASE("an alarm's band is a program whose result is the band", "[metric]") {
  const std::vector<MathEntry> entries{{"m1", ""}, {"ad1", "ANOMALY_DETECTION_BAND(m1, 3)"}};
  const auto compiled = MathProgram::compile(entries, "ad1", MathResult::band);
  REQUIRE(std::holds_alternative<MathProgram>(compiled));
  const auto& program = std::get<MathProgram>(compiled);
  REQUIRE(program.bands() == std::vector<MathProgram::Band>{{"m1", 3}});
  for (const char* id : {"m1", "none"}) {
    const auto refused = MathProgram::compile(entries, id, MathResult::band);
    REQUIRE(std::holds_alternative<std::vector<MathError>>(refused));
    CHECK(std::get<std::vector<MathError>>(refused)[0].fault == MathFault::result);
  }
}

}  // namespace tocsin
