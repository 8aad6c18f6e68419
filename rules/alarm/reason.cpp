// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/reason.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "rules/alarm/evaluate.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTextCharacters = 1023;
constexpr std::size_t kDataCharacters = 4000;

std::string_view phrase(Comparison c) {
  switch (c) {
    case Comparison::greater:
      return "greater than";
    case Comparison::greater_or_equal:
      return "greater than or equal to";
    case Comparison::less:
      return "less than";
    case Comparison::less_or_equal:
      return "less than or equal to";
  }
  return "?";
}

std::string plural(std::size_t n, std::string_view noun) {
  return std::to_string(n).append(" ").append(noun).append(n == 1 ? "" : "s");
}

std::string_view was(std::size_t n) { return n == 1 ? "was" : "were"; }

// What the newest N of a range come to, for the words of its reason.
struct Tally {
  std::vector<const Datapoint*> real;     // newest first, at most N
  std::vector<const Datapoint*> telling;  // those of them that speak for the new state
  std::size_t missing = 0;                // N less the real ones
};

Tally tally(const Alarm& alarm, AlarmState to, std::span<const Datapoint> range) {
  Tally out;
  const auto n = static_cast<std::size_t>(alarm.evaluation_periods);
  for (std::size_t i = range.size(); i-- > 0 && out.real.size() < n;) {
    if (!range[i].value) continue;
    out.real.push_back(&range[i]);
    if (is_breaching(alarm, range[i]) == (to == AlarmState::alarm))
      out.telling.push_back(&range[i]);
  }
  out.missing = n - out.real.size();
  return out;
}

std::string listed(const std::vector<const Datapoint*>& points) {
  std::string out = "[";
  for (const Datapoint* p : points) {
    if (out.size() > 1) out += ", ";
    out += java_double(*p->value) + " (" + short_date(p->start) + ")";
  }
  return out + "]";
}

std::string fills(const Alarm& alarm, std::size_t missing) {
  const bool breaching = alarm.treat_missing_data == MissingData::breaching;
  return plural(missing, "missing datapoint")
      .append(" ")
      .append(was(missing))
      .append(breaching ? " treated as [Breaching]" : " treated as [NonBreaching]");
}

bool uses_fills(const Alarm& alarm) {
  return alarm.treat_missing_data == MissingData::breaching ||
         alarm.treat_missing_data == MissingData::not_breaching;
}

std::string only_fills_text(const Alarm& alarm, const Tally& t) {
  const auto n = static_cast<std::size_t>(alarm.evaluation_periods);
  const std::string received =
      t.real.empty() ? "no datapoints were"
                     : plural(t.real.size(), "datapoint").append(" ").append(was(t.real.size()));
  return "Threshold Crossed: " + received + " received for " + plural(n, "period") + " and " +
         fills(alarm, t.missing) + ".";
}

std::string thresholds(const std::vector<const Datapoint*>& points, double Band::*side) {
  std::string out = "[";
  for (const Datapoint* p : points)
    if (p->band) out.append(out.size() > 1 ? ", " : "").append(java_double((*p->band).*side));
  return out + "]";
}

// "less than the lower thresholds [0.02] or greater than the upper thresholds [0.30]": of each
// datapoint that is listed.
std::string against_bands(BandComparison c, const std::vector<const Datapoint*>& points) {
  const std::string below = "less than the lower thresholds " + thresholds(points, &Band::low);
  const std::string above = "greater than the upper thresholds " + thresholds(points, &Band::high);
  switch (c) {
    case BandComparison::outside:
      return below + " or " + above;
    case BandComparison::below:
      return below;
    case BandComparison::above:
      return above;
  }
  return "?";
}

std::string against_threshold(const Alarm& alarm, AlarmState to,
                              const std::vector<const Datapoint*>& points) {
  const std::string_view space = to == AlarmState::alarm ? " " : " not ";
  if (alarm.maths && alarm.maths->band)
    return std::string(space) + against_bands(*alarm.maths->band, points);
  return std::string(space)
      .append(phrase(alarm.comparison))
      .append(" the threshold (")
      .append(java_double(alarm.threshold))
      .append(")");
}

std::string minimum_clause(const Alarm& alarm, AlarmState to) {
  const int m = *alarm.datapoints_to_alarm;
  const int needed = to == AlarmState::alarm ? m : alarm.evaluation_periods - m + 1;
  return " (minimum " + plural(static_cast<std::size_t>(needed), "datapoint") +
         (to == AlarmState::alarm ? " for OK -> ALARM transition)"
                                  : " for ALARM -> OK transition)");
}

// What a contributor's reason says of its datapoints.
std::string most_recent(AlarmState to, const Datapoint& point) {
  return std::string(" The most recent datapoint which ")
      .append(to == AlarmState::alarm ? "crossed" : "did not cross")
      .append(" the threshold: ")
      .append(listed({&point}))
      .append(".");
}

std::string long_form_text(const Alarm& alarm, AlarmState to, const Tally& t, bool early) {
  const auto n = static_cast<std::size_t>(alarm.evaluation_periods);
  if (to == AlarmState::insufficient_data)
    return "Insufficient Data: " + plural(n, "datapoint") + " " + std::string(was(n)) + " unknown.";
  const bool fillable = t.missing > 0 && uses_fills(alarm);
  if (t.telling.empty() && fillable) return only_fills_text(alarm, t);
  const bool filled = fillable && !early;
  const std::size_t k = t.telling.size();
  const bool contributor = !alarm.group_by.empty();
  std::string out =
      alarm.maths && alarm.maths->band ? "Thresholds Crossed: " : "Threshold Crossed: ";
  out += alarm.datapoints_to_alarm
             ? std::to_string(k) + " out of the last " + plural(n, "datapoint")
             : plural(k, "datapoint");
  // CloudWatch says "the last 1 datapoints".
  if (alarm.datapoints_to_alarm && n == 1) out += "s";
  if (!contributor) out.append(" ").append(listed(t.telling));
  out.append(" ").append(was(k));
  out += against_threshold(alarm, to, t.telling);
  if (filled) out += " and " + fills(alarm, t.missing);
  if (alarm.datapoints_to_alarm) out += minimum_clause(alarm, to);
  out += ".";
  return contributor && k > 0 ? out + most_recent(to, *t.telling.front()) : out;
}

Json number_or_text(double v) { return std::isfinite(v) ? Json(v) : Json(java_double(v)); }

// Of maths there is no telling whose samples.
Json evaluated_json(const Datapoint& p, bool counted) {
  Json out{{"timestamp", format_cloudwatch(p.start)}};
  if (!p.value) return out;
  if (counted) out["sampleCount"] = p.sample_count;
  out["value"] = number_or_text(*p.value);
  return out;
}

// The rows of the real points, oldest first, and what they are compared with.
void add_recent(const Alarm& alarm, const std::vector<Datapoint>& points, Json& out) {
  Json recent = Json::array(), lower = Json::array(), upper = Json::array();
  for (auto p = points.rbegin(); p != points.rend(); ++p) {
    if (!p->value) continue;
    recent.push_back(number_or_text(*p->value));
    if (!p->band) continue;
    lower.push_back(number_or_text(p->band->low));
    upper.push_back(number_or_text(p->band->high));
  }
  out["recentDatapoints"] = std::move(recent);
  if (!alarm.maths || !alarm.maths->band) {
    out["threshold"] = number_or_text(alarm.threshold);
    return;
  }
  out["recentLowerThresholds"] = std::move(lower);
  out["recentUpperThresholds"] = std::move(upper);
}

// `points`: newest first.
std::string reason_data(const Alarm& alarm, const std::vector<Datapoint>& points, Instant now) {
  Json out{{"version", "1.0"}, {"queryDate", format_cloudwatch(now)}};
  const auto first = std::find_if(points.rbegin(), points.rend(),
                                  [](const Datapoint& p) { return p.value.has_value(); });
  if (first != points.rend()) out["startDate"] = format_cloudwatch(first->start);
  if (!alarm.maths && !alarm.unit.empty()) out["unit"] = alarm.unit;
  if (!alarm.maths) out["statistic"] = to_string(alarm.statistic);
  out["period"] = std::chrono::duration_cast<seconds>(alarm.period).count();
  add_recent(alarm, points, out);
  std::size_t kept = points.size();
  for (std::string text;;) {
    Json evaluated = Json::array();
    for (std::size_t i = 0; i < kept; ++i)
      evaluated.push_back(evaluated_json(points[i], !alarm.maths));
    out["evaluatedDatapoints"] = evaluated;
    text = out.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() <= kDataCharacters) return text;
    // An N of thousands: the row of recent values alone would be too long.
    if (kept == 0) return {};
    kept = kept * 3 / 4;
    for (const char* row : {"recentDatapoints", "recentLowerThresholds", "recentUpperThresholds"})
      while (out.contains(row) && out[row].size() > kept) out[row].erase(0);
  }
}

// What the data list: the newest of the range back to the oldest datapoint that was looked at.
std::vector<Datapoint> evaluated_points(const Alarm& alarm, std::span<const Datapoint> range,
                                        const Tally& t) {
  const auto n = static_cast<std::size_t>(alarm.evaluation_periods);
  std::vector<Datapoint> out;
  std::size_t real = 0;
  for (std::size_t i = range.size(); i-- > 0;) {
    if (out.size() >= n && real >= t.real.size()) break;
    real += range[i].value ? 1 : 0;
    out.push_back(range[i]);
  }
  return out;
}

std::string measured(const Alarm& alarm, double value) {
  if (alarm.statistic == Statistic::sample_count)
    return "count " + std::to_string(static_cast<long long>(value));
  std::string name = to_string(alarm.statistic);
  if (alarm.statistic.simple()) name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return name + " " + java_double(value);
}

std::string plain_digits(const std::string& digits, int exponent) {
  if (exponent < 0)
    return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return digits + std::string(whole - digits.size(), '0') + ".0";
  return digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace

std::string short_date(Instant t) {
  const auto day = std::chrono::floor<days>(t.time_since_epoch());
  const std::chrono::year_month_day date{std::chrono::sys_days{day}};
  const std::chrono::hh_mm_ss time{std::chrono::floor<seconds>(t.time_since_epoch() - day)};
  std::array<char, 64> out{};
  const int n = std::snprintf(
      out.data(), out.size(), "%02u/%02u/%02d %02d:%02d:%02d", static_cast<unsigned>(date.day()),
      static_cast<unsigned>(date.month()), static_cast<int>(date.year()) % 100,
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()));
  return {out.data(), static_cast<std::size_t>(n)};
}

std::string java_double(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  const std::string sign = std::signbit(value) ? "-" : "";
  if (value == 0) return sign + "0.0";
  std::array<char, 40> buffer{};
  const char* end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value),
                                  std::chars_format::scientific)
                        .ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = text.find('e');
  std::string digits(text.substr(0, 1));
  if (e > 2) digits += text.substr(2, e - 2);
  int exponent = 0;
  const std::size_t from = e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(text.data() + from, end, exponent);
  if (exponent >= -3 && exponent < 7) return sign + plain_digits(digits, exponent);
  return sign + digits.substr(0, 1) + "." + (digits.size() > 1 ? digits.substr(1) : "0") + "E" +
         std::to_string(exponent);
}

std::string contributors_reason(std::size_t red, std::size_t all) {
  if (all == 0) return "Insufficient Data: no time series were returned.";
  return std::to_string(red) + " out of " + std::to_string(all) + " time series evaluated to ALARM";
}

Reason long_form_reason(const Alarm& alarm, AlarmState to, std::span<const Datapoint> range,
                        bool early, Instant now) {
  const Tally t = tally(alarm, to, range);
  const bool vanished = !alarm.group_by.empty() && t.real.empty() && to == AlarmState::ok;
  return {vanished ? kReasonVanished
                   : cut_code_points(long_form_text(alarm, to, t, early), kTextCharacters),
          reason_data(alarm, evaluated_points(alarm, range, t), now)};
}

Reason short_form_reason(const Alarm& alarm, AlarmState to, std::optional<double> value,
                         double samples, Instant end, Instant now) {
  const std::string window =
      " in the " + std::to_string(std::chrono::duration_cast<seconds>(alarm.period).count()) +
      " s up to " + short_date(end);
  std::string text = "Threshold Crossed: ";
  text += value ? measured(alarm, *value) + window + " was" + against_threshold(alarm, to, {}) + "."
                : "no datapoints were received" + window + ".";
  const std::vector<Datapoint> points{{end - alarm.period, value, samples}};
  return {cut_code_points(text, kTextCharacters), reason_data(alarm, points, now)};
}

}  // namespace tocsin
