// SPDX-License-Identifier: Apache-2.0
// An alarm as a state row, so that after a restart an alarm that is no more can still say goodbye
// on its own topics, and a changed one is noticed. spec/time.md section 8.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tocsin/rule_set.hpp"

namespace tocsin {

// JSON; the place in the file is left out.
std::string encode_alarm(const Alarm& alarm);
std::optional<Alarm> decode_alarm(std::string_view json);

// Whether it is certain that their rows are the same, at a hundredth of the cost of making those.
bool is_same_row(const Alarm& a, const Alarm& b);

// What decides its state; an edit of anything else (topics, texts) does not judge it again.
std::string condition_of(const Alarm& alarm);

// What the datapoints of a metric are made of: log group, pattern, value, dimensions... of every
// filter that publishes it. Datapoints stay as long as it stays the same.
std::string datapoints_of(std::span<const MetricFilter* const> publishers);

// "Namespace/Name".
std::string metric_name(std::string_view metric_namespace, std::string_view name);
inline std::string metric_of(const Alarm& a) {
  return metric_name(a.metric_namespace, a.metric_name);
}
inline std::string metric_of(const AlarmMetric& m) {
  return metric_name(m.metric_namespace, m.metric_name);
}
inline std::string metric_of(const MetricFilter& f) {
  return metric_name(f.metric_namespace, f.metric_name);
}

}  // namespace tocsin
