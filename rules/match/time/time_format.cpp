// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time/time_format.hpp"

#include <optional>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kDirectives = "YymdejbBhaAHkIlpMSfzZsnt%";
constexpr std::string_view kDayDirectives = "dejs";

// Directives that stand for several.
std::string_view expansion(char directive) {
  switch (directive) {
    case 'T':
      return "%H:%M:%S";
    case 'R':
      return "%H:%M";
    case 'F':
      return "%Y-%m-%d";
    case 'D':
      return "%m/%d/%y";
    default:
      return {};
  }
}

// What is only known when all has been read.
struct Pending {
  std::optional<int> day_of_year;
  std::optional<bool> afternoon;
};

// A number that may be padded by blanks.
bool take_padded(TimeCursor& cursor, int& value) {
  cursor.skip_white();
  return cursor.take_number(1, 2, value);
}

bool take_half_of_day(TimeCursor& cursor, Pending& pending) {
  const std::string_view text = cursor.rest().substr(0, 2);
  if (text != "AM" && text != "PM" && text != "am" && text != "pm") return false;
  pending.afternoon = text[0] == 'P' || text[0] == 'p';
  return cursor.take(text[0]) && cursor.take(text[1]);
}

bool take_short_year(TimeCursor& cursor, WrittenTime& out) {
  int year = 0;
  if (!cursor.take_number(2, 2, year)) return false;
  out.year = year < 69 ? 2000 + year : 1900 + year;
  return true;
}

bool take_full_year(TimeCursor& cursor, WrittenTime& out) {
  int year = 0;
  if (!cursor.take_number(4, 4, year)) return false;
  out.year = year;
  return true;
}

bool take_day_of_year(TimeCursor& cursor, Pending& pending) {
  int day = 0;
  if (!cursor.take_number(1, 3, day) || day < 1 || day > 366) return false;
  pending.day_of_year = day;
  return true;
}

bool take_zone(TimeCursor& cursor, WrittenTime& out) {
  Duration offset{};
  if (!cursor.take_offset(offset)) return false;
  out.offset = offset;
  return true;
}

// Names other than UTC and GMT are ambiguous: the configured zone counts.
bool take_zone_name(TimeCursor& cursor, WrittenTime& out) {
  if (take_zone(cursor, out)) return true;
  if (!is_letter(cursor.peek())) return false;
  while (is_letter(cursor.peek())) cursor.take(cursor.peek());
  return true;
}

bool read_directive(char directive, TimeCursor& cursor, WrittenTime& out, Pending& pending) {
  switch (directive) {
    case 'Y':
      return take_full_year(cursor, out);
    case 'y':
      return take_short_year(cursor, out);
    case 'm':
      return take_padded(cursor, out.month);
    case 'd':
    case 'e':
      return take_padded(cursor, out.day);
    case 'j':
      return take_day_of_year(cursor, pending);
    case 'b':
    case 'B':
    case 'h':
      return cursor.take_month(out.month);
    case 'a':
    case 'A':
      return cursor.take_weekday();
    case 'H':
    case 'k':
    case 'I':
    case 'l':
      return take_padded(cursor, out.hour);
    case 'p':
      return take_half_of_day(cursor, pending);
    case 'M':
      return cursor.take_number(2, 2, out.minute);
    case 'S':
      return cursor.take_number(2, 2, out.second);
    case 'f':
      return cursor.take_fraction_digits(out.millisecond);
    case 'z':
      return take_zone(cursor, out);
    case 'Z':
      return take_zone_name(cursor, out);
    case 's':
      return read_epoch(cursor, EpochUnit::second, out);
    default:
      return cursor.take('%');
  }
}

bool settle(const Pending& pending, WrittenTime& out) {
  if (pending.afternoon) {
    if (out.hour < 1 || out.hour > 12) return false;
    out.hour = out.hour % 12 + (*pending.afternoon ? 12 : 0);
  }
  if (pending.day_of_year) {
    if (!out.year) return false;
    const std::chrono::sys_days first{std::chrono::year{*out.year} / 1 / 1};
    const std::chrono::year_month_day date{first + days{*pending.day_of_year - 1}};
    if (static_cast<int>(date.year()) != *out.year) return false;
    out.month = static_cast<int>(static_cast<unsigned>(date.month()));
    out.day = static_cast<int>(static_cast<unsigned>(date.day()));
  }
  constexpr int kLeapYear = 2024;
  return out.instant || is_valid(out, out.year.value_or(kLeapYear));
}

}  // namespace

Result<TimeFormat> TimeFormat::compile(std::string_view text) {
  std::string expanded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool directive = text[i] == '%' && i + 1 < text.size();
    const std::string_view longer = directive ? expansion(text[i + 1]) : std::string_view{};
    expanded += longer.empty() ? text.substr(i, directive ? 2 : 1) : longer;
    if (directive) ++i;
  }
  TimeFormat format;
  bool tells_day = false;
  for (std::size_t i = 0; i < expanded.size(); ++i) {
    if (expanded[i] != '%') {
      format.steps_.push_back({false, expanded[i]});
      continue;
    }
    const char directive = ++i < expanded.size() ? expanded[i] : ' ';
    if (kDirectives.find(directive) == std::string_view::npos)
      return Error{"bad-value",
                   std::string("unknown directive '%") + directive + "' in a time format"};
    tells_day = tells_day || kDayDirectives.find(directive) != std::string_view::npos;
    format.steps_.push_back({true, directive});
  }
  if (!tells_day) return Error{"bad-value", "a time format needs a day: %d, %e, %j or %s"};
  return format;
}

bool TimeFormat::read(TimeCursor& cursor, WrittenTime& out) const {
  out = WrittenTime{};
  Pending pending;
  for (const Step& step : steps_) {
    const bool white = step.is_directive ? step.character == 'n' || step.character == 't'
                                         : is_white(step.character);
    if (white) {
      cursor.skip_white();
    } else if (step.is_directive) {
      if (!read_directive(step.character, cursor, out, pending)) return false;
    } else if (!cursor.take(step.character)) {
      return false;
    }
  }
  return settle(pending, out);
}

}  // namespace tocsin
