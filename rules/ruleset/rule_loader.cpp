// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/rule_loader.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "rules/ruleset/checks.hpp"
#include "rules/ruleset/decoders.hpp"
#include "rules/ruleset/draft.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

using Decoder = void (*)(const ConfigNode& node, const DecodeContext& context, Draft& draft);

void decode_section(ConfigReader& read, std::string_view key, Decoder decode,
                    const DecodeContext& context, Draft& draft) {
  const ConfigNode* section = read.find(key);
  if (section == nullptr || section->is_null()) return;
  if (!section->is_sequence()) {
    config::wrong_type(*section, key, "a list", context.out, "each item begins with \"- name:\"");
    return;
  }
  for (const ConfigNode& item : section->items) decode(item, context, draft);
}

void decode_document(const RuleDocument& document, const RuleContext& rules, Draft& draft,
                     Diagnostics& out) {
  if (document.root.is_null()) return;  // an empty file
  const DecodeContext context{document, rules, out};
  ConfigReader read(document.root, "a rule file", out);
  decode_section(read, "rules", decode_rule, context, draft);
  decode_section(read, "metric_filters", decode_metric_filter, context, draft);
  decode_section(read, "alarms", decode_alarm, context, draft);
  decode_section(read, "composite_alarms", decode_composite_alarm, context, draft);
  decode_section(read, "mute_windows", decode_mute_window, context, draft);
  read.finish();
}

// What a pack's entry in the main configuration says about its rules.
void apply_pack(const RuleDocument& pack, const RuleContext& context, Draft& draft,
                Diagnostics& out) {
  std::set<std::string> names;
  for (const FilterDraft& f : draft.filters) names.insert(f.filter.name);
  for (const AlarmDraft& a : draft.alarms) names.insert(a.alarm.name);
  for (const CompositeDraft& c : draft.composites) names.insert(c.alarm.name);
  for (const std::string& name : pack.disable)
    if (names.count(name) == 0)
      out.error("dangling-reference", pack.where,
                "pack \"" + pack.pack_name + "\" has no rule \"" + name + "\"",
                suggest(name, names));
  const auto disabled = [&](const std::string& name) {
    return std::find(pack.disable.begin(), pack.disable.end(), name) != pack.disable.end();
  };
  std::erase_if(draft.filters, [&](const FilterDraft& f) { return disabled(f.filter.name); });
  std::erase_if(draft.alarms, [&](const AlarmDraft& a) { return disabled(a.alarm.name); });
  std::erase_if(draft.composites, [&](const AlarmDraft& a) { return disabled(a.alarm.name); });
  std::vector<std::string> notify = pack.notify;
  const bool has_default = std::any_of(context.topics.begin(), context.topics.end(),
                                       [](const Topic& t) { return t.name == "default"; });
  if (notify.empty() && has_default) notify = {"default"};
  bool unheard = false;
  const auto tell = [&](AlarmDraft& a) {
    if (!a.alarm.alarm_topics.empty() || !a.alarm.ok_topics.empty()) return;
    a.alarm.alarm_topics = a.alarm.ok_topics = notify;
    unheard = unheard || notify.empty();
  };
  for (AlarmDraft& a : draft.alarms) tell(a);
  for (CompositeDraft& c : draft.composites) tell(c);
  // One fault of the pack's entry, not of each rule; without a configuration nobody can be told
  // anyway.
  if (unheard && !context.any_topic)
    out.warning("tells-nobody", pack.where,
                "nobody is told when alarms of pack \"" + pack.pack_name + "\" fire",
                "give it `notify: [topic]`, or have a topic \"default\"");
}

void check(Draft& draft, const RuleContext& context, Diagnostics& out) {
  check_names(draft, out);
  resolve_composites(draft, out);
  check_log_groups(draft, context, out);
  check_topics(draft, context, out);
  check_metrics(draft, out);
  check_event_anchors(draft, out);
  check_mute_windows(draft, out);
  check_patterns(draft, out);
  check_conditions(draft, out);
  check_dimensions(draft, out);
  check_missing_data(draft, out);
  check_short_periods(draft, out);
  check_units(draft, out);
  check_unused_metrics(draft, out);
  check_unheard_alarms(draft, out);
  check_late_sources(draft, context, out);
}

// Log groups that only rules name, where any may be named.
void add_named_groups(RuleSet& rules) {
  std::set<std::string> known;
  for (const LogGroup& g : rules.log_groups) known.insert(g.name);
  for (const MetricFilter& f : rules.filters) {
    if (!known.insert(f.log_group).second) continue;
    LogGroup group;
    group.name = f.log_group;
    group.input = "file";
    group.where = f.where;
    rules.log_groups.push_back(std::move(group));
  }
}

}  // namespace

std::shared_ptr<const RuleSet> build_rule_set(const std::vector<RuleDocument>& documents,
                                              const RuleContext& context, Diagnostics& out) {
  Draft draft;
  for (auto document = documents.begin(); document != documents.end();) {
    Draft part;
    const RuleDocument& first = *document;
    do {
      decode_document(*document++, context, part, out);
    } while (first.pack && document != documents.end() && document->pack_name == first.pack_name);
    if (first.pack) apply_pack(first, context, part, out);
    std::move(part.filters.begin(), part.filters.end(), std::back_inserter(draft.filters));
    std::move(part.alarms.begin(), part.alarms.end(), std::back_inserter(draft.alarms));
    std::move(part.composites.begin(), part.composites.end(), std::back_inserter(draft.composites));
    std::move(part.mute_windows.begin(), part.mute_windows.end(),
              std::back_inserter(draft.mute_windows));
  }
  check(draft, context, out);
  const bool valid = !out.has_errors();
  if (context.strict_aws) check_strict_aws(draft, out);
  if (!valid) return nullptr;
  auto rules = std::make_shared<RuleSet>();
  rules->identity = context.identity;
  rules->event_bus = context.event_bus;
  rules->configured_at = context.configured_at;
  rules->log_groups = context.log_groups;
  rules->topics = context.topics;
  rules->filters.reserve(draft.filters.size());
  rules->alarms.reserve(draft.alarms.size() + draft.composites.size());
  for (FilterDraft& f : draft.filters) rules->filters.push_back(std::move(f.filter));
  for (AlarmDraft& a : draft.alarms) rules->alarms.push_back(std::move(a.alarm));
  for (CompositeDraft& c : draft.composites) {
    c.alarm.composite = std::make_shared<const Composite>(std::move(c.composite));
    rules->alarms.push_back(std::move(c.alarm));
  }
  for (MuteWindowDraft& w : draft.mute_windows) rules->mute_windows.push_back(std::move(w.window));
  if (context.any_log_group) add_named_groups(*rules);
  return rules;
}

}  // namespace tocsin
