// SPDX-License-Identifier: Apache-2.0
// An SNS filter policy, spec/notifications.md section 4: which messages of a topic a subscription
// gets.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/message/filter_rule.hpp"
#include "tocsin/config_node.hpp"
#include "tocsin/diagnostics.hpp"
#include "tocsin/message_attribute.hpp"

namespace tocsin {

// What a policy looks at: the attributes of a message (no nesting), or its body, a JSON object.
enum class FilterScope { message_attributes, message_body };

// Immutable; any thread.
class FilterPolicy {
 public:
  // Nothing: the policy is faulty, and every fault is reported at its place with a code of the
  // specification (those of filter_rule.hpp, and not_object, size, too_many_keys, too_complex,
  // nested_in_attributes, not_array, empty_array), in the order of the policy.
  static std::optional<FilterPolicy> parse(const ConfigNode& policy, FilterScope scope,
                                           Diagnostics& out);

  // An empty policy accepts everything, whatever the body is.
  bool accepts_attributes(std::span<const MessageAttribute> attributes) const;
  bool accepts_body(std::string_view body) const;

 private:
  friend class FilterPolicyCompiler;
  // All of `keys` hold, and of each of `choices` ($or) one group.
  struct Group {
    std::vector<std::pair<std::string, std::vector<FilterRule>>> keys;  // "a.b.c"; one rule holds
    std::vector<std::vector<Group>> choices;
  };
  // What the message has of the keys that the policy names.
  using Values = std::map<std::string, std::vector<FilterValue>, std::less<>>;

  static void name_keys(const Group& group, Values& values);
  static bool holds(const Group& group, const Values& values);
  static void collect(const JsonNode& node, std::string& path, bool is_root,
                      std::vector<FilterValue>* here, Values& values);
  bool is_empty() const { return root_.keys.empty() && root_.choices.empty(); }

  Group root_;
};

}  // namespace tocsin
