// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time/written_time.hpp"

#include <array>
#include <cstdint>
#include <limits>

#include "rules/match/time/plain_time.hpp"
#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::int64_t kMillisecondsMax = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_lower(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (lower(text[i]) != word[i]) return false;
  return true;
}

// How many bytes of `text` are `name` or its first three letters; 0: it is not there.
std::size_t name_length(std::string_view text, std::string_view name) {
  if (starts_with_lower(text, name)) return name.size();
  return starts_with_lower(text, name.substr(0, 3)) ? 3 : 0;
}

std::chrono::year_month_day date_of(const WrittenTime& time, int year) {
  return std::chrono::year{year} / std::chrono::month{static_cast<unsigned>(time.month)} /
         std::chrono::day{static_cast<unsigned>(time.day)};
}

// hh:mm[:ss[(.|,)fraction]]
bool read_time_of_day(TimeCursor& cursor, WrittenTime& out, bool seconds_needed) {
  if (!cursor.take_number(2, 2, out.hour) || !cursor.take(':') ||
      !cursor.take_number(2, 2, out.minute))
    return false;
  if (!cursor.take(':')) return !seconds_needed;
  if (!cursor.take_number(2, 2, out.second)) return false;
  TimeCursor ahead = cursor;
  if ((ahead.take('.') || ahead.take(',')) && ahead.take_fraction_digits(out.millisecond))
    cursor = ahead;
  return true;
}

// An offset right here, or after one blank.
void read_optional_offset(TimeCursor& cursor, WrittenTime& out) {
  Duration offset{};
  TimeCursor ahead = cursor;
  ahead.take(' ');
  if (!ahead.take_offset(offset)) return;
  out.offset = offset;
  cursor = ahead;
}

std::int64_t units_per_second(EpochUnit unit, std::size_t digits) {
  switch (unit) {
    case EpochUnit::second:
      return 1;
    case EpochUnit::millisecond:
      return 1'000;
    case EpochUnit::microsecond:
      return 1'000'000;
    case EpochUnit::nanosecond:
      return 1'000'000'000;
    case EpochUnit::by_digits:
      break;
  }
  switch (digits) {
    case 10:
      return 1;
    case 13:
      return 1'000;
    case 16:
      return 1'000'000;
    case 19:
      return 1'000'000'000;
    default:
      return 0;
  }
}

}  // namespace

bool is_valid(const WrittenTime& time, int year) {
  return year >= 0 && year <= 9999 && date_of(time, year).ok() && time.hour <= 23 &&
         time.minute <= 59 && time.second <= 60;
}

Instant as_utc(const WrittenTime& time, int year) {
  const auto midnight = std::chrono::sys_days{date_of(time, year)}.time_since_epoch();
  return Instant{Duration{midnight} + hours{time.hour} + minutes{time.minute} +
                 seconds{time.second} + milliseconds{time.millisecond}};
}

int year_of(Instant t) {
  const std::chrono::sys_days day{std::chrono::floor<days>(t.time_since_epoch())};
  return static_cast<int>(std::chrono::year_month_day{day}.year());
}

void TimeCursor::skip_white() {
  while (!at_end() && is_white(peek())) ++at_;
}

bool TimeCursor::take(char c) {
  if (at_end() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool TimeCursor::take_number(int digits_min, int digits_max, int& value) {
  int digits = 0, read = 0;
  while (digits < digits_max && at_ + static_cast<std::size_t>(digits) < text_.size()) {
    const char c = text_[at_ + static_cast<std::size_t>(digits)];
    if (!is_digit(c)) break;
    read = read * 10 + (c - '0');
    ++digits;
  }
  if (digits < digits_min) return false;
  at_ += static_cast<std::size_t>(digits);
  value = read;
  return true;
}

bool TimeCursor::take_month(int& month) {
  const int found = month_of(rest());
  if (found == 0) return false;
  at_ += name_length(rest(), kMonths[static_cast<std::size_t>(found) - 1]);
  month = found;
  return true;
}

bool TimeCursor::take_weekday() {
  for (const std::string_view name : kWeekdays) {
    const std::size_t length = name_length(rest(), name);
    at_ += length;
    if (length > 0) return true;
  }
  return false;
}

bool TimeCursor::take_fraction_digits(int& millisecond) {
  if (!is_digit(peek())) return false;
  millisecond = 0;
  for (int weight = 100; is_digit(peek()); ++at_, weight /= 10)
    millisecond += weight * (peek() - '0');
  return true;
}

bool TimeCursor::take_offset(Duration& offset) {
  if (at_end() || is_digit(peek())) return false;
  for (const std::string_view name : {"UTC", "GMT", "Z"})
    if (rest().starts_with(name) &&
        (rest().size() == name.size() || !is_alphanumeric(rest()[name.size()]))) {
      at_ += name.size();
      offset = Duration{0};
      return true;
    }
  TimeCursor ahead = *this;
  const bool west = ahead.take('-');
  int hour = 0, minute = 0;
  if ((!west && !ahead.take('+')) || !ahead.take_number(2, 2, hour)) return false;
  if (ahead.take(':')) {
    if (!ahead.take_number(2, 2, minute)) return false;
  } else {
    ahead.take_number(2, 2, minute);
  }
  if (hour > 23 || minute > 59 || is_digit(ahead.peek())) return false;
  *this = ahead;
  offset = hours{hour} + minutes{minute};
  if (west) offset = -offset;
  return true;
}

bool read_iso8601(TimeCursor& cursor, WrittenTime& out) {
  if (!cursor.has('-', 4)) return false;
  out = WrittenTime{};
  if (const std::size_t size = read_plain_utc(cursor.rest(), out)) {
    cursor.skip(size);
    return is_valid(out, *out.year);
  }
  out = WrittenTime{};
  int year = 0;
  if (!cursor.take_number(4, 4, year) || !cursor.take('-') ||
      !cursor.take_number(2, 2, out.month) || !cursor.take('-') ||
      !cursor.take_number(2, 2, out.day))
    return false;
  if (!cursor.take('T') && !cursor.take(' ') && !cursor.take('t')) return false;
  if (!read_time_of_day(cursor, out, false)) return false;
  read_optional_offset(cursor, out);
  out.year = year;
  return is_valid(out, year);
}

bool read_syslog(TimeCursor& cursor, WrittenTime& out) {
  if (is_digit(cursor.peek())) return false;
  constexpr int kLeapYear = 2024;  // without a year any day that some year has will do
  out = WrittenTime{};
  if (const std::size_t size = read_plain_syslog(cursor.rest(), out)) {
    cursor.skip(size);
    return is_valid(out, kLeapYear);
  }
  out = WrittenTime{};
  if (!cursor.take_month(out.month) || !cursor.take(' ')) return false;
  cursor.skip_white();
  if (!cursor.take_number(1, 2, out.day) || !cursor.take(' ')) return false;
  int year = 0;
  TimeCursor ahead = cursor;
  if (ahead.take_number(4, 4, year) && ahead.take(' ')) {
    out.year = year;
    cursor = ahead;
  }
  return read_time_of_day(cursor, out, true) && is_valid(out, out.year.value_or(kLeapYear));
}

bool read_apache(TimeCursor& cursor, WrittenTime& out) {
  if (!cursor.has('/', 2)) return false;
  out = WrittenTime{};
  if (const std::size_t size = read_plain_apache(cursor.rest(), out)) {
    cursor.skip(size);
    return is_valid(out, *out.year);
  }
  out = WrittenTime{};
  int year = 0;
  if (!cursor.take_number(2, 2, out.day) || !cursor.take('/') || !cursor.take_month(out.month) ||
      !cursor.take('/') || !cursor.take_number(4, 4, year) || !cursor.take(':') ||
      !read_time_of_day(cursor, out, true))
    return false;
  read_optional_offset(cursor, out);
  out.year = year;
  return is_valid(out, year);
}

bool read_epoch(TimeCursor& cursor, EpochUnit unit, WrittenTime& out) {
  out = WrittenTime{};
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (; is_digit(cursor.peek()); cursor.take(cursor.peek()), ++digits) {
    if (digits == 19) return false;
    value = value * 10 + static_cast<std::uint64_t>(cursor.peek() - '0');
  }
  const std::int64_t per_second = digits == 0 ? 0 : units_per_second(unit, digits);
  if (per_second == 0) return false;
  int fraction = 0;
  TimeCursor ahead = cursor;
  if (ahead.take('.') && ahead.take_fraction_digits(fraction)) cursor = ahead;
  constexpr std::string_view continuations = "_-/";  // an identifier or a date
  if (is_alphanumeric(cursor.peek()) || continuations.find(cursor.peek()) != std::string_view::npos)
    return false;
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return false;

  const auto count = static_cast<std::int64_t>(value);
  const bool is_seconds = per_second == 1;
  if (is_seconds && count > kMillisecondsMax / 1000) return false;
  const std::int64_t ms = is_seconds ? count * 1000 + fraction : count / (per_second / 1000);
  if (ms > kMillisecondsMax) return false;
  out.instant = instant_from_ms(ms);
  return true;
}

}  // namespace tocsin
