// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/alarm_cursor.hpp"

#include <utility>

#include "daemon/store/alarm_key_text.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::string to_hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::size_t high = kDigits.find(text[i]), low = kDigits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

}  // namespace

std::string cursor_text(const AlarmCursor& cursor) {
  AlarmKey parts{{std::string(to_string(cursor.state)), cursor.alarm}};
  parts.insert(parts.end(), cursor.key.begin(), cursor.key.end());
  return to_hex(alarm_key_to_text(parts));
}

std::optional<AlarmCursor> parse_cursor(std::string_view text) {
  const std::optional<std::string> bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  AlarmKey parts = alarm_key_from_text(*bytes);
  if (parts.empty() || alarm_key_to_text(parts) != *bytes) return std::nullopt;
  const std::optional<AlarmState> state = parse_state(parts.front().first);
  if (!state) return std::nullopt;
  AlarmCursor out{.state = *state, .alarm = std::move(parts.front().second), .key = {}};
  out.key.assign(std::make_move_iterator(parts.begin() + 1), std::make_move_iterator(parts.end()));
  return out;
}

std::optional<AlarmState> parse_state(std::string_view text) {
  for (const AlarmState state : {AlarmState::alarm, AlarmState::ok, AlarmState::insufficient_data})
    if (text == to_string(state)) return state;
  return std::nullopt;
}

}  // namespace tocsin
