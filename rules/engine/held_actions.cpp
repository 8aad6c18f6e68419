// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/held_actions.hpp"

#include <algorithm>
#include <utility>

#include "rules/message/notification_json.hpp"

namespace tocsin {

void write_hold(const ActionHold& hold, RowWriter& out) {
  out.byte(static_cast<unsigned>(hold.by));
  for (const std::string* text : {&hold.name, &hold.why, &hold.who}) out.text(*text);
  out.instant(hold.since);
  out.flag(hold.until.has_value());
  out.instant(hold.until.value_or(kNoTime));
}

ActionHold read_hold(RowReader& in) {
  ActionHold hold;
  hold.by = static_cast<HeldBy>(std::min(in.byte(), static_cast<unsigned>(HeldBy::suppressor)));
  for (std::string* text : {&hold.name, &hold.why, &hold.who}) *text = in.text();
  hold.since = in.instant();
  const bool ends = in.flag();
  const Instant until = in.instant();
  if (ends) hold.until = until;
  return hold;
}

void write_held(const HeldActions& held, RowWriter& out) {
  out.text(to_json(held.transition));
  write_hold(held.hold, out);
  out.byte(static_cast<unsigned>(held.known));
  out.flag(held.muted);
}

bool read_held(RowReader& in, HeldActions& held) {
  Result<Transition> transition = transition_from_json(in.text());
  held.hold = read_hold(in);
  const unsigned known = in.byte();
  held.muted = in.flag();
  if (!in.ok() || !transition || known > 2) return false;
  held.transition = std::move(*transition);
  held.known = static_cast<AlarmState>(known);
  return true;
}

}  // namespace tocsin
