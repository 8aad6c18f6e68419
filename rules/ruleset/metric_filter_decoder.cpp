// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/decoders.hpp"
#include "rules/ruleset/item_fields.hpp"

namespace tocsin {
namespace {

constexpr std::pair<std::string_view, bool> kDefaultPer[] = {{"minute", false}, {"event", true}};

void read_metric(const ConfigNode& node, MetricFilter& filter, Diagnostics& out) {
  ConfigReader read(node, "`metric`", out);
  read_metric_name(read, "namespace", filter.metric_namespace);
  read_metric_name(read, "name", filter.metric_name);
  if (const ConfigNode* value = read.find("value")) read_metric_value(*value, filter, out);
  read.optional("min", filter.minimum);
  read.optional("default", filter.default_value);
  read.optional_name("default_per", filter.default_per_event, kDefaultPer);
  read_unit(read, filter.unit);
  if (const ConfigNode* dimensions = read.find("dimensions"))
    read_bindings(*dimensions, "dimensions", false, filter, filter.dimensions, out);
  read.finish();
}

}  // namespace

void decode_metric_filter(const ConfigNode& node, const DecodeContext& context, Draft& draft) {
  FilterDraft item{.filter = {}, .node = &node, .document = &context.document, .short_form = false};
  ConfigReader read(node, "a metric filter", context.out);
  if (!node.is_map()) return;
  const std::size_t faults = context.out.list().size();
  const bool named = read_item_name(read, item.filter.name, 512, ":*");
  read_log_group(read, context, item.filter);
  read_pattern(read, context, item.filter);
  item.filter.where = node.where;
  const ConfigNode* metric = read.find_required("metric");
  if (metric != nullptr) read_metric(*metric, item.filter, context.out);
  read.finish();
  const bool complete = !item.filter.metric_namespace.empty() && !item.filter.metric_name.empty();
  item.sound = context.out.list().size() == faults;
  if (named && complete) draft.filters.push_back(std::move(item));
}

}  // namespace tocsin
