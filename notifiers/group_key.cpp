// SPDX-License-Identifier: Apache-2.0
#include "notifiers/group_key.hpp"

#include <algorithm>
#include <iterator>

#include "notifiers/json_text.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kTags = "tags.";
constexpr std::string_view kKey = "key.";

struct Part {
  std::string_view name;
  std::string (*value)(const Notification& n);
};
constexpr Part kParts[] = {
    {"alarm", [](const Notification& n) { return n.transition.alarm; }},
    {"key", [](const Notification& n) { return n.dedup_key; }},
    {"severity", [](const Notification& n) { return std::string(to_string(n.severity)); }},
    {"log_group", [](const Notification& n) { return n.log_group; }},
};

std::string named(const std::vector<std::pair<std::string, std::string>>& pairs,
                  std::string_view name) {
  for (const auto& [key, value] : pairs)
    if (key == name) return value;
  return {};
}

std::string value_of(std::string_view part, const Notification& n) {
  for (const Part& p : kParts)
    if (p.name == part) return p.value(n);
  if (part.starts_with(kTags)) return named(n.tags, part.substr(kTags.size()));
  return named(n.transition.key, part.substr(std::min(kKey.size(), part.size())));
}

}  // namespace

bool is_group_part(std::string_view part) {
  const auto is = [&](const Part& p) { return p.name == part; };
  return std::any_of(std::begin(kParts), std::end(kParts), is) ||
         (part.starts_with(kTags) && part.size() > kTags.size()) ||
         (part.starts_with(kKey) && part.size() > kKey.size());
}

std::string group_key(const std::vector<std::string>& by, const Notification& n) {
  Json values = Json::object();
  for (const std::string& part : by) values[part] = value_of(part, n);
  return to_text(values);
}

}  // namespace tocsin
