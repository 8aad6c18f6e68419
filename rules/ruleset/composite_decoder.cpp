// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "rules/alarm/composite_rule.hpp"
#include "rules/ruleset/decoders.hpp"
#include "rules/ruleset/item_fields.hpp"

namespace tocsin {
namespace {

constexpr Bounds<Duration> kSuppressorPeriod{.least = Duration{0}, .most = days{7}};

void read_suppressor(ConfigReader& composite, std::optional<Suppressor>& into) {
  const ConfigNode* node = composite.find("suppressor");
  if (node == nullptr) return;
  ConfigReader read(*node, "`suppressor`", composite.diagnostics());
  Suppressor suppressor;
  std::string written;
  bool sound = read.require("alarm", written);
  sound = read.require("wait", suppressor.wait, kSuppressorPeriod) && sound;
  sound = read.require("extension", suppressor.extension, kSuppressorPeriod) && sound;
  read.finish();
  suppressor.alarm = alarm_name_of(written);
  if (sound && suppressor.alarm.empty())
    report(read.diagnostics(), "bad-value", *node->find("alarm"),
           "`alarm` must be the name of an alarm, or its ARN",
           "arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME");
  else if (sound)
    into = std::move(suppressor);
}

}  // namespace

void decode_composite_alarm(const ConfigNode& node, const DecodeContext& context, Draft& draft) {
  CompositeDraft item;
  item.node = &node;
  item.pack = context.document.pack;
  item.document = &context.document;
  ConfigReader read(node, "a composite alarm", context.out);
  if (!node.is_map()) return;
  const std::size_t faults = context.out.list().size();
  const bool named = read_item_name(read, item.alarm.name, 255, "");
  item.alarm.where = node.where;
  read.require("rule", item.composite.rule);
  read_actions(read, item.alarm);
  read_suppressor(read, item.composite.suppressor);
  read_presentation(read, context, item.alarm);
  if (const ConfigNode* ok_after = node.find("ok_after"))
    report(context.out, "bad-value", *ok_after, "a composite alarm has no `ok_after`",
           "give it to the alarms in its rule");
  read.finish();
  item.sound = context.out.list().size() == faults;
  if (named) draft.composites.push_back(std::move(item));
}

}  // namespace tocsin
