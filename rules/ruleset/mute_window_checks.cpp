// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "rules/mute/mute_table.hpp"
#include "rules/ruleset/checks.hpp"
#include "tocsin/config_reader.hpp"
#include "tocsin/glob.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kWindowsMax = 1000;

// The node of an entry of `targets.alarms`, for the caret.
const ConfigNode& name_node(const MuteWindowDraft& draft, const std::string& name) {
  const ConfigNode& list = node_at(*draft.node, {"targets", "alarms"});
  for (const ConfigNode& item : list.items)
    if (item.scalar == name) return item;
  return list;
}

bool has_alarm(const Draft& draft, const MuteTargets& targets) {
  const auto is_one = [&](const AlarmDraft& a) {
    return is_target(targets, a.alarm.name, a.alarm.tags);
  };
  return std::any_of(draft.alarms.begin(), draft.alarms.end(), is_one) ||
         std::any_of(draft.composites.begin(), draft.composites.end(), is_one);
}

void check_targets(const Draft& draft, const MuteWindowDraft& w, Diagnostics& out) {
  bool dangling = false;
  for (const std::string& name : w.window.targets.alarms) {
    if (has_glob(name) || has_alarm(draft, {{name}, {}})) continue;
    dangling = true;
    std::vector<std::string_view> names;
    for (const AlarmDraft& a : draft.alarms) names.push_back(a.alarm.name);
    for (const AlarmDraft& a : draft.composites) names.push_back(a.alarm.name);
    report(
        out, "dangling-reference", name_node(w, name),
        "mute window \"" + w.window.name + "\" mutes alarm \"" + name + "\", which does not exist",
        suggest(name, names));
  }
  if (!dangling && !has_alarm(draft, w.window.targets))
    out.warning("mutes-nothing", node_at(*w.node, {"targets"}).where,
                "mute window \"" + w.window.name + "\" mutes no alarm",
                "no alarm has such a name and such tags");
}

}  // namespace

void check_mute_windows(const Draft& draft, Diagnostics& out) {
  std::map<std::string, SourceLocation> places;
  for (const MuteWindowDraft& w : draft.mute_windows) {
    const ConfigNode& node = node_at(*w.node, {"name"});
    const auto [first, is_new] = places.emplace(w.window.name, node.where);
    if (!is_new)
      report(out, "duplicate-name", node, "mute window \"" + w.window.name + "\" is already there",
             "first at " + first->second.file.text() + ":" + std::to_string(first->second.line));
    check_targets(draft, w, out);
  }
  if (draft.mute_windows.size() > kWindowsMax)
    out.error("too-many", {}, "more than " + std::to_string(kWindowsMax) + " mute windows");
}

}  // namespace tocsin
