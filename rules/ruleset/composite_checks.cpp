// SPDX-License-Identifier: Apache-2.0
// Composite alarms among all alarms: their rules are parsed here, since a rule is judged with the
// names of the alarms that there are. spec/alarms.md sections 9.1 and 9.3.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "rules/alarm/composite_cycles.hpp"
#include "rules/alarm/composite_rule.hpp"
#include "rules/ruleset/checks.hpp"
#include "rules/ruleset/item_fields.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

using Names = std::set<std::string_view>;

constexpr std::size_t kParentsMax = 150;  // composites over one alarm

Names alarm_names(const Draft& draft) {
  Names names;
  for (const AlarmDraft& a : draft.alarms) names.insert(a.alarm.name);
  for (const CompositeDraft& c : draft.composites) names.insert(c.alarm.name);
  return names;
}

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

void report_rule(const CompositeDraft& draft, const CompositeError& error, const Names& names,
                 Diagnostics& out) {
  const ConfigNode& node = node_at(*draft.node, {"rule"});
  const bool unknown = error.fault == CompositeFault::unknown_alarm;
  std::string hint = error.hint;
  if (unknown) {
    const auto at = static_cast<std::size_t>(error.column - 1);
    std::string_view written(draft.composite.rule);
    written = written.substr(at, static_cast<std::size_t>(error.length));
    if (written.starts_with('"')) written = written.substr(1, written.size() - 2);
    hint = suggest(alarm_name_of(written), names);
  }
  out.error(unknown ? "dangling-reference" : "bad-rule",
            place_inside(node, error.column, *draft.document),
            "composite alarm " + quoted(draft.alarm.name) + ": " + error.text, std::move(hint),
            error.length);
}

void parse_rule(CompositeDraft& draft, const Names& names, Diagnostics& out) {
  auto parsed = parse_composite_rule(draft.composite.rule,
                                     [&](std::string_view name) { return names.contains(name); });
  if (const auto* error = std::get_if<CompositeError>(&parsed)) {
    draft.sound = false;
    return report_rule(draft, *error, names, out);
  }
  auto tree = std::make_shared<CompositeRule>(std::get<CompositeRule>(std::move(parsed)));
  draft.composite.children = child_names(*tree);
  draft.composite.tree = std::move(tree);
}

void check_suppressor(CompositeDraft& draft, const Names& names, Diagnostics& out) {
  if (!draft.composite.suppressor) return;
  const std::string& name = draft.composite.suppressor->alarm;
  const ConfigNode& node = node_at(*draft.node, {"suppressor", "alarm"});
  if (name == draft.alarm.name)
    report(out, "bad-value", node,
           "composite alarm " + quoted(name) + " would suppress its own actions for ever");
  else if (!names.contains(name))
    report(out, "dangling-reference", node,
           "composite alarm " + quoted(draft.alarm.name) + " is suppressed by alarm " +
               quoted(name) + ", which does not exist",
           suggest(name, names));
}

void check_parents(const std::vector<CompositeDraft>& composites, Diagnostics& out) {
  std::map<std::string_view, std::size_t> parents;
  for (const CompositeDraft& c : composites)
    for (const std::string& child : c.composite.children)
      if (++parents[child] == kParentsMax + 1)
        report(out, "too-many", node_at(*c.node, {"rule"}),
               "alarm " + quoted(child) + " is in the rules of more than " +
                   std::to_string(kParentsMax) + " composite alarms");
}

// Each cycle once, at its first member in the files.
void check_cycles(const std::vector<CompositeDraft>& composites, Diagnostics& out) {
  CompositeChildren children;
  for (const CompositeDraft& c : composites) children[c.alarm.name] = c.composite.children;
  const std::vector<std::string> members = find_cycle_members(children);
  std::set<std::string> told;
  for (const CompositeDraft& c : composites) {
    if (!std::binary_search(members.begin(), members.end(), c.alarm.name)) continue;
    if (told.contains(c.alarm.name)) continue;
    const std::vector<std::string> path = cycle_through(children, c.alarm.name);
    std::string text;
    for (const std::string& name : path) text += (text.empty() ? "" : " -> ") + name;
    told.insert(path.begin(), path.end());
    report(out, "cycle", node_at(*c.node, {"name"}),
           "composite alarm " + quoted(c.alarm.name) +
               " follows from itself, so that none of these would ever be evaluated: " + text,
           "take one of them out of the rule of another");
  }
}

void warn_of_constants(const std::vector<CompositeDraft>& composites, Diagnostics& out) {
  for (const CompositeDraft& c : composites) {
    if (!c.sound || !c.composite.children.empty()) continue;
    const AlarmState state = evaluate(*c.composite.tree, {});
    const ConfigNode& node = node_at(*c.node, {"rule"});
    const bool fires = state == AlarmState::alarm;
    out.warning(fires ? "always-fires" : "never-fires", node.where,
                "composite alarm " + quoted(c.alarm.name) + " is always in " +
                    std::string(to_string(state)) + ": its rule names no alarm",
                "", caret_length(node));
  }
}

}  // namespace

void resolve_composites(Draft& draft, Diagnostics& out) {
  if (draft.composites.empty()) return;
  const Names names = alarm_names(draft);
  for (CompositeDraft& c : draft.composites) {
    const ConfigNode* rule = c.node->find("rule");
    if (rule != nullptr && rule->is_scalar()) parse_rule(c, names, out);
    check_suppressor(c, names, out);
  }
  check_parents(draft.composites, out);
  check_cycles(draft.composites, out);
  warn_of_constants(draft.composites, out);
}

}  // namespace tocsin
