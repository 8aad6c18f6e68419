// SPDX-License-Identifier: Apache-2.0
// Times as they are written in logs, and how they are read: spec/time.md section 1. Readers start
// at a given place and never look behind it; none overflows, whatever digits stand there.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "tocsin/time.hpp"

namespace tocsin {

// What a text says of a time. `instant` if it needs no calendar (an epoch); else calendar fields,
// of which year and offset may be missing.
struct WrittenTime {
  std::optional<Instant> instant;
  std::optional<int> year;  // 0..9999
  int month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0;
  std::optional<Duration> offset;  // east of UTC
};

// Whether such a day and time of day exists in `year`; a leap second does.
bool is_valid(const WrittenTime& time, int year);
// The calendar fields in `year` as if they were UTC; they must be valid.
Instant as_utc(const WrittenTime& time, int year);
// The year of an instant, UTC.
int year_of(Instant t);

// A place in a text. Every take_ function moves it only when it succeeds.
class TimeCursor {
 public:
  explicit TimeCursor(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}
  std::size_t position() const { return at_; }
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool has(char c, std::size_t ahead) const {
    return text_.size() - at_ > ahead && text_[at_ + ahead] == c;
  }
  std::string_view rest() const { return text_.substr(at_); }
  void skip_white();
  void skip(std::size_t bytes) { at_ += bytes; }  // no more than there are

  bool take(char c);
  bool take_number(int digits_min, int digits_max, int& value);
  bool take_month(int& month);                  // Jan..Dec, any case, or the whole name
  bool take_weekday();                          // the same for Mon..Sun; says nothing
  bool take_fraction_digits(int& millisecond);  // 1 to any digits, cut to milliseconds
  bool take_offset(Duration& offset);           // Z, UTC, GMT, +hh, +hhmm, +hh:mm

 private:
  std::string_view text_;
  std::size_t at_;
};

// Whether read_iso8601(), read_syslog() or read_apache() can succeed at `at`, told at a glance:
// most words are no time.
inline bool may_be_time(std::string_view text, std::size_t at) {
  const TimeCursor cursor(text, at);
  const char first = cursor.peek();
  if (first >= '0' && first <= '9') return cursor.has('-', 4) || cursor.has('/', 2);
  constexpr std::string_view months = "JFMASONDjfmasond";
  return months.find(first) != std::string_view::npos;
}

// Each reads at the cursor; on failure the cursor may have moved.
bool read_iso8601(TimeCursor& cursor,
                  WrittenTime& out);  // 2026-01-31T23:59:58.123+01:00; a blank for T; no zone
bool read_syslog(TimeCursor& cursor,
                 WrittenTime& out);  // Jan 31 23:59:58, Jan 31 2026 23:59:58.123
bool read_apache(TimeCursor& cursor, WrittenTime& out);  // 31/Jan/2026:23:59:58 +0100

enum class EpochUnit { by_digits, second, millisecond, microsecond, nanosecond };
// Digits, with a fraction. by_digits: 10, 13, 16 or 19 of them say the unit.
bool read_epoch(TimeCursor& cursor, EpochUnit unit, WrittenTime& out);

}  // namespace tocsin
