// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/composite_timeline.hpp"

#include <algorithm>

namespace tocsin {
namespace {

using Change = CompositeTimeline::Change;
using Episode = CompositeTimeline::Episode;
using States = CompositeTimeline::States;

void write_states(const States& states, RowWriter& out) {
  for (const AlarmState s : states) out.byte(static_cast<unsigned>(s));
}

States read_states(RowReader& in, std::size_t size) {
  States out(size);
  for (AlarmState& s : out)
    s = static_cast<AlarmState>(std::min(in.byte(), static_cast<unsigned>(AlarmState::alarm)));
  return out;
}

void write_change(const Change& c, RowWriter& out) {
  out.number(c.child);
  out.byte(static_cast<unsigned>(c.to));
  for (const Instant t : {c.from, c.at, c.decided_at}) out.instant(t);
}

Change read_change(RowReader& in, std::size_t children) {
  Change c;
  c.child = std::min<std::size_t>(in.number(), children - 1);
  c.to = read_states(in, 1)[0];
  for (Instant* t : {&c.from, &c.at, &c.decided_at}) *t = in.instant();
  return c;
}

void write_episode(const Episode& e, RowWriter& out) {
  write_change(e.begin, out);
  write_change(e.end, out);
  write_states(e.during, out);
  write_states(e.after, out);
}

Episode read_episode(RowReader& in, std::size_t children) {
  Episode e;
  e.begin = read_change(in, children);
  e.end = read_change(in, children);
  e.during = read_states(in, children);
  e.after = read_states(in, children);
  return e;
}

}  // namespace

CompositeTimeline::CompositeTimeline(std::vector<std::string> children, States states,
                                     AlarmState shown)
    : names_(std::move(children)), states_(std::move(states)) {
  if (shown == AlarmState::alarm) red_.push_back({kNoTime, kNever});
}

void CompositeTimeline::child_is(const Change& change) {
  const auto later = [](const Change& a, const Change& b) { return a.from < b.from; };
  pending_.insert(std::upper_bound(pending_.begin(), pending_.end(), change, later), change);
}

void CompositeTimeline::shown(AlarmState state, Instant at) {
  const bool was_red = !red_.empty() && red_.back().to == kNever;
  const bool is_red = state == AlarmState::alarm;
  if (was_red && !is_red) red_.back().to = at;
  if (!was_red && is_red) red_.push_back({at, kNever});
  if (red_.size() <= kChangesMax) return;
  red_[1].from = red_[0].from;
  red_.erase(red_.begin());
}

void CompositeTimeline::advance(Instant w, const Rule& rule) {
  if (!begun_ && rule(states_)) {
    open_.emplace();
    open_->begin.from = open_->begin.at = kNoTime;  // it is shown as it begins
  }
  begun_ = true;
  while (is_due(w)) step(rule);
  const Instant known = pending_.empty() ? w : std::min(w, pending_.front().from);
  forget_red(open_ ? open_->begin.at : known);
}

// All that changes at one instant changes at once.
void CompositeTimeline::step(const Rule& rule) {
  const Change first = pending_.front();
  auto at = pending_.begin();
  for (; at != pending_.end() && at->from == first.from; ++at) states_[at->child] = at->to;
  pending_.erase(pending_.begin(), at);
  const bool holds = rule(states_);
  if (holds && !open_) open_ = Episode{first, {}, states_, states_};
  if (holds || !open_) return;
  open_->end = first;
  open_->after = states_;
  end(std::move(*std::exchange(open_, std::nullopt)));
}

void CompositeTimeline::end(Episode episode) {
  if (episode.begin.from == kNoTime) return;
  const bool is_shown = std::any_of(red_.begin(), red_.end(), [&](const Red& r) {
    return r.from <= episode.end.from && r.to >= episode.begin.at;
  });
  if (is_shown) return;
  untold_.push_back(std::move(episode));
  if (untold_.size() > kEpisodesMax) untold_.erase(untold_.begin());
}

// A transition is told up to a millisecond before it holds.
void CompositeTimeline::forget_red(Instant before) {
  std::erase_if(red_, [&](const Red& r) { return r.to < before - Duration{1}; });
}

void CompositeTimeline::write(RowWriter& out) const {
  out.number(names_.size());
  for (const std::string& name : names_) out.text(name);
  write_states(states_, out);
  out.flag(begun_);
  out.flag(open_.has_value());
  if (open_) {
    // One that was there from the beginning has no states of children.
    write_change(open_->begin, out);
    write_states(open_->begin.from == kNoTime ? states_ : open_->during, out);
  }
  out.number(pending_.size());
  for (const Change& c : pending_) write_change(c, out);
  out.number(red_.size());
  for (const Red& r : red_) {
    out.instant(r.from);
    out.instant(r.to);
  }
  out.number(untold_.size());
  for (const Episode& e : untold_) write_episode(e, out);
}

bool CompositeTimeline::read(RowReader& in) {
  names_.resize(in.count(1));
  if (names_.empty()) return false;
  for (std::string& name : names_) name = in.text();
  const std::size_t children = names_.size();
  states_ = read_states(in, children);
  begun_ = in.flag();
  if (in.flag()) {
    open_.emplace();
    open_->begin = read_change(in, children);
    open_->during = read_states(in, children);
  }
  pending_.resize(in.count(5));
  for (Change& c : pending_) c = read_change(in, children);
  red_.resize(in.count(2));
  for (Red& r : red_) {
    r.from = in.instant();
    r.to = in.instant();
  }
  untold_.resize(in.count(8));
  for (Episode& e : untold_) e = read_episode(in, children);
  return in.ok();
}

}  // namespace tocsin
