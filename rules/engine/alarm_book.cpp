// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/alarm_book.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "rules/message/names.hpp"

namespace tocsin {

bool is_before(const KeyEntry& a, const KeyEntry& b) {
  return std::tie(a.book->spec->name, a.id) < std::tie(b.book->spec->name, b.id);
}

void KeyEntry::set_key(AlarmKey values) {
  static const Shared<std::string> kWhole = canonical_key({});
  id = values.empty() ? kWhole : Shared<std::string>(canonical_key(values));
  key = std::move(values);
}

AlarmState KeyEntry::state() const {
  return overlay ? overlay->over(machine->state()) : machine->state();
}

Instant KeyEntry::due() const {
  const Instant judged = machine->due();
  return overlay ? std::min(judged,
                            overlay->due(book->spec->ok_after, judged_after(), machine->state()))
                 : judged;
}

AlarmStatus KeyEntry::kept_status() const { return status.status(book->spec->name, key, state()); }

AlarmStatus AlarmBook::status() const {
  if (whole) return whole->status;
  if (!keys_.empty()) return keys_.front().kept_status();
  AlarmStatus out;
  out.alarm = spec->name;
  if (is_short()) out.state = AlarmState::ok;
  return out;
}

AlarmBook::Contributors AlarmBook::contributors() const {
  return {in_state_[static_cast<std::size_t>(AlarmState::alarm)], keys_.size() - vanished_};
}

AlarmState AlarmBook::overall(const BeforeAlarm& before) const {
  const auto in = [&](AlarmState s) {
    return in_state_[static_cast<std::size_t>(s)] + before[static_cast<std::size_t>(s)];
  };
  const std::size_t not_yet = std::accumulate(before.begin(), before.end(), std::size_t{0});
  if (in(AlarmState::alarm) > not_yet) return AlarmState::alarm;
  const bool ok = in(AlarmState::ok) > vanished_ || (keys_.empty() && is_short());
  return ok ? AlarmState::ok : AlarmState::insufficient_data;
}

// `now` nothing: the key goes.
void AlarmBook::count(KeyEntry& e, std::optional<AlarmState> now) {
  if (e.counted) --in_state_[static_cast<std::size_t>(*e.counted)];
  if (now) ++in_state_[static_cast<std::size_t>(*now)];
  e.counted = now;
  const bool vanished = now && e.long_form != nullptr && e.long_form->has_vanished();
  vanished_ += vanished ? 1U : 0U;
  vanished_ -= std::exchange(e.counted_vanished, vanished) ? 1U : 0U;
}

KeyEntry& AlarmBook::insert(std::unique_ptr<KeyEntry> entry) {
  KeyEntry& e = *entry;
  e.book = this;
  keys_.insert(std::move(entry));
  settle(e);
  return e;
}

std::unique_ptr<KeyEntry> AlarmBook::take(std::string_view id) {
  std::unique_ptr<KeyEntry> e = keys_.take(id);
  if (!e) return nullptr;
  if (clock != nullptr) clock->due.put(*e, kNever);
  set_quiet_at(*e, kNever);
  count(*e, std::nullopt);
  cells_ -= e->cells;
  evidence_bytes_ -= e->evidence_bytes;
  return e;
}

KeyEntry* AlarmBook::oldest_quiet() const {
  return quiet_ && !quiet_->empty() ? find(quiet_->begin()->second) : nullptr;
}

void AlarmBook::set_quiet_at(KeyEntry& e, Instant at) {
  if (at == e.quiet_at) return;
  if (!quiet_) quiet_ = std::make_unique<QuietKeys>();
  if (e.quiet_at != kNever) quiet_->erase({e.quiet_at, e.id});
  if (at != kNever) quiet_->emplace(at, e.id);
  e.quiet_at = at;
}

void AlarmBook::settle(KeyEntry& e) {
  const AlarmState state = e.state();
  count(e, state);
  // The one key of an alarm without group_by gives way to no other.
  const bool quiet = !e.key.empty() && state != AlarmState::alarm;
  set_quiet_at(e, quiet ? e.last_sample : kNever);
  const auto cells =
      static_cast<std::uint32_t>(e.short_form != nullptr ? e.short_form->samples().weight() : 0);
  cells_ = cells_ - std::exchange(e.cells, cells) + cells;
  const auto bytes = static_cast<std::uint32_t>(e.evidence.bytes());
  evidence_bytes_ = evidence_bytes_ - std::exchange(e.evidence_bytes, bytes) + bytes;
  if (clock != nullptr) clock->due.put(e, e.due());
}

void AlarmBook::leave_clock() {
  if (clock == nullptr) return;
  for (const auto& [id, e] : keys_) clock->due.put(*e, kNever);
  clock = nullptr;
}

void AlarmBook::enter_clock(EventClock& to) {
  clock = &to;
  for (const auto& [id, e] : keys_) {
    if (e->long_form != nullptr) e->long_form->enter_clock(to.watermark);
    settle(*e);
  }
}

void AlarmBook::bound_evidence() {
  if (evidence_bytes_ <= kMaxEvidenceBytes) return;
  std::vector<KeyEntry*> holders;
  for (const auto& [id, e] : keys_)
    if (e->evidence_bytes > 0) holders.push_back(e.get());
  std::sort(holders.begin(), holders.end(), [](const KeyEntry* a, const KeyEntry* b) {
    const auto rank = [](const KeyEntry* e) {
      return std::make_tuple(e->quiet_at == kNever, e->evidence.newest(), std::string_view(e->id));
    };
    return rank(a) < rank(b);
  });
  for (KeyEntry* e : holders) {
    if (evidence_bytes_ <= kMaxEvidenceBytes / 4 * 3) return;
    e->evidence.clear();
    e->dirty = true;
    settle(*e);
  }
}

}  // namespace tocsin
