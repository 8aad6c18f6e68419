// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "rules/alarm/math_plan.hpp"
#include "rules/ruleset/checks.hpp"
#include "rules/ruleset/metric_index.hpp"
#include "tocsin/config_reader.hpp"
#include "tocsin/escalation_options.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kItemsMax = 100'000;  // spec/alarms.md section 14

std::string place_text(const SourceLocation& where) {
  return where.file.text() + ":" + std::to_string(where.line);
}

// Names of one kind, each with the place where it was first given.
class FirstPlaces {
 public:
  FirstPlaces(std::string_view what, Diagnostics& out) : what_(what), out_(out) {}
  void add(const std::string& name, const ConfigNode& item) {
    const ConfigNode& node = node_at(item, {"name"});
    const auto [first, is_new] = places_.emplace(name, node.where);
    if (!is_new)
      report(out_, "duplicate-name", node,
             std::string(what_) + " \"" + name + "\" is already there",
             "first at " + place_text(first->second));
  }

 private:
  std::string_view what_;
  Diagnostics& out_;
  std::map<std::string, SourceLocation> places_;
};

template <class Items>
std::vector<std::string_view> names_of(const Items& items) {
  std::vector<std::string_view> names;
  for (const auto& item : items) names.push_back(item.name);
  return names;
}

// The node of `topic` in the list at `list`, for the caret.
const ConfigNode& topic_node(const ConfigNode& list, const std::string& topic) {
  for (const ConfigNode& item : list.items)
    if (item.is_scalar() && item.scalar == topic) return item;
  return list;
}

void check_topic_list(const AlarmDraft& draft, const ConfigNode& list,
                      const std::vector<std::string>& topics,
                      const std::vector<std::string_view>& known, Diagnostics& out) {
  for (const std::string& topic : topics) {
    if (std::find(known.begin(), known.end(), topic) != known.end()) continue;
    report(
        out, "dangling-reference", topic_node(list, topic),
        "alarm \"" + draft.alarm.name + "\" notifies topic \"" + topic + "\", which does not exist",
        suggest(topic, known));
  }
}

void check_escalation(const AlarmDraft& draft, const std::vector<std::string_view>& known,
                      Diagnostics& out) {
  for (const EscalationStep& step : draft.alarm.escalate)
    if (std::find(known.begin(), known.end(), step.topic) == known.end())
      report(out, "dangling-reference",
             escalation_topic_node(*draft.node->find("escalate"), step.topic),
             "alarm \"" + draft.alarm.name + "\" escalates to topic \"" + step.topic +
                 "\", which does not exist",
             suggest(step.topic, known));
}

}  // namespace

void check_names(const Draft& draft, Diagnostics& out) {
  // A short form's filter and alarm share a name and a place: one fault is enough.
  FirstPlaces filters("metric filter", out);
  FirstPlaces alarms("alarm", out);
  for (const AlarmDraft& a : draft.alarms) alarms.add(a.alarm.name, *a.node);
  for (const CompositeDraft& c : draft.composites) alarms.add(c.alarm.name, *c.node);
  Diagnostics of_filters;
  FirstPlaces all_filters("metric filter", of_filters);
  for (const FilterDraft& f : draft.filters) all_filters.add(f.filter.name, *f.node);
  for (const Diagnostic& d : of_filters.list()) {
    const bool told =
        std::any_of(out.list().begin(), out.list().end(), [&](const Diagnostic& other) {
          return other.code == d.code && other.where.file == d.where.file &&
                 other.where.line == d.where.line;
        });
    if (!told) out.error(d.code, d.where, d.text, d.hint, d.length);
  }
  if (draft.filters.size() > kItemsMax || draft.alarms.size() + draft.composites.size() > kItemsMax)
    out.error("too-many", {},
              "more than " + std::to_string(kItemsMax) + " metric filters or alarms");
}

void check_log_groups(const Draft& draft, const RuleContext& context, Diagnostics& out) {
  if (context.any_log_group) return;
  const auto known = names_of(context.log_groups);
  for (const FilterDraft& f : draft.filters) {
    const std::string& group = f.filter.log_group;
    const bool named =
        f.node->find("log_group") != nullptr;  // a pack's was checked where the pack is
    if (!named || group.empty() || std::find(known.begin(), known.end(), group) != known.end())
      continue;
    report(out, "dangling-reference", node_at(*f.node, {"log_group"}),
           "log group \"" + group + "\" does not exist",
           known.empty() ? "the configuration has no log groups" : suggest(group, known));
  }
}

void check_topics(const Draft& draft, const RuleContext& context, Diagnostics& out) {
  if (context.any_topic) return;
  const auto known = names_of(context.topics);
  const auto check_actions = [&](const AlarmDraft& a) {
    check_topic_list(a, node_at(*a.node, {"actions", "alarm"}), a.alarm.alarm_topics, known, out);
    check_topic_list(a, node_at(*a.node, {"actions", "ok"}), a.alarm.ok_topics, known, out);
    check_topic_list(a, node_at(*a.node, {"actions", "insufficient_data"}),
                     a.alarm.insufficient_data_topics, known, out);
  };
  for (const AlarmDraft& a : draft.alarms) {
    check_escalation(a, known, out);
    if (!a.short_form)
      check_actions(a);
    else if (a.node->find("notify") != nullptr)
      check_topic_list(a, node_at(*a.node, {"notify"}), a.alarm.alarm_topics, known, out);
  }
  for (const CompositeDraft& c : draft.composites) {
    check_actions(c);
    check_escalation(c, known, out);
  }
}

void check_metrics(const Draft& draft, Diagnostics& out) {
  const MetricIndex metrics(draft);
  for (const AlarmDraft& a : draft.alarms) {
    for (const AlarmMetric& m : watched_metrics(a.alarm)) {
      if (m.metric_name.empty() || !metrics.filters_of(m).empty()) continue;
      const std::string id = metric_id(m);
      report(
          out, "dangling-reference", node_at(watching_node(a, m), {"metric", "name"}),
          "alarm \"" + a.alarm.name + "\" watches metric " + id + ", which no metric filter gives",
          suggest(id, metrics.names()));
    }
  }
}

void check_event_anchors(const Draft& draft, Diagnostics& out) {
  for (const AlarmDraft& a : draft.alarms) {
    if (a.short_form || a.alarm.anchor != Anchor::event) continue;
    const bool fed =
        std::any_of(draft.filters.begin(), draft.filters.end(), [&](const FilterDraft& f) {
          return f.filter.name == a.alarm.name && metric_id(f.filter) == metric_id(a.alarm);
        });
    if (!fed)
      report(out, "dangling-reference", node_at(*a.node, {"anchor"}),
             "`anchor: event` needs a metric filter named \"" + a.alarm.name +
                 "\" that gives the alarm's metric",
             "or write the rule in short form, under `rules:`");
  }
}

}  // namespace tocsin
