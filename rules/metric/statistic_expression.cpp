// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/statistic_expression.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "rules/message/text.hpp"
#include "rules/pattern/characters.hpp"
#include "tocsin/suggest.hpp"

namespace tocsin {
namespace {

using Kind = StatisticExpression::Kind;

constexpr std::size_t kDecimalsMax = 10;
constexpr std::string_view kShapes = "such as p99, tm90, TM(10%:90%), PR(:300) or IQM";

// In the order of the enumeration that rules have.
constexpr std::pair<std::string_view, Kind> kSimple[] = {{"SampleCount", Kind::sample_count},
                                                         {"Sum", Kind::sum},
                                                         {"Average", Kind::average},
                                                         {"Minimum", Kind::minimum},
                                                         {"Maximum", Kind::maximum}};
constexpr StatisticExpression kInterquartileMean{Kind::trimmed_mean, true, 25, 75};
constexpr std::string_view kWholeNames[] = {"SampleCount", "Sum",     "Average",
                                            "Minimum",     "Maximum", "IQM"};

// A percentile is written with one number only, a rank with brackets only.
struct Family {
  std::string_view lower, upper;
  Kind kind;
};
constexpr Family kFamilies[] = {
    {"p", "", Kind::percentile},         {"tm", "TM", Kind::trimmed_mean},
    {"wm", "WM", Kind::winsorized_mean}, {"tc", "TC", Kind::trimmed_count},
    {"ts", "TS", Kind::trimmed_sum},     {"", "PR", Kind::percentile_rank}};

struct Bound {
  double value = 0;
  bool percent = false;
  std::size_t begin = 0, end = 0;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<StatisticExpression> parse();
  const StatisticError& error() const { return error_; }

 private:
  std::nullopt_t fail(std::size_t begin, std::size_t end, std::string text, std::string hint = {});
  std::nullopt_t unknown_name();
  std::optional<double> read_number();
  bool read_side(std::optional<Bound>& side);
  std::optional<StatisticExpression> read_percentage(const Family& family);
  std::optional<StatisticExpression> read_bounds(const Family& family);
  std::optional<StatisticExpression> judge(const Family& family, const std::optional<Bound>& low,
                                           const std::optional<Bound>& high);
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  StatisticError error_;
};

std::nullopt_t Parser::fail(std::size_t begin, std::size_t end, std::string text,
                            std::string hint) {
  error_ = {.column = static_cast<int>(begin) + 1,
            .length = static_cast<int>(std::max(end, begin + 1) - begin),
            .text = std::move(text),
            .hint = std::move(hint)};
  return std::nullopt;
}

std::string in_case(std::string_view text, bool upper) {
  std::string out(text);
  for (char& c : out)
    if (is_letter(c)) c = static_cast<char>(upper ? c & ~0x20 : c | 0x20);
  return out;
}

std::nullopt_t Parser::unknown_name() {
  const auto letters = std::find_if_not(text_.begin(), text_.end(), is_letter);
  const std::string_view name = text_.substr(0, static_cast<std::size_t>(letters - text_.begin()));
  const std::string_view rest = text_.substr(name.size());
  std::string hint;
  for (const Family& f : kFamilies) {
    const bool bracket = rest.substr(0, 1) == "(";
    if (!rest.empty() && !f.lower.empty() && in_case(name, false) == f.lower)
      hint = bracket && f.upper.empty() ? "a percentile has no brackets: p99"
             : bracket                  ? "in capitals: " + cut_bytes(in_case(text_, true), 60)
                       : "in small letters: " + cut_bytes(in_case(text_, false), 60);
    else if (!rest.empty() && in_case(name, true) == f.upper)
      hint = "with brackets, in capitals: PR(:300)";
  }
  for (const std::string_view whole : kWholeNames)
    if (in_case(text_, false) == in_case(whole, false))
      hint = "did you mean \"" + std::string(whole) + "\"?";
  if (hint.empty()) hint = did_you_mean(text_, kWholeNames);
  if (hint.empty()) hint = kShapes;
  return fail(0, text_.size(), "CloudWatch knows no statistic `" + cut_bytes(text_, 60) + "`",
              std::move(hint));
}

std::optional<double> Parser::read_number() {
  const std::size_t begin = at_;
  const auto skip_digits = [this] {
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  };
  skip_digits();
  const std::size_t whole = at_;
  if (whole > begin && take('.')) skip_digits();
  const std::size_t end = at_;
  if (whole == begin || text_[end - 1] == '.')
    return fail(end, end + 1, "expected a number", std::string(kShapes));
  if (end > whole + 1 + kDecimalsMax)
    return fail(whole + 1 + kDecimalsMax, end, "a bound has at most 10 decimals");
  double value = 0;
  const auto read = std::from_chars(text_.data() + begin, text_.data() + end, value);
  if (read.ec != std::errc{}) return fail(begin, end, "this number is too large");
  return value;
}

std::optional<StatisticExpression> Parser::read_percentage(const Family& family) {
  const std::size_t begin = at_;
  const std::optional<double> value = read_number();
  if (!value) return std::nullopt;
  const std::size_t end = at_;
  const std::string number(text_.substr(begin, end - begin));
  if (end < text_.size())
    return fail(end, text_.size(), "a statistic in small letters ends with its one number",
                family.upper.empty()
                    ? "p" + number
                    : std::string(family.upper) + "(:" + number + "%) has room for more");
  if (*value > 100) return fail(begin, end, "a percentage is from 0 to 100");
  return StatisticExpression{family.kind, true, std::nullopt, value};
}

bool Parser::read_side(std::optional<Bound>& side) {
  if (at_ < text_.size() && (text_[at_] == ':' || text_[at_] == ')')) return true;
  Bound bound;
  bound.begin = at_;
  const std::optional<double> value = read_number();
  if (!value) return false;
  bound.value = *value;
  bound.percent = take('%');
  bound.end = at_;
  if (bound.percent && bound.value > 100) {
    fail(bound.begin, bound.end, "a percentage is from 0 to 100");
    return false;
  }
  side = bound;
  return true;
}

std::optional<StatisticExpression> Parser::read_bounds(const Family& family) {
  std::optional<Bound> low, high;
  if (!read_side(low)) return std::nullopt;
  if (!take(':')) {
    std::string hint = low ? std::string(family.upper) + "(:" +
                                 std::string(text_.substr(low->begin, low->end - low->begin)) + ")"
                           : std::string(kShapes);
    return fail(at_, at_ + 1, "expected `:` between two bounds", std::move(hint));
  }
  if (!read_side(high)) return std::nullopt;
  if (!take(')')) return fail(at_, at_ + 1, "expected `)`");
  if (at_ < text_.size()) return fail(at_, text_.size(), "nothing may follow the closing bracket");
  return judge(family, low, high);
}

std::optional<double> value_of(const std::optional<Bound>& bound) {
  return bound ? std::optional<double>(bound->value) : std::nullopt;
}

std::optional<StatisticExpression> Parser::judge(const Family& family,
                                                 const std::optional<Bound>& low,
                                                 const std::optional<Bound>& high) {
  const std::size_t begin = family.upper.size() + 1, end = text_.size() - 1;
  if (!low && !high) return fail(begin, end, "at least one bound is needed", std::string(kShapes));
  if (low && high && low->percent != high->percent)
    return fail(begin, end, "both bounds must be percentages, or both values",
                "a percentage has its % on either side: TM(10%:90%)");
  const bool percent = (low ? low : high)->percent;
  if (percent && family.kind == Kind::percentile_rank)
    return fail(begin, end, "the bounds of PR are values, not percentages", "PR(100:2000)");
  if (low && high && low->value >= high->value)
    return fail(begin, end, "the lower bound must be less than the upper one");
  return StatisticExpression{family.kind, percent, value_of(low), value_of(high)};
}

std::optional<StatisticExpression> Parser::parse() {
  for (const auto& [name, kind] : kSimple)
    if (text_ == name) return StatisticExpression{kind, false, std::nullopt, std::nullopt};
  if (text_ == "IQM") return kInterquartileMean;
  for (const Family& family : kFamilies) {
    const std::size_t lower = family.lower.size(), upper = family.upper.size();
    at_ = lower;
    if (lower > 0 && text_.substr(0, lower) == family.lower && lower < text_.size() &&
        is_digit(text_[lower]))
      return read_percentage(family);
    at_ = upper + 1;
    if (upper > 0 && text_.substr(0, upper) == family.upper && text_.substr(upper, 1) == "(")
      return read_bounds(family);
  }
  return unknown_name();
}

std::string plain_number(double value) {
  std::array<char, 400> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed)
          .ptr;
  return {buffer.data(), end};
}

std::string printed_bound(const StatisticExpression& s, const std::optional<double>& bound) {
  return bound ? plain_number(*bound) + (s.percent ? "%" : "") : "";
}

}  // namespace

std::variant<StatisticExpression, StatisticError> parse_statistic(std::string_view text) {
  Parser parser(text);
  if (const auto statistic = parser.parse()) return *statistic;
  return parser.error();
}

std::string to_string(const StatisticExpression& statistic) {
  for (const auto& [name, kind] : kSimple)
    if (statistic.kind == kind) return std::string(name);
  if (statistic == kInterquartileMean) return "IQM";
  for (const Family& family : kFamilies)
    if (statistic.kind == family.kind && statistic.percent && !statistic.low)
      return std::string(family.lower) + plain_number(statistic.high.value_or(100));
  for (const Family& family : kFamilies)
    if (statistic.kind == family.kind)
      return std::string(family.upper) + "(" + printed_bound(statistic, statistic.low) + ":" +
             printed_bound(statistic, statistic.high) + ")";
  return "?";
}

}  // namespace tocsin
