// SPDX-License-Identifier: Apache-2.0
#include "rules/match/top_level.hpp"

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kJsonWhite = " \t\r\n";
constexpr std::size_t kNone = std::string_view::npos;

// Whether a name of the root object can begin at `position`: outside strings, one level deep,
// behind `{` or `,`.
bool is_at_root_name(std::string_view text, std::size_t position) {
  int depth = 0;
  char before = '\0';
  for (std::size_t i = 0; i < position; ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < position && text[i] != '"';) i += text[i] == '\\' ? 2 : 1;
      if (i >= position) return false;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (kJsonWhite.find(c) == kNone) before = c;
  }
  return depth == 1 && (before == '{' || before == ',');
}

// The value behind a name that ends at `at`; nullopt: it takes a parser to tell.
std::optional<std::string_view> plain_value(std::string_view text, std::size_t at) {
  at = text.find_first_not_of(kJsonWhite, at);
  if (at == kNone || text[at] != ':') return std::nullopt;
  at = text.find_first_not_of(kJsonWhite, at + 1);
  if (at == kNone) return std::nullopt;
  if (text[at] == '"') {
    const std::size_t end = text.find_first_of("\"\\", at + 1);
    if (end == kNone || text[end] == '\\') return std::nullopt;
    return text.substr(at + 1, end - at - 1);
  }
  if (!is_digit(text[at]) && text[at] != '-') return std::nullopt;
  const std::size_t end = text.find_first_of(",} \t\r\n", at);
  if (end == kNone) return std::nullopt;
  return text.substr(at, end - at);
}

std::optional<std::string> parsed_value(EventView& event, std::string_view name) {
  const JsonNode* root = event.json();
  const JsonNode* node = root ? root->member(name) : nullptr;
  if (!node || (node->kind != JsonNode::Kind::string && node->kind != JsonNode::Kind::number))
    return std::nullopt;
  return std::string(node->text);
}

}  // namespace

std::optional<std::string> top_level_scalar(EventView& event, std::string_view name) {
  const std::string_view text = trim_start(event.message(), kJsonWhite);
  if (text.empty() || text.front() != '{') return std::nullopt;
  if (event.has_unicode_escape()) return parsed_value(event, name);
  const std::string key = '"' + std::string(name) + '"';
  const std::size_t first = text.find(key);
  if (first == kNone) return std::nullopt;
  const std::size_t end = first + key.size();
  if (contains(text.substr(end), key)) return parsed_value(event, name);
  if (!is_at_root_name(text, first)) return std::nullopt;
  if (const auto value = plain_value(text, end)) return std::string(*value);
  return parsed_value(event, name);
}

}  // namespace tocsin
