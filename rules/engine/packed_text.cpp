// SPDX-License-Identifier: Apache-2.0
// Codes: 0-94 a printable ASCII character, 95-194 two digits, 195-248 a phrase, then times, which
// are told by the last whole minute where that is shorter, and 255 the byte that follows.
#include "rules/engine/packed_text.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "rules/alarm/reason.hpp"
#include "rules/message/human_time.hpp"
#include "tocsin/time.hpp"

namespace tocsin {
namespace {

constexpr unsigned kPair = 95;
constexpr unsigned kPhrase = 195;
// "14/03/26 11:36:00":
constexpr unsigned kDateBefore = 249;  // a minute before the last whole minute
constexpr unsigned kDate = 250;        // and four bytes of seconds, least first, as below
// "2026-03-14T11:36:00.000+0000":
constexpr unsigned kMinuteBefore = 251;
constexpr unsigned kMinuteNear = 252;  // and a byte: 128 minutes before that, to 127 after
constexpr unsigned kSince = 253;       // and three bytes of milliseconds since then
constexpr unsigned kTime = 254;        // and six bytes of milliseconds
constexpr unsigned kRaw = 255;
constexpr std::size_t kDateBytes = 4;
constexpr std::size_t kSinceBytes = 3;
constexpr std::size_t kTimeBytes = 6;

// Where one begins with another the longer one stands first.
constexpr std::array kPhrases = std::to_array<std::string_view>({
    "{\"version\":\"1.0\",\"queryDate\":\"",
    "Threshold Crossed: ",
    "Unchecked: Initial alarm creation",
    "Insufficient Data: ",
    ",\"recentDatapoints\":[",
    "],\"threshold\":",
    ",\"evaluatedDatapoints\":[{\"timestamp\":\"",
    ",\"evaluatedDatapoints\":[",
    ",\"statistic\":\"Sum\"",
    ",\"statistic\":\"",
    "\",\"startDate\":\"",
    ",\"period\":60,\"recentDatapoints\":[",
    ",\"period\":",
    "\"},{\"timestamp\":\"",
    "},{\"timestamp\":\"",
    "\"}]}",
    "}]}",
    "{\"timestamp\":\"",
    "\",\"sampleCount\":1.0,\"value\":",
    "\",\"sampleCount\":",
    ",\"value\":",
    " out of the last ",
    " datapoints were unknown.",
    " datapoint was unknown.",
    " missing datapoints were treated as ",
    " missing datapoint was treated as ",
    "no datapoints were received for ",
    " datapoints were received for ",
    " datapoint was received for ",
    " datapoints [",
    " datapoint [",
    ")] was not ",
    ")] were not ",
    "), ",
    ").",
    ".0 (",
    ".0",
    " was not ",
    " were not ",
    " was ",
    " were ",
    "greater than or equal to",
    "less than or equal to",
    "greater than",
    "less than",
    " the threshold (",
    " (minimum ",
    " datapoints for ",
    " datapoint for ",
    "OK -> ALARM transition)",
    "ALARM -> OK transition)",
    "[Breaching]",
    " periods and ",
    " period and ",
});
static_assert(kPhrase + kPhrases.size() <= kDateBefore);

// The phrases by their first byte, as ranges of a sorted table.
struct PhraseIndex {
  std::array<std::uint8_t, kPhrases.size()> order{};
  std::array<std::uint8_t, 129> first{};  // of ASCII bytes; order[first[c]] to order[first[c + 1]]

  PhraseIndex() {
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint8_t>(i);
    std::stable_sort(order.begin(), order.end(), [](std::uint8_t a, std::uint8_t b) {
      return kPhrases[a].front() < kPhrases[b].front();
    });
    std::size_t at = 0;
    for (std::size_t c = 0; c < 128; ++c) {
      first[c] = static_cast<std::uint8_t>(at);
      while (at < order.size() && kPhrases[order[at]].front() == static_cast<char>(c)) ++at;
    }
    first[128] = static_cast<std::uint8_t>(at);
  }
};

// kPhrases.size(): none begins `text`.
std::size_t phrase_at(std::string_view text) {
  static const PhraseIndex kIndex;
  const auto c = static_cast<unsigned char>(text.front());
  if (c >= 128) return kPhrases.size();
  for (std::size_t i = kIndex.first[c]; i < kIndex.first[c + 1U]; ++i)
    if (text.starts_with(kPhrases[kIndex.order[i]])) return kIndex.order[i];
  return kPhrases.size();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::string_view kTimeForm = "dddd-dd-ddTdd:dd:dd.ddd+0000";
constexpr std::string_view kDateForm = "dd/dd/dd dd:dd:dd";

bool begins_as(std::string_view text, std::string_view form) {
  if (text.size() < form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == 'd' ? !is_digit(text[i]) : text[i] != form[i]) return false;
  return true;
}

int number_at(std::string_view text, std::size_t at, std::size_t length) {
  int out = 0;
  for (const char c : text.substr(at, length)) out = out * 10 + (c - '0');
  return out;
}

std::optional<Instant> instant_of(int year, int month, int day, Duration in_day) {
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return Instant{std::chrono::sys_days{date}.time_since_epoch() + in_day};
}

Duration in_day(std::string_view text) {
  return hours{number_at(text, 0, 2)} + minutes{number_at(text, 3, 2)} +
         seconds{number_at(text, 6, 2)};
}

// At the head of `text`, from 1970 on. 24:00:00 and its like are not written again as they were.
std::optional<Instant> time_at(std::string_view text) {
  if (!begins_as(text, kTimeForm)) return std::nullopt;
  const auto t = instant_of(number_at(text, 0, 4), number_at(text, 5, 2), number_at(text, 8, 2),
                            in_day(text.substr(11)) + Duration{number_at(text, 20, 3)});
  const bool fits = t && to_ms(*t) >= 0 && to_ms(*t) < std::int64_t{1} << (8 * kTimeBytes);
  return fits && text.starts_with(format_cloudwatch(*t)) ? t : std::nullopt;
}

// Of this century.
std::optional<Instant> date_at(std::string_view text) {
  if (!begins_as(text, kDateForm)) return std::nullopt;
  const auto t = instant_of(2000 + number_at(text, 6, 2), number_at(text, 3, 2),
                            number_at(text, 0, 2), in_day(text.substr(9)));
  return t && text.starts_with(short_date(*t)) ? t : std::nullopt;
}

char code(unsigned value) { return static_cast<char>(static_cast<unsigned char>(value)); }

class Packer {
 public:
  explicit Packer(std::string& out) : out_(out) {}

  void add(std::string_view text) {
    while (!text.empty()) text.remove_prefix(head(text));
  }

 private:
  // Writes what `text` begins with and says how many bytes of it that was.
  std::size_t head(std::string_view text) {
    const char c = text.front();
    if (is_digit(c) && text.size() > 1 && is_digit(text[1])) return digits(text);
    const std::size_t phrase = phrase_at(text);
    if (phrase < kPhrases.size()) {
      out_ += code(kPhrase + static_cast<unsigned>(phrase));
      return kPhrases[phrase].size();
    }
    if (c < ' ' || c > '~') out_ += code(kRaw);
    out_ += c < ' ' || c > '~' ? c : static_cast<char>(c - ' ');
    return 1;
  }

  std::size_t digits(std::string_view text) {
    if (const auto time = time_at(text)) {
      add_time(*time);
      return kTimeForm.size();
    }
    if (const auto date = date_at(text)) {
      add_date(*date);
      return kDateForm.size();
    }
    out_ += code(kPair + static_cast<unsigned>(number_at(text, 0, 2)));
    return 2;
  }

  void add_time(Instant t) {
    const Duration since = minute_ ? t - *minute_ : Duration::max();
    const bool is_minute = floor_to(t, minutes{1}) == t;
    if (since == -minutes{1})
      out_ += code(kMinuteBefore);
    else if (is_minute && since >= -minutes{128} && since <= minutes{127})
      add(kMinuteNear, since / minutes{1} + 128, 1);
    else if (since >= Duration{0} && since < Duration{1 << (8 * kSinceBytes)})
      add(kSince, since.count(), kSinceBytes);
    else
      add(kTime, to_ms(t), kTimeBytes);
    if (is_minute) minute_ = t;
  }

  void add_date(Instant t) {
    if (minute_ && t == *minute_ - minutes{1})
      out_ += code(kDateBefore);
    else
      add(kDate, to_ms(t) / 1000, kDateBytes);
    if (floor_to(t, minutes{1}) == t) minute_ = t;
  }

  void add(unsigned what, std::int64_t number, std::size_t bytes) {
    out_ += code(what);
    for (std::size_t i = 0; i < bytes; ++i)
      out_ += code(static_cast<unsigned>(number >> (8 * i)) & 0xFF);
  }

  std::string& out_;
  std::optional<Instant> minute_;  // the last whole minute that was written
};

class Unpacker {
 public:
  // Of codes that Packer wrote.
  std::string text(std::string_view codes) {
    std::string out;
    rest_ = codes;
    while (!rest_.empty()) head(out);
    return out;
  }

 private:
  void head(std::string& out) {
    const auto c = static_cast<unsigned>(take(1));
    if (c == kRaw) {
      out += static_cast<char>(take(1));
    } else if (c >= kDateBefore) {
      const Instant t = time(c);
      if (floor_to(t, minutes{1}) == t) minute_ = t;
      out += c == kDateBefore || c == kDate ? short_date(t) : format_cloudwatch(t);
    } else if (c >= kPhrase) {
      out += kPhrases[c - kPhrase];
    } else if (c >= kPair) {
      out += static_cast<char>('0' + (c - kPair) / 10);
      out += static_cast<char>('0' + (c - kPair) % 10);
    } else {
      out += static_cast<char>(' ' + c);
    }
  }

  Instant time(unsigned what) {
    switch (what) {
      case kDate:
        return instant_from_ms(take(kDateBytes) * 1000);
      case kMinuteNear:
        return minute_ + minutes{take(1) - 128};
      case kSince:
        return minute_ + Duration{take(kSinceBytes)};
      case kTime:
        return instant_from_ms(take(kTimeBytes));
      default:
        return minute_ - minutes{1};
    }
  }

  std::int64_t take(std::size_t bytes) {
    std::int64_t out = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      out |= static_cast<std::int64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    rest_.remove_prefix(bytes);
    return out;
  }

  std::string_view rest_;
  Instant minute_;
};

}  // namespace

void pack_text(std::string_view text, std::string& out) { Packer(out).add(text); }

std::string unpack_text(std::string_view codes) { return Unpacker().text(codes); }

PackedTexts::PackedTexts(std::string_view first, std::string_view second) {
  // Twice as long at worst.
  constexpr std::size_t kLongest = 0x3FFF;
  std::string packed;
  Packer packer(packed);
  packer.add(first.substr(0, kLongest));
  first_ = static_cast<std::uint16_t>(packed.size());
  packer.add(second.substr(0, kLongest));
  size_ = static_cast<std::uint16_t>(packed.size());
  if (packed.size() > kInline) more_ = std::make_unique_for_overwrite<char[]>(packed.size());
  std::copy(packed.begin(), packed.end(), more_ ? more_.get() : here_.data());
}

std::string PackedTexts::first() const { return unpack_text(codes().substr(0, first_)); }

// Its times are told by those of the first.
std::string PackedTexts::second() const {
  Unpacker unpacker;
  unpacker.text(codes().substr(0, first_));
  return unpacker.text(codes().substr(first_));
}

}  // namespace tocsin
