// SPDX-License-Identifier: Apache-2.0
#include "rules/message/filter_policy_compiler.hpp"

#include <algorithm>

#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kBytesMax = 256 * 1024;
constexpr std::size_t kKeysMax = 5;
constexpr std::size_t kCombinationsMax = 150;
// Counting stops here, long before it could overflow.
constexpr std::size_t kCombinationsCounted = 1'000'000;

// As JSON without white space, escapes not counted.
std::size_t bytes_of(const ConfigNode& node) {
  std::size_t bytes = 2 + node.scalar.size();
  for (const ConfigNode& item : node.items) bytes += 1 + bytes_of(item);
  for (const auto& [key, value] : node.entries) bytes += 2 + bytes_of(key) + bytes_of(value);
  return bytes;
}

// `$or` is an operator only so; else it is a key as any other.
bool is_choice(const ConfigNode& key, const ConfigNode& value) {
  return key.scalar == "$or" && value.is_sequence() && value.items.size() >= 2 &&
         std::ranges::all_of(value.items, [](const ConfigNode& item) {
           return item.is_map() && !item.entries.empty() &&
                  std::ranges::none_of(item.entries, [](const auto& entry) {
                    return is_filter_operator(entry.key.scalar);
                  });
         });
}

}  // namespace

FilterPolicy FilterPolicyCompiler::compile(const ConfigNode& policy) {
  FilterPolicy compiled;
  if (!policy.is_map()) {
    report(out_, "not_object", policy, "a filter policy must be a map of keys and lists of rules",
           "{ NewStateValue: [ALARM] }");
    return compiled;
  }
  if (bytes_of(policy) > kBytesMax) {
    report(out_, "size", policy, "a filter policy has at most 256 KiB");
    return compiled;
  }
  if (policy.entries.size() > kKeysMax)
    report(out_, "too_many_keys", policy.entries[kKeysMax].key,
           "a filter policy has at most 5 keys at its top");
  const std::size_t combinations = read_group(policy, {}, 1, compiled.root_);
  if (combinations > kCombinationsMax)
    report(out_, "too_complex", policy, "the policy has more than 150 combinations of rules",
           "the numbers of rules of all keys, multiplied, each also by its nesting level");
  return compiled;
}

std::size_t FilterPolicyCompiler::read_group(const ConfigNode& map, const Level& level,
                                             std::size_t combinations, Group& into) {
  for (const auto& [key, value] : map.entries) {
    const std::string path = level.prefix + key.scalar;
    if (is_choice(key, value)) {
      combinations = read_choices(value, level, combinations, into);
    } else if (value.is_map()) {
      if (scope_ == FilterScope::message_attributes)
        report_nested(key, value);
      else
        combinations = read_group(value, {path + ".", level.depth + 1}, combinations, into);
    } else if (!value.is_sequence()) {
      report(out_, "not_array", value, "the rules of `" + key.scalar + "` must stand in a list",
             value.is_scalar() ? "[" + value.scalar + "]" : "");
    } else if (value.items.empty()) {
      report(out_, "empty_array", value, "`" + key.scalar + "` has no rule, so nothing matches");
    } else {
      read_rules(value, path, into);
      combinations =
          std::min(combinations * value.items.size() * level.depth, kCombinationsCounted);
    }
  }
  return combinations;
}

// Branches count as alternatives of the whole policy, and keep the level of the `$or`.
std::size_t FilterPolicyCompiler::read_choices(const ConfigNode& list, const Level& level,
                                               std::size_t combinations, Group& into) {
  std::size_t sum = 0;
  std::vector<Group>& branches = into.choices.emplace_back();
  for (const ConfigNode& item : list.items)
    sum += read_group(item, level, combinations, branches.emplace_back());
  return std::min(sum, kCombinationsCounted);
}

void FilterPolicyCompiler::read_rules(const ConfigNode& list, const std::string& path,
                                      Group& into) {
  std::vector<FilterRule> rules;
  for (const ConfigNode& item : list.items) rules.push_back(compile_filter_rule(item, out_));
  into.keys.emplace_back(path, std::move(rules));
}

void FilterPolicyCompiler::report_nested(const ConfigNode& key, const ConfigNode& value) {
  const bool is_nested =
      !value.entries.empty() && std::ranges::all_of(value.entries, [](const auto& entry) {
        return entry.value.is_map() || entry.value.is_sequence();
      });
  if (is_nested)
    report(out_, "nested_in_attributes", key,
           "`" + key.scalar + "`: message attributes are not nested", "scope MessageBody");
  else
    report(out_, "not_array", value, "the rules of `" + key.scalar + "` must stand in a list");
}

}  // namespace tocsin
