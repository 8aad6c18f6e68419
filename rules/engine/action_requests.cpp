// SPDX-License-Identifier: Apache-2.0
// What people and reloads ask of the desk, and its rows.
#include <algorithm>

#include "rules/engine/action_desk.hpp"
#include "rules/engine/recorder.hpp"
#include "rules/engine/row_id.hpp"
#include "rules/match/time/event_time.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

void write_targets(const MuteTargets& targets, RowWriter& out) {
  out.number(targets.alarms.size());
  for (const std::string& name : targets.alarms) out.text(name);
  out.number(targets.tags.size());
  for (const auto& [name, value] : targets.tags) {
    out.text(name);
    out.text(value);
  }
}

MuteTargets read_targets(RowReader& in) {
  MuteTargets out;
  out.alarms.resize(in.count(1));
  for (std::string& name : out.alarms) name = in.text();
  out.tags.resize(in.count(2));
  for (auto& [name, value] : out.tags) {
    name = in.text();
    value = in.text();
  }
  return out;
}

std::string encode_silence(const Silence& s) {
  RowWriter out;
  out.byte(1);
  write_targets(s.targets, out);
  for (const Instant t : {s.from, s.until, s.created}) out.instant(t);
  out.text(s.reason);
  out.text(s.author);
  return out.take();
}

std::optional<Silence> decode_silence(const StateRow& row) {
  RowReader in(*row.value);
  Silence s;
  if (in.byte() != 1) return std::nullopt;
  s.id = row.id;
  s.targets = read_targets(in);
  for (Instant* t : {&s.from, &s.until, &s.created}) *t = in.instant();
  s.reason = in.text();
  s.author = in.text();
  return in.ok() ? std::optional(std::move(s)) : std::nullopt;
}

std::string encode_switch(const ActionSwitch& s) {
  RowWriter out;
  out.byte(1);
  out.flag(s.enabled);
  out.flag(s.ruled);
  out.text(s.who);
  return out.take();
}

std::string span_text(const Silence& s) {
  return format_rfc3339(s.from) + " to " + format_rfc3339(s.until) + " by " + s.author + ": " +
         s.reason;
}

}  // namespace

void ActionDesk::replace_silences(std::vector<Silence> silences) {
  const auto has = [](const std::vector<Silence>& list, const std::string& id) {
    return std::any_of(list.begin(), list.end(), [&](const Silence& s) { return s.id == id; });
  };
  for (const Silence& s : silences)
    if (!has(mutes_->silences(), s.id)) dirty_silences_.insert(s.id);
  for (const Silence& s : mutes_->silences())
    if (!has(silences, s.id)) dirty_silences_.insert(s.id);
  active_.reset();
  mutes_ = std::make_shared<const MuteTable>(rules_, std::move(silences));
}

void ActionDesk::use_rules(std::shared_ptr<const RuleSet> rules, Recorder& to) {
  rules_ = std::move(rules);
  active_.reset();
  // Rows come in the order of their text; of equals the one added first holds.
  std::sort(restored_.begin(), restored_.end(), [](const Silence& a, const Silence& b) {
    return std::make_pair(a.id.size(), a.id) < std::make_pair(b.id.size(), b.id);
  });
  std::vector<Silence> silences = mutes_ ? mutes_->silences() : std::exchange(restored_, {});
  mutes_ = std::make_shared<const MuteTable>(rules_, std::move(silences));
  for (auto at = switches_.begin(); at != switches_.end();) {
    const std::optional<ActionFacts> facts = lookups_.facts(at->first);
    if (facts && facts->enabled == at->second.ruled) {
      ++at;
      continue;
    }
    dirty_switches_.insert(at->first);
    if (facts)
      note(at->first, {},
           std::string("Actions ") + (facts->enabled ? "enabled" : "disabled") +
               " by an edit of the rule, over what " + at->second.who + " had switched",
           to);
    at = switches_.erase(at);
  }
  recheck(to, false);
}

// Windows or silences are others: what a mute holds may be free now, or held by another. What is
// held as before stays so unless `all` is asked for: after a restart the same is said as without.
void ActionDesk::recheck(Recorder& to, bool all) {
  std::vector<ActionName> muted;
  for (const auto& [name, r] : records_) {
    if (!r.held || !is_mute(r.held->hold.by)) continue;
    const std::optional<ActionFacts> facts = lookups_.facts(name.first);
    const bool stands = facts && mutes_->stands(r.held->hold, name.first, *facts->tags, to.now());
    if (all || !stands) muted.push_back(name);
  }
  for (const ActionName& name : muted) run_held(name, to.now(), to);
  recheck_escalations(to.now());
}

Result<OperatorAnswer> ActionDesk::add_silence(Silence silence, Recorder& to) {
  std::vector<Silence> all = mutes_->silences();
  if (all.size() >= MuteTable::kSilencesMax)
    return Error{"too-many",
                 "there are " + std::to_string(all.size()) + " silences already; end one first"};
  silence.id = "silence-" + std::to_string(to.take_number());
  silence.created = to.now();
  to.noted("", AlarmType::metric, {}, "Silence " + silence.id + " added, " + span_text(silence));
  const std::string id = silence.id;
  all.push_back(std::move(silence));
  replace_silences(std::move(all));
  recheck(to, true);
  return OperatorAnswer{0, id};
}

Result<OperatorAnswer> ActionDesk::end_silence(const std::string& id, const std::string& who,
                                               Recorder& to) {
  std::vector<Silence> all = mutes_->silences();
  if (std::erase_if(all, [&](const Silence& s) { return s.id == id; }) == 0)
    return Error{"not-found", "there is no silence \"" + id + "\""};
  to.noted("", AlarmType::metric, {}, "Silence " + id + " ended by " + who);
  replace_silences(std::move(all));
  recheck(to, false);
  return OperatorAnswer{0, id};
}

void ActionDesk::switch_actions(const std::string& alarm, bool enabled, const std::string& who,
                                Recorder& to) {
  const std::optional<ActionFacts> facts = lookups_.facts(alarm);
  if (!facts || is_enabled(alarm, *facts) == enabled) return;
  if (enabled == facts->enabled)
    switches_.erase(alarm);
  else
    switches_[alarm] = {enabled, facts->enabled, who};
  dirty_switches_.insert(alarm);
  note(alarm, {}, std::string("Actions ") + (enabled ? "enabled" : "disabled") + " by " + who, to);
}

void ActionDesk::acknowledge(const AlarmStatus& status, Acknowledgement ack, Recorder& to) {
  ActionRecord& r = record(status.alarm, status.key);
  note(status.alarm, status.key,
       "Acknowledged by " + ack.who +
           (ack.until ? " until " + format_rfc3339(*ack.until) : std::string()) +
           (ack.comment.empty() ? "" : ": " + ack.comment),
       to);
  r.acknowledged = std::make_unique<Acknowledgement>(std::move(ack));
  settle({status.alarm, canonical_key(status.key)});
}

bool ActionDesk::take_back(const AlarmStatus& status, const std::string& who, Recorder& to) {
  const ActionName name{status.alarm, canonical_key(status.key)};
  const auto at = records_.find(name);
  if (at == records_.end() || !at->second.acknowledged) return false;
  note(status.alarm, status.key,
       "Acknowledgement by " + at->second.acknowledged->who + " taken back by " + who, to);
  at->second.acknowledged.reset();
  settle(name);
  return true;
}

void ActionDesk::collect(std::vector<StateRow>& out) {
  for (const ActionName& name : std::exchange(dirty_, {})) {
    const auto at = records_.find(name);
    StateRow& row =
        out.emplace_back(StateRow{"actions", join_row_id(name.first, name.second), std::nullopt});
    if (at == records_.end()) continue;
    row.value = at->second.encode();
    at->second.stored = true;
  }
  for (const std::string& alarm : std::exchange(dirty_switches_, {})) {
    const auto at = switches_.find(alarm);
    StateRow& row = out.emplace_back(StateRow{"switch", alarm, std::nullopt});
    if (at != switches_.end()) row.value = encode_switch(at->second);
  }
  for (const std::string& id : std::exchange(dirty_silences_, {})) {
    StateRow& row = out.emplace_back(StateRow{"silence", id, std::nullopt});
    for (const Silence& s : mutes_->silences())
      if (s.id == id) row.value = encode_silence(s);
  }
}

bool ActionDesk::restore(const StateRow& row) {
  if (row.kind == "silence") {
    std::optional<Silence> silence = decode_silence(row);
    if (silence) restored_.push_back(std::move(*silence));
    return silence.has_value();
  }
  if (row.kind == "switch") {
    RowReader in(*row.value);
    const bool known = in.byte() == 1;
    ActionSwitch read;
    read.enabled = in.flag();
    read.ruled = in.flag();
    read.who = in.text();
    if (known && in.ok()) switches_[row.id] = std::move(read);
    return known && in.ok();
  }
  const ActionName name = split_row_id(row.id);
  ActionRecord r;
  if (!r.decode(*row.value) || canonical_key(r.key) != name.second) return false;
  r.stored = true;
  r.queued = r.due();
  if (r.queued != kNever) due_.emplace(r.queued, name);
  records_[name] = std::move(r);
  return true;
}

}  // namespace tocsin
