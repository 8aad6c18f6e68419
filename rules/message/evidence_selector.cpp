// SPDX-License-Identifier: Apache-2.0
#include "rules/message/evidence_selector.hpp"

#include <algorithm>

namespace tocsin {

// "$.a['b.c'][0].*": reversed, so that a level is taken off the end. Empty: no selector.
std::vector<SelectorWalk::Segment> SelectorWalk::parse(std::string_view text) {
  std::vector<Segment> out;
  if (!text.starts_with('$')) return out;
  text.remove_prefix(1);
  while (!text.empty()) {
    if (text.starts_with(".[")) text.remove_prefix(1);
    const bool bracket = text.front() == '[';
    if (!bracket && text.front() != '.') return {};
    const std::size_t end = bracket ? text.find(']') : text.find_first_of(".[", 1);
    if (bracket && end == std::string_view::npos) return {};
    std::string_view name = text.substr(1, end == std::string_view::npos ? end : end - 1);
    text =
        end == std::string_view::npos ? std::string_view{} : text.substr(end + (bracket ? 1 : 0));
    const bool quoted = bracket && name.size() >= 2 && (name[0] == '\'' || name[0] == '"');
    if (quoted) name = name.substr(1, name.size() - 2);
    if (name.empty()) return {};
    out.push_back({std::string(name), !quoted && name == "*", bracket && !quoted});
  }
  std::reverse(out.begin(), out.end());
  return out;
}

SelectorWalk::SelectorWalk(const std::vector<std::string>& selectors) {
  for (const std::string& text : selectors) {
    std::vector<Segment> segments = parse(text);
    if (!segments.empty()) open_.push_back(std::move(segments));
  }
}

SelectorWalk SelectorWalk::into(JsonNode::Kind parent, std::string_view name,
                                std::size_t index) const {
  const bool array = parent == JsonNode::Kind::array;
  SelectorWalk below;
  for (const std::vector<Segment>& rest : open_) {
    if (rest.empty()) continue;
    const Segment& next = rest.back();
    const bool fits = next.any ? next.indexed == array
                      : array  ? next.indexed && next.name == std::to_string(index)
                               : !next.indexed && next.name == name;
    if (fits) below.open_.emplace_back(rest.begin(), rest.end() - 1);
  }
  return below;
}

bool SelectorWalk::is_selected() const {
  return std::any_of(open_.begin(), open_.end(), [](const auto& rest) { return rest.empty(); });
}

bool SelectorWalk::is_open() const { return !open_.empty(); }

}  // namespace tocsin
