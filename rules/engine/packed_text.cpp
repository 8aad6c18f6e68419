// SPDX-License-Identifier: Apache-2.0
// Codes: 0-94 a printable ASCII character, 95-194 two digits, 195-252 a phrase, 253 the time a
// minute before the last one, 254 a time, 255 the byte that follows.
#include "rules/engine/packed_text.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "rules/message/human_time.hpp"
#include "tocsin/time.hpp"

namespace tocsin {
namespace {

constexpr unsigned kPair = 95;
constexpr unsigned kPhrase = 195;
constexpr unsigned kMinuteBefore = 253;
constexpr unsigned kTime = 254;  // and six bytes of milliseconds, least first
constexpr unsigned kRaw = 255;
constexpr int kTimeBytes = 6;

// Where one begins with another the longer one stands first.
constexpr std::array kPhrases = std::to_array<std::string_view>({
    "{\"version\":\"1.0\",\"queryDate\":\"",
    "Threshold Crossed: ",
    "Unchecked: Initial alarm creation",
    "Insufficient Data: ",
    "Thresholds Crossed: ",
    ",\"recentDatapoints\":[",
    "],\"threshold\":",
    ",\"evaluatedDatapoints\":[{\"timestamp\":\"",
    ",\"evaluatedDatapoints\":[",
    ",\"statistic\":\"SampleCount\"",
    ",\"statistic\":\"Sum\"",
    ",\"statistic\":\"Average\"",
    ",\"statistic\":\"Minimum\"",
    ",\"statistic\":\"Maximum\"",
    ",\"statistic\":\"",
    "\",\"startDate\":\"",
    ",\"unit\":\"",
    ",\"period\":60,\"recentDatapoints\":[",
    ",\"period\":300",
    ",\"period\":",
    "\"},{\"timestamp\":\"",
    "},{\"timestamp\":\"",
    "\"}]}",
    "}]}",
    "{\"timestamp\":\"",
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
    "[NonBreaching]",
    "[Breaching]",
    " periods and ",
    " period and ",
    " s up to ",
    " in the ",
    " in ALARM",
});
static_assert(kPhrase + kPhrases.size() <= kMinuteBefore);

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

// "2026-01-01T00:01:00.000+0000" at the head of `text`, from 1970 on.
constexpr std::string_view kTimeForm = "dddd-dd-ddTdd:dd:dd.ddd+0000";

std::optional<Instant> time_at(std::string_view text) {
  if (text.size() < kTimeForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kTimeForm.size(); ++i)
    if (kTimeForm[i] == 'd' ? !is_digit(text[i]) : text[i] != kTimeForm[i]) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t length) {
    int out = 0;
    for (const char c : text.substr(at, length)) out = out * 10 + (c - '0');
    return out;
  };
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  if (!date.ok()) return std::nullopt;
  const Instant t{std::chrono::sys_days{date}.time_since_epoch() + hours{number(11, 2)} +
                  minutes{number(14, 2)} + seconds{number(17, 2)} + Duration{number(20, 3)}};
  const bool fits = to_ms(t) >= 0 && to_ms(t) < std::int64_t{1} << (8 * kTimeBytes);
  // 24:00:00 and its like are not written again as they were.
  return fits && format_cloudwatch(t) == text.substr(0, kTimeForm.size()) ? std::optional(t)
                                                                          : std::nullopt;
}

char code(unsigned value) { return static_cast<char>(static_cast<unsigned char>(value)); }

void pack_time(Instant t, std::optional<Instant>& last, std::string& out) {
  const bool follows = last && t == *last - minutes{1};
  last = t;
  if (follows) {
    out += code(kMinuteBefore);
    return;
  }
  out += code(kTime);
  for (int i = 0; i < kTimeBytes; ++i)
    out += code(static_cast<unsigned>(to_ms(t) >> (8 * i)) & 0xFF);
}

// Writes what `text` begins with and says how many bytes of it that was. `last`: the last time that
// was written.
std::size_t pack_head(std::string_view text, std::optional<Instant>& last, std::string& out) {
  const char c = text.front();
  if (is_digit(c) && text.size() > 1 && is_digit(text[1])) {
    if (const auto time = time_at(text)) {
      pack_time(*time, last, out);
      return kTimeForm.size();
    }
    out += code(kPair + static_cast<unsigned>((c - '0') * 10 + (text[1] - '0')));
    return 2;
  }
  const std::size_t phrase = phrase_at(text);
  if (phrase < kPhrases.size()) {
    out += code(kPhrase + static_cast<unsigned>(phrase));
    return kPhrases[phrase].size();
  }
  if (c < ' ' || c > '~') out += code(kRaw);
  out += c < ' ' || c > '~' ? c : static_cast<char>(c - ' ');
  return 1;
}

Instant unpack_time(std::string_view bytes) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    ms |= static_cast<std::int64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return instant_from_ms(ms);
}

}  // namespace

void pack_text(std::string_view text, std::string& out) {
  std::optional<Instant> last;
  while (!text.empty()) text.remove_prefix(pack_head(text, last, out));
}

std::string unpack_text(std::string_view codes) {
  std::string out;
  Instant last;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const unsigned c = static_cast<unsigned char>(codes[i]);
    if (c == kRaw) {
      out += codes[++i];
    } else if (c == kTime) {
      last = unpack_time(codes.substr(i + 1, kTimeBytes));
      out += format_cloudwatch(last);
      i += kTimeBytes;
    } else if (c == kMinuteBefore) {
      last -= minutes{1};
      out += format_cloudwatch(last);
    } else if (c >= kPhrase) {
      out += kPhrases[c - kPhrase];
    } else if (c >= kPair) {
      out += static_cast<char>('0' + (c - kPair) / 10);
      out += static_cast<char>('0' + (c - kPair) % 10);
    } else {
      out += static_cast<char>(' ' + c);
    }
  }
  return out;
}

PackedTexts::PackedTexts(std::string_view first, std::string_view second) {
  // Twice as long at worst.
  constexpr std::size_t kLongest = 0x3FFF;
  std::string packed;
  pack_text(first.substr(0, kLongest), packed);
  first_ = static_cast<std::uint16_t>(packed.size());
  pack_text(second.substr(0, kLongest), packed);
  size_ = static_cast<std::uint16_t>(packed.size());
  if (packed.size() > kInline) more_ = std::make_unique_for_overwrite<char[]>(packed.size());
  std::copy(packed.begin(), packed.end(), more_ ? more_.get() : here_.data());
}

std::string PackedTexts::first() const { return unpack_text(codes().substr(0, first_)); }

std::string PackedTexts::second() const { return unpack_text(codes().substr(first_)); }

}  // namespace tocsin
