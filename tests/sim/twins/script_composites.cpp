// SPDX-License-Identifier: Apache-2.0
// Composite alarms of a script, and what removing and renaming alarms means for them.
#include <algorithm>

#include "sim/twins/script.hpp"
#include "support/composite_of.hpp"

namespace tocsin::sim {
namespace {

bool is_named_by(const Alarm& composite, const std::string& name) {
  const Composite& c = *composite.composite;
  return std::binary_search(c.children.begin(), c.children.end(), name) ||
         (c.suppressor && c.suppressor->alarm == name);
}

std::string quoted(const std::string& name) { return '"' + name + '"'; }

}  // namespace

std::string Script::random_rule() {
  const auto state = [&] {
    return random_.pick<std::string>({"ALARM", "ALARM", "OK", "INSUFFICIENT_DATA"});
  };
  const auto name = [&] { return quoted(random_.pick(draft_.alarms).name); };
  std::string rule;
  for (auto operands = random_.range(1, 3); operands > 0; --operands) {
    if (!rule.empty()) rule += random_.pick<std::string>({" AND ", " OR ", " AND NOT "});
    if (random_.chance(0.3))
      rule += "AT_LEAST(" + random_.pick<std::string>({"1", "2", "50%"}) + ", " +
              (random_.chance(0.3) ? "NOT " : "") + state() + ", (" + name() + ", " + name() + "))";
    else
      rule += state() + "(" + name() + ")";
  }
  return rule;
}

// It may name itself: a cycle is a mistake that must not do any harm.
void Script::make_composite(Alarm& a) {
  auto composite = composite_of(random_rule());
  if (random_.chance(0.4))
    composite->suppressor = {random_.pick(draft_.alarms).name,
                             random_.pick<Duration>({Duration{0}, seconds{30}, minutes{2}}),
                             random_.pick<Duration>({Duration{0}, minutes{1}, minutes{10}})};
  a.composite = std::move(composite);
}

void Script::add_composite() {
  Alarm a;
  a.name = "alarm-" + std::to_string(alarms_made_++);
  make_attention(a);
  a.ok_after = Duration{0};
  a.alarm_topics = {"ops"};
  a.ok_topics = {"ops", "dev"};
  make_composite(a);
  draft_.alarms.push_back(a);
}

// The short form's own filter has its name. One that a composite names stays.
void Script::remove(std::size_t alarm) {
  const std::string name = draft_.alarms[alarm].name;
  for (const Alarm& a : draft_.alarms)
    if (a.composite && is_named_by(a, name)) return;
  std::erase_if(draft_.filters, [&](const MetricFilter& f) { return f.name == name; });
  draft_.alarms.erase(draft_.alarms.begin() + static_cast<std::ptrdiff_t>(alarm));
}

void Script::rename(Alarm& alarm) {
  const std::string before = alarm.name;
  alarm.name = "alarm-" + std::to_string(alarms_made_++);
  alarm.was = before;
  for (MetricFilter& f : draft_.filters)
    if (f.name == before) f.name = f.metric_name = alarm.metric_name = alarm.name;
  for (Alarm& a : draft_.alarms) {
    if (!a.composite || !is_named_by(a, before)) continue;
    std::string rule = a.composite->rule;
    for (std::size_t at = 0; (at = rule.find(quoted(before), at)) != std::string::npos;)
      rule.replace(at, quoted(before).size(), quoted(alarm.name));
    auto composite = composite_of(std::move(rule));
    composite->suppressor = a.composite->suppressor;
    if (composite->suppressor && composite->suppressor->alarm == before)
      composite->suppressor->alarm = alarm.name;
    a.composite = std::move(composite);
  }
}

void Script::edit_composite(Alarm& alarm) {
  switch (random_.range(0, 2)) {
    case 0:
      make_composite(alarm);
      break;
    case 1:
      rename(alarm);
      break;
    case 2:
      make_attention(alarm);
      alarm.ok_after = Duration{0};
      break;
  }
}

}  // namespace tocsin::sim
