// SPDX-License-Identifier: Apache-2.0
// Text of a schedule -> fields; where it is at fault, and what to write instead.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <span>

#include "rules/mute/mute_schedule.hpp"
#include "tocsin/config_values.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kScheduleBytesMax = 256;

constexpr std::array<std::string_view, 12> kMonths{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays{"SUN", "MON", "TUE", "WED",
                                                    "THU", "FRI", "SAT"};

struct Field {
  std::string_view what;
  unsigned least, most;
  std::span<const std::string_view> names = {};
};
constexpr std::array<Field, 5> kFields{{{"minute", 0, 59},
                                        {"hour", 0, 23},
                                        {"day of the month", 1, 31},
                                        {"month", 1, 12, kMonths},
                                        {"day of the week", 0, 6, kWeekdays}}};

// A stretch of the text, so that faults can be located.
struct Part {
  std::string_view text;
  std::size_t offset = 0;
};

ScheduleError fault(Part at, std::string text, std::string hint = {}) {
  return {at.offset, std::max<std::size_t>(at.text.size(), 1), std::move(text), std::move(hint)};
}

std::vector<Part> split(Part whole, char separator) {
  std::vector<Part> parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= whole.text.size(); ++i) {
    if (i < whole.text.size() && whole.text[i] != separator) continue;
    parts.push_back({whole.text.substr(begin, i - begin), whole.offset + begin});
    begin = i + 1;
  }
  return parts;
}

bool equal_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x & ~0x20) == (y & ~0x20); });
}

std::optional<unsigned> parse_unit(std::string_view text, const Field& field) {
  for (std::size_t i = 0; i < field.names.size(); ++i)
    if (equal_letters(text, field.names[i])) return field.least + static_cast<unsigned>(i);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value < field.least || value > field.most) return std::nullopt;
  return value;
}

std::string range_text(const Field& field) {
  std::string text = std::to_string(field.least) + " to " + std::to_string(field.most);
  if (!field.names.empty())
    text += ", or " + std::string(field.names.front()) + " to " + std::string(field.names.back());
  return text;
}

std::string hint_for(std::string_view text, const Field& field) {
  if (text == "?") return "write *";
  if (text.find('/') != std::string_view::npos) return "write the values out: 0,15,30,45";
  if (field.most == 6 && text == "7") return "0 or SUN is Sunday, 6 or SAT is Saturday";
  return range_text(field);
}

// Sets the bits of `a`, `a-b`; an error otherwise.
std::optional<ScheduleError> add_item(Part item, const Field& field, std::uint64_t& bits) {
  const auto ends = split(item, '-');
  const auto first = parse_unit(ends.front().text, field);
  const auto last = parse_unit(ends.back().text, field);
  if (ends.size() > 2 || !first || !last)
    return fault(item, "\"" + std::string(item.text) + "\" is no " + std::string(field.what),
                 hint_for(item.text, field));
  if (*first > *last)
    return fault(item, "a range must rise", "write its two parts, with a comma between them");
  for (unsigned i = *first; i <= *last; ++i) bits |= std::uint64_t{1} << i;
  return std::nullopt;
}

std::optional<ScheduleError> parse_field(Part part, const Field& field, std::uint64_t& bits,
                                         bool& every) {
  every = part.text == "*";
  if (every) {
    for (unsigned i = field.least; i <= field.most; ++i) bits |= std::uint64_t{1} << i;
    return std::nullopt;
  }
  for (const Part& item : split(part, ','))
    if (auto error = add_item(item, field, bits)) return error;
  return std::nullopt;
}

// 30 February, 31 June.
bool never_comes(const CronFields& cron) {
  constexpr std::array<unsigned, 13> kLongest{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (cron.every_day || !cron.every_weekday) return false;
  for (unsigned month = 1; month <= 12; ++month)
    for (unsigned day = 1; day <= kLongest[month]; ++day)
      if ((cron.months >> month & 1U) != 0 && (cron.days >> day & 1U) != 0) return false;
  return true;
}

std::variant<MuteSchedule, ScheduleError> parse_cron(Part inside) {
  std::vector<Part> parts = split(inside, ' ');
  std::erase_if(parts, [](const Part& p) { return p.text.empty(); });
  if (parts.size() != kFields.size())
    return fault(inside, "cron has five fields, here are " + std::to_string(parts.size()),
                 "cron(minute hour day-of-month month day-of-week), such as cron(0 2 * * SUN)");
  std::array<std::uint64_t, 5> bits{};
  std::array<bool, 5> every{};
  for (std::size_t i = 0; i < kFields.size(); ++i)
    if (auto error = parse_field(parts[i], kFields[i], bits[i], every[i])) return *error;
  MuteSchedule out;
  out.cron = {.minutes = bits[0],
              .hours = static_cast<std::uint32_t>(bits[1]),
              .days = static_cast<std::uint32_t>(bits[2]),
              .months = static_cast<std::uint32_t>(bits[3]),
              .weekdays = static_cast<std::uint32_t>(bits[4]),
              .every_hour = every[1],
              .every_day = every[2],
              .every_weekday = every[4]};
  if (never_comes(out.cron)) return fault(parts[2], "there is no such day in these months");
  return out;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Digits of exactly `width`, taken off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, width)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(width);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Instant> parse_local_time(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  const Instant midnight{Duration{std::chrono::sys_days{date}.time_since_epoch()}};
  if (text.empty()) return midnight;
  if (!take(text, 'T')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  std::optional<int> second = 0;
  if (take(text, ':')) second = take_digits(text, 2);
  if (!second || *second > 59 || !text.empty()) return std::nullopt;
  return midnight + hours{*hour} + minutes{*minute} + seconds{*second};
}

std::optional<Duration> parse_any_duration(std::string_view text) {
  if (!take(text, 'P')) return parse_duration(text);
  constexpr std::array<std::pair<char, std::int64_t>, 2> kDates{{{'W', 604'800}, {'D', 86'400}}};
  constexpr std::array<std::pair<char, std::int64_t>, 3> kTimes{{{'H', 3600}, {'M', 60}, {'S', 1}}};
  std::int64_t total = 0;
  bool any = false;
  const auto take_units = [&](auto units) {
    for (const auto& [letter, length] : units) {
      std::int64_t count = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
      if (error != std::errc{} || end == text.data() + text.size() || *end != letter) continue;
      if (count < 0 || count > 1'000'000'000 / length) return false;
      total += count * length;
      text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
      any = true;
    }
    return true;
  };
  if (!take_units(kDates)) return std::nullopt;
  if (take(text, 'T') && (text.empty() || !take_units(kTimes))) return std::nullopt;
  if (!any || !text.empty()) return std::nullopt;
  return Duration{seconds{total}};
}

std::variant<MuteSchedule, ScheduleError> parse_schedule(std::string_view text) {
  const Part whole{text, 0};
  if (text.size() > kScheduleBytesMax)
    return fault(whole, "a schedule has at most " + std::to_string(kScheduleBytesMax) + " bytes");
  Part rest = whole;
  while (!rest.text.empty() && is_blank(rest.text.back())) rest.text.remove_suffix(1);
  for (; !rest.text.empty() && is_blank(rest.text.front()); ++rest.offset)
    rest.text.remove_prefix(1);
  const bool cron = rest.text.starts_with("cron("), once = rest.text.starts_with("at(");
  if ((!cron && !once) || !rest.text.ends_with(')'))
    return fault(rest, "a schedule is cron(...) or at(...)",
                 "such as cron(0 2 * * SUN) or at(2026-12-24T18:00)");
  const std::size_t name = cron ? 5 : 3;
  const Part inside{rest.text.substr(name, rest.text.size() - name - 1), rest.offset + name};
  if (cron) return parse_cron(inside);
  const auto at = parse_local_time(inside.text);
  if (!at) return fault(inside, "at() holds a time", "such as at(2026-12-24T18:00)");
  MuteSchedule out;
  out.at = at;
  return out;
}

}  // namespace tocsin
