// SPDX-License-Identifier: Apache-2.0
#include "daemon/dead_man_watch.hpp"

#include <utility>

#include "daemon/telemetry.hpp"

namespace tocsin {

std::vector<std::string> DeadManWatch::take_due(const std::vector<Switch>& switches, Tick now) {
  std::vector<std::string> due;
  std::map<std::string, Known> kept;
  const std::lock_guard lock(mutex_);
  for (const Switch& s : switches) {
    const auto found = known_.find(s.topic);
    const bool is_new = found == known_.end();
    Known& known = kept[s.topic];
    if (!is_new) known = std::move(found->second);
    known.report.topic = s.topic;
    known.report.label = s.label;
    if (known.report.withheld != s.withheld) telemetry::dead_man_withheld(s.topic, s.withheld);
    known.report.withheld = s.withheld;
    if (!is_new && (known.awaited || now - known.asked < s.every)) continue;
    known.asked = now;
    known.awaited = s.withheld.empty();
    if (s.withheld.empty())
      due.push_back(s.topic);
    else
      telemetry::dead_man_pinged(s.topic, "withheld", false, {});
  }
  known_ = std::move(kept);
  return due;
}

void DeadManWatch::done(const DeliveryReport& report, Instant now) {
  const bool ok = report.record.fate == DeliveryRecord::Fate::delivered;
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(report.topic);
  if (found == known_.end()) return;
  found->second.awaited = false;
  DeadManReport& known = found->second.report;
  const bool is_news = ok != known.failure.empty();
  telemetry::dead_man_pinged(report.topic, ok ? "ok" : "failed", is_news, report.record.detail);
  known.failure = ok ? "" : report.record.detail;
  if (ok) known.last_ok = now;
}

std::vector<DeadManReport> DeadManWatch::report() const {
  std::vector<DeadManReport> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [topic, known] : known_) out.push_back(known.report);
  return out;
}

}  // namespace tocsin
