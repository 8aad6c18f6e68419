// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/alarm_key_text.hpp"

#include <charconv>
#include <optional>

namespace tocsin {
namespace {

void append(std::string& out, std::string_view part) {
  out.append(std::to_string(part.size())).append(":").append(part);
}

std::optional<std::string> take(std::string_view& text) {
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty() || text.front() != ':' || size > text.size() - 1) return std::nullopt;
  std::string part(text.substr(1, size));
  text.remove_prefix(1 + size);
  return part;
}

}  // namespace

std::string alarm_key_to_text(const AlarmKey& key) {
  std::string out;
  for (const auto& [name, value] : key) {
    append(out, name);
    append(out, value);
  }
  return out;
}

AlarmKey alarm_key_from_text(std::string_view text) {
  AlarmKey key;
  while (!text.empty()) {
    std::optional<std::string> name = take(text);
    if (!name) break;
    std::optional<std::string> value = take(text);
    if (!value) break;
    key.emplace_back(std::move(*name), std::move(*value));
  }
  return key;
}

}  // namespace tocsin
