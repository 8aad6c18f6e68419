// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/action_record.hpp"

#include <algorithm>
#include <utility>

#include "rules/engine/flapping.hpp"
#include "rules/message/notification_json.hpp"

namespace tocsin {

Instant ActionRecord::due() const {
  Instant least = std::min({next_reminder, calm_at(changes, flapping), firings.over_at()});
  // Who looks after it need not be told by others.
  if (escalation && !acknowledged) least = std::min(least, escalation->next);
  if (held && held->hold.until) least = std::min(least, *held->hold.until);
  if (acknowledged && acknowledged->until) least = std::min(least, *acknowledged->until);
  return least;
}

bool ActionRecord::empty() const {
  return !held && !acknowledged && !reminded_of && changes.empty() && !flapping &&
         firings.empty() && !escalation;
}

std::string ActionRecord::encode() const {
  RowWriter out;
  out.byte(1);
  out.number(key.size());
  for (const auto& [name, value] : key) {
    out.text(name);
    out.text(value);
  }
  out.flag(held != nullptr);
  if (held) write_held(*held, out);
  out.flag(acknowledged != nullptr);
  if (acknowledged) {
    out.text(acknowledged->who);
    out.text(acknowledged->comment);
    out.instant(acknowledged->at);
    out.instant(acknowledged->until.value_or(kNever));
  }
  out.flag(reminded_of != nullptr);
  if (reminded_of) {
    out.text(to_json(*reminded_of));
    out.instant(reminded_from);
    out.instant(next_reminder);
  }
  out.number(changes.size());
  for (const Instant t : changes) out.instant(t);
  out.flag(flapping);
  firings.write(out);
  if (escalation) write_escalation(*escalation, out);
  return out.take();
}

bool ActionRecord::decode(std::string_view row) {
  RowReader in(row);
  if (in.byte() != 1) return false;
  key.resize(in.count(2));
  for (auto& [name, value] : key) {
    name = in.text();
    value = in.text();
  }
  if (in.flag()) {
    held = std::make_unique<HeldActions>();
    if (!read_held(in, *held)) return false;
  }
  if (in.flag()) {
    acknowledged = std::make_unique<Acknowledgement>();
    acknowledged->who = in.text();
    acknowledged->comment = in.text();
    acknowledged->at = in.instant();
    const Instant until = in.instant();
    if (until != kNever) acknowledged->until = until;
  }
  if (in.flag()) {
    Result<Transition> transition = transition_from_json(in.text());
    if (!transition) return false;
    reminded_of = std::make_unique<Transition>(std::move(*transition));
    reminded_from = in.instant();
    next_reminder = in.instant();
  }
  changes.resize(in.count(1));
  for (Instant& t : changes) t = in.instant();
  flapping = in.flag();
  // Rows of before they were counted end here, most others after it.
  if (!in.at_end()) firings.read(in);
  if (!in.at_end()) {
    escalation = std::make_unique<Escalation>();
    if (!read_escalation(in, *escalation)) return false;
  }
  return in.ok();
}

}  // namespace tocsin
