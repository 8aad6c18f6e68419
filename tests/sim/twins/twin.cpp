// SPDX-License-Identifier: Apache-2.0
#include "sim/twins/twin.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "rules/message/names.hpp"
#include "rules/message/notification_json.hpp"
#include "rules/mute/mute_table.hpp"

namespace tocsin::sim {
namespace {

std::string text_of(Instant t) { return std::to_string(to_ms(t)); }

std::string text_of(const HistoryItem& h) {
  return "history " + h.alarm + canonical_key(h.key) + " " + text_of(h.time) + " " + h.type + " " +
         h.summary + " " + h.data;
}

std::string text_of(const AlarmStatus& s) {
  return "status " + s.alarm + canonical_key(s.key) + " " + std::string(to_string(s.state)) + " " +
         text_of(s.state_since) + " " + text_of(s.updated_at) + " [" + s.reason + "] [" +
         s.reason_data + "] " + s.note + (s.actions.enabled ? "" : " disabled") +
         s.actions.switched_by + (s.actions.shadow ? " shadow" : "") +
         (s.actions.hold ? " held by " + s.actions.hold->name : "") +
         (s.actions.waiting ? " waiting" : "") +
         (s.actions.acknowledged ? " seen by " + s.actions.acknowledged->who : "") +
         (s.actions.next_repeat ? " again at " + text_of(*s.actions.next_repeat) : "") +
         (s.actions.flapping ? " flapping" : "") + s.actions.set_by;
}

}  // namespace

void Memory::commit(StateDelta delta) {
  for (StateRow& row : delta.rows) {
    if (row.value)
      rows_[{row.kind, row.id}] = std::move(*row.value);
    else
      rows_.erase({row.kind, row.id});
  }
  for (AlarmStatus& s : delta.alarms) {
    const std::pair id{s.alarm, canonical_key(s.key)};
    alarms_[id] = std::move(s);
  }
  for (const auto& [alarm, key] : delta.removed) alarms_.erase({alarm, canonical_key(key)});
  for (const auto& [group, floor] : delta.seen_floor)
    std::erase_if(seen_, [&, least = floor, name = group](const SeenEvent& e) {
      return e.log_group == name && e.time < least;
    });
  seen_.insert(seen_.end(), delta.seen.begin(), delta.seen.end());
  next_sequence_ = delta.next_sequence;
}

StateImage Memory::load() const {
  StateImage out;
  for (const auto& [id, value] : rows_) out.rows.push_back({id.first, id.second, value});
  for (const auto& [id, status] : alarms_) out.alarms.push_back(status);
  out.seen = seen_;
  out.next_sequence = next_sequence_;
  return out;
}

void Memory::damage(Random& random) {
  std::set<std::string> kinds;
  for (const auto& [id, value] : rows_) kinds.insert(id.first);
  if (kinds.empty()) return;
  const std::string kind = random.pick(std::vector<std::string>(kinds.begin(), kinds.end()));
  std::vector<std::string*> values;
  for (auto& [id, value] : rows_)
    if (id.first == kind) values.push_back(&value);
  *random.pick(values) = "\x7f";
}

Twin::Twin(const Script& script, const Schedule& schedule)
    : script_(script), schedule_(schedule), random_(schedule.seed), rules_(script.rules()) {
  open(script.start());
  note();
  save(script.start());
}

void Twin::open(Instant now) {
  engine_ = std::make_unique<Engine>(rules_, now);
  engine_->restore(memory_.load(), now, out_);
}

void Twin::note() {
  for (const Transition& t : out_.transitions) {
    check(t);
    said_[0].push_back(to_json(t));
  }
  for (const Notification& n : out_.notifications)
    said_[1].push_back(n.message_id + " " + n.topic + " " + n.subject + " " + n.summary + " " +
                       n.cloudwatch_message);
  for (const HistoryItem& h : out_.history) said_[2].push_back(text_of(h));
  out_ = {};
}

void Twin::check(const Transition& t) {
  const auto [at, is_new] = told_.try_emplace({t.alarm, canonical_key(t.key)}, t.from);
  if (at->second == AlarmState::alarm && t.from != AlarmState::alarm && gap_.empty())
    gap_ = "an ALARM has ended untold before " + to_json(t);
  at->second = t.to;
}

void Twin::rename_told() {
  for (const Alarm& a : rules_->alarms) {
    Told renamed;
    std::erase_if(told_, [&](const auto& t) {
      if (a.was.empty() || t.first.first != a.was) return false;
      renamed[{a.name, t.first.second}] = t.second;
      return true;
    });
    told_.merge(renamed);
  }
}

void Twin::save(Instant now) {
  StateDelta delta;
  engine_->collect(delta);
  memory_.commit(std::move(delta));
  stored_said_ = said_;
  stored_told_ = told_;
  stored_place_ = place_;
  stored_rules_ = rules_;
  stored_now_ = now;
}

// Between two calls.
void Twin::disturb(Instant now) {
  if (random_.chance(schedule_.reload))
    engine_->swap_rules(std::make_shared<const RuleSet>(*rules_), now, out_);
  note();
  if (random_.chance(schedule_.restart)) {
    save(now);
    if (schedule_.damage > 0 && random_.chance(schedule_.damage)) memory_.damage(random_);
    open(now);
    note();
  } else if (random_.chance(schedule_.crash)) {
    said_ = stored_said_;
    told_ = stored_told_;
    place_ = stored_place_;
    rules_ = stored_rules_;
    open(stored_now_);
    note();
  } else if (random_.chance(0.3)) {
    save(now);
  }
}

namespace {

MatchBatch batch_of(const Operation& o, std::size_t first, std::size_t last,
                    const std::shared_ptr<const RuleSet>& rules, std::size_t base) {
  MatchBatch b;
  b.rules = rules;
  b.log_group = o.group;
  b.stream = b.source = o.stream;
  b.read_at = b.source_time = o.now;
  b.more_unread = o.more || last < o.events.size();
  for (std::size_t i = first; i < last; ++i) {
    const ScriptEvent& e = o.events[i];
    const std::uint32_t index = b.add_event(e.time);
    MatchedEvent m{index, base * 1000 + i, "event " + std::to_string(base * 1000 + i), e.id, {}};
    for (std::uint32_t f = 0; f < rules->filters.size(); ++f) {
      const MetricFilter& filter = rules->filters[f];
      if (filter.log_group != o.group || (e.kind >> f & 1U) == 0) continue;
      Sample s{f, e.value, {}};
      for (const FieldBinding& d : filter.dimensions) {
        const std::string& v = d.name == "who" ? e.who : e.where;
        s.dimensions.push_back(v.empty() ? std::nullopt : std::optional(v));
      }
      m.samples.push_back(std::move(s));
    }
    if (!m.samples.empty()) b.matches.push_back(std::move(m));
  }
  return b;
}

}  // namespace

void Twin::read(const Operation& o) {
  std::size_t last = place_.event + 1;
  while (last < o.events.size() && !random_.chance(schedule_.cut)) ++last;
  engine_->apply(batch_of(o, place_.event, last, rules_, place_.operation), o.now, out_);
  place_.event = last;
  if (last == o.events.size()) place_ = {place_.operation + 1, 0};
}

void Twin::operate(const Operation& o) {
  OperatorRequest request = o.request;
  auto* end = std::get_if<EndSilence>(&request.what);
  if (end != nullptr && !engine_->mutes()->silences().empty())
    end->id = engine_->mutes()->silences().front().id;
  const Result<OperatorAnswer> answer = engine_->operate(request, o.now, out_);
  note();
  said_[2].push_back(answer ? "answer " + std::to_string(answer->concerned) + answer->silence
                            : "error " + answer.error().text);
}

bool Twin::step() {
  if (place_.operation == script_.operations().size()) return false;
  const Operation& o = script_.operations()[place_.operation];
  if (o.kind == Operation::Kind::read) {
    read(o);
  } else {
    if (o.kind == Operation::Kind::look) engine_->look(o.look, o.now, out_);
    if (o.kind == Operation::Kind::advance) engine_->advance(o.now, out_);
    if (o.kind == Operation::Kind::set_back) engine_->clock_set_back(o.now, o.by, out_);
    if (o.kind == Operation::Kind::operate) operate(o);
    if (o.kind == Operation::Kind::reload) {
      engine_->swap_rules(rules_ = o.rules, o.now, out_);
      rename_told();
    }
    place_ = {place_.operation + 1, 0};
  }
  note();
  disturb(o.now);
  return true;
}

const Said& Twin::play() {
  while (step()) {
  }
  for (const AlarmStatus& s : engine_->alarms()) {
    said_[3].push_back(text_of(s));
    const auto told = told_.find({s.alarm, canonical_key(s.key)});
    if (told == told_.end()) continue;
    if (told->second == AlarmState::alarm && s.state != AlarmState::alarm && gap_.empty())
      gap_ = "an ALARM has ended untold: " + text_of(s);
    told_.erase(told);
  }
  for (const auto& [name, state] : told_)
    if (state == AlarmState::alarm && gap_.empty())
      gap_ = "an ALARM has gone untold: " + name.first + name.second;
  return said_;
}

}  // namespace tocsin::sim
