// SPDX-License-Identifier: Apache-2.0
// What a scalar of a configuration file may mean: numbers, durations, sizes. One grammar for every
// file, contract.md section 2. Text in, value or nothing out; config_reader.hpp says what is wrong
// where.
#pragma once
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tocsin/time.hpp"

namespace tocsin {

// Decimal digits with an optional sign. No leading zeros: YAML 1.1 reads 012 as ten, YAML 1.2 as
// twelve, so neither is guessed.
inline std::optional<std::int64_t> parse_integer(std::string_view text) {
  const std::string_view digits = text.substr(!text.empty() && text[0] == '-' ? 1 : 0);
  if (digits.empty() || digits[0] < '0' || digits[0] > '9') return std::nullopt;
  if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A finite decimal number: -1, 0.5, .5, 1e6. No leading zeros, no hexadecimal, no infinity.
inline std::optional<double> parse_decimal(std::string_view text) {
  const std::string_view body = text.substr(!text.empty() && text[0] == '-' ? 1 : 0);
  if (body.empty() || !((body[0] >= '0' && body[0] <= '9') || body[0] == '.')) return std::nullopt;
  if (body.size() > 1 && body[0] == '0' && body[1] >= '0' && body[1] <= '9') return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// `90s 5m 1h30m 7d 250ms`, units from large to small, each once; a bare number is seconds (0.5 is
// 500 ms). At most 100 years.
inline std::optional<Duration> parse_duration(std::string_view text) {
  constexpr std::int64_t kMost = std::int64_t{36'525} * 86'400'000;
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
      {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
  if (const auto bare = parse_decimal(text)) {
    if (*bare < 0 || *bare * 1000 > static_cast<double>(kMost)) return std::nullopt;
    return Duration{std::llround(*bare * 1000)};
  }
  std::int64_t total = 0;
  std::size_t unit_least = 0;
  while (!text.empty()) {
    std::int64_t count = 0;
    if (text[0] < '0' || text[0] > '9') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::size_t letters = 0;
    while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z') ++letters;
    std::size_t unit = unit_least;
    while (unit < kUnits.size() && kUnits[unit].first != text.substr(0, letters)) ++unit;
    if (unit == kUnits.size() || count > kMost / kUnits[unit].second) return std::nullopt;
    total += count * kUnits[unit].second;
    if (total > kMost) return std::nullopt;
    unit_least = unit + 1;
    text.remove_prefix(letters);
  }
  return unit_least == 0 ? std::nullopt : std::optional(Duration{total});
}

// "1h30m", as parse_duration reads it; "0s" for none.
inline std::string format_duration(Duration duration) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
      {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
  std::int64_t rest = duration.count();
  std::string text;
  for (const auto& [unit, length] : kUnits) {
    if (rest < length) continue;
    text += std::to_string(rest / length) + std::string(unit);
    rest %= length;
  }
  return text.empty() ? "0s" : text;
}

// Bytes: `64KiB 1MiB 2GiB 512B`, a bare number is bytes. KB and K are refused: people mean two
// things by them.
inline std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 6> kUnits{{{"", 1},
                                                                              {"B", 1},
                                                                              {"KiB", 1ull << 10},
                                                                              {"MiB", 1ull << 20},
                                                                              {"GiB", 1ull << 30},
                                                                              {"TiB", 1ull << 40}}};
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& [unit, factor] : kUnits) {
    if (suffix != unit) continue;
    if (count > std::numeric_limits<std::uint64_t>::max() / factor) return std::nullopt;
    return count * factor;
  }
  return std::nullopt;
}

// "1MiB" where that is exact, else bytes.
inline std::string format_byte_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (unit + 1 < kUnits.size() && bytes != 0 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + std::string(kUnits[unit]);
}

}  // namespace tocsin
