// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time/top_level.hpp"

#include <utility>

#include "rules/match/time/json_depth.hpp"
#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kJsonWhite = " \t\r\n";
constexpr std::size_t kNone = std::string_view::npos;

// Whether a name of the root object can begin at `position`: outside strings, one level deep,
// behind `{` or `,`.
bool is_at_root_name(std::string_view text, std::size_t position) {
  const std::size_t before = text.find_last_not_of(kJsonWhite, position - 1);
  return (text[before] == '{' || text[before] == ',') && json_depth(text.substr(0, position)) == 1;
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

std::optional<std::string_view> parsed_value(EventView& event, std::string_view name) {
  const JsonNode* root = event.json();
  const JsonNode* node = root ? root->member(name) : nullptr;
  if (!node || (node->kind != JsonNode::Kind::string && node->kind != JsonNode::Kind::number))
    return std::nullopt;
  return node->text;
}

}  // namespace

TopLevelMember::TopLevelMember(std::string name)
    : name_(std::move(name)), key_({'"' + name_ + '"'}, true) {}

std::optional<std::string_view> TopLevelMember::find(EventView& event) const {
  const std::string_view text = trim_start(event.message(), kJsonWhite);
  if (text.empty() || text.front() != '{') return std::nullopt;
  const std::size_t first = key_.next(text, 0).at;
  if (first == kNone) return std::nullopt;
  const std::size_t end = first + name_.size() + 2;
  // In disguise or more than once: the last of the names counts.
  if (text[first] != '"' || key_.next(text, end).at != kNone) return parsed_value(event, name_);
  if (!is_at_root_name(text, first)) return std::nullopt;
  if (const auto value = plain_value(text, end)) return value;
  return parsed_value(event, name_);
}

}  // namespace tocsin
