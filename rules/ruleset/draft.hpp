// SPDX-License-Identifier: Apache-2.0
// Decoded items that have not been judged together yet, each with the node it came from, so that
// checks can point.
#pragma once
#include <initializer_list>
#include <string_view>
#include <vector>

#include "rules/ruleset/rule_loader.hpp"
#include "tocsin/config_node.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// What the decoders of one document share. The document outlives the draft.
struct DecodeContext {
  const RuleDocument& document;
  const RuleContext& rules;
  Diagnostics& out;
};

struct FilterDraft {
  MetricFilter filter;
  const ConfigNode* node = nullptr;
  const RuleDocument* document = nullptr;
  bool short_form = false;
  bool sound = true;  // no mistake in it so far: may be judged. Others may refer to it in any case
};

struct AlarmDraft {
  Alarm alarm;
  const ConfigNode* node = nullptr;
  bool short_form = false;
  bool pack = false;
  bool sound = true;
};

struct MuteWindowDraft {
  MuteWindow window;
  const ConfigNode* node = nullptr;
};

// Its rule is parsed when all alarms are known.
struct CompositeDraft : AlarmDraft {
  Composite composite;
  const RuleDocument* document = nullptr;
};

struct Draft {
  std::vector<FilterDraft> filters;
  std::vector<AlarmDraft> alarms;  // of metrics
  std::vector<CompositeDraft> composites;
  std::vector<MuteWindowDraft> mute_windows;
};

// The value at `path` below `item` ({"metric", "name"}), or the nearest node on the way that
// exists.
inline const ConfigNode& node_at(const ConfigNode& item,
                                 std::initializer_list<std::string_view> path) {
  const ConfigNode* node = &item;
  for (const std::string_view key : path) {
    const ConfigNode* next = node->find(key);
    if (next == nullptr) break;
    node = next;
  }
  return *node;
}

}  // namespace tocsin
