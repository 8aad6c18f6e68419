// SPDX-License-Identifier: Apache-2.0
#include "rules/message/filter_policy.hpp"

#include <algorithm>

#include "rules/message/filter_policy_compiler.hpp"
#include "rules/pattern/number.hpp"

namespace tocsin {
namespace {

bool is_leaf(const JsonNode& node) {
  return node.kind != JsonNode::Kind::object && node.kind != JsonNode::Kind::array;
}

void append_values(const MessageAttribute& attribute, std::vector<FilterValue>& into) {
  if (attribute.type == "String") {
    into.push_back(FilterValue::of_text(attribute.value));
  } else if (attribute.type == "Number") {
    if (is_number(attribute.value)) into.push_back(FilterValue::of_number(attribute.value));
  } else if (attribute.type == "String.Array") {
    JsonReader reader;
    const JsonNode* root = reader.read(attribute.value);
    if (root == nullptr || root->kind != JsonNode::Kind::array) return;
    for (const JsonNode* item = root->first_child; item != nullptr; item = item->next)
      if (is_leaf(*item)) into.push_back(FilterValue::of_json(*item));
  }
}

bool any_holds(const std::vector<FilterRule>& rules, const FilterValue& value) {
  return std::ranges::any_of(rules, [&](const FilterRule& rule) { return rule(value); });
}

}  // namespace

std::optional<FilterPolicy> FilterPolicy::parse(const ConfigNode& policy, FilterScope scope,
                                                Diagnostics& out) {
  Diagnostics faults;
  FilterPolicy compiled = FilterPolicyCompiler(scope, faults).compile(policy);
  out.add(faults);
  if (faults.has_errors()) return std::nullopt;
  return compiled;
}

bool FilterPolicy::accepts_attributes(std::span<const MessageAttribute> attributes) const {
  Values values;
  name_keys(root_, values);
  for (const MessageAttribute& attribute : attributes)
    if (const auto named = values.find(attribute.name); named != values.end())
      append_values(attribute, named->second);
  return holds(root_, values);
}

bool FilterPolicy::accepts_body(std::string_view body) const {
  if (is_empty()) return true;
  JsonReader reader;
  const JsonNode* root = reader.read(body);
  if (root == nullptr || root->kind != JsonNode::Kind::object) return false;
  Values values;
  name_keys(root_, values);
  std::string path;
  collect(*root, path, true, nullptr, values);
  return holds(root_, values);
}

void FilterPolicy::name_keys(const Group& group, Values& values) {
  for (const auto& [path, rules] : group.keys) values.try_emplace(path);
  for (const std::vector<Group>& choice : group.choices)
    for (const Group& branch : choice) name_keys(branch, values);
}

bool FilterPolicy::holds(const Group& group, const Values& values) {
  const auto key_holds = [&](const auto& key) {
    const std::vector<FilterValue>& found = values.find(key.first)->second;
    if (found.empty()) return any_holds(key.second, FilterValue{});
    return std::ranges::any_of(
        found, [&](const FilterValue& value) { return any_holds(key.second, value); });
  };
  return std::ranges::all_of(group.keys, key_holds) &&
         std::ranges::all_of(group.choices, [&](const std::vector<Group>& choice) {
           return std::ranges::any_of(choice,
                                      [&](const Group& branch) { return holds(branch, values); });
         });
}

// Arrays add no name: their elements are values, or members, of what holds them. `here`: where the
// values of `path` go; nullptr if the policy does not name it.
void FilterPolicy::collect(const JsonNode& node, std::string& path, bool is_root,
                           std::vector<FilterValue>* here, Values& values) {
  if (is_leaf(node)) {
    if (here != nullptr) here->push_back(FilterValue::of_json(node));
    return;
  }
  const std::size_t length = path.size();
  for (const JsonNode* child = node.first_child; child != nullptr; child = child->next) {
    if (node.kind == JsonNode::Kind::array) {
      collect(*child, path, is_root, here, values);
      continue;
    }
    if (!is_root) path += '.';
    path += child->name;
    const auto named = values.find(path);
    collect(*child, path, false, named == values.end() ? nullptr : &named->second, values);
    path.resize(length);
  }
}

}  // namespace tocsin
