// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/alarm_book.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "rules/message/names.hpp"

namespace tocsin {

bool is_before(const KeyEntry& a, const KeyEntry& b) {
  return std::tie(a.book->spec->name, a.id()) < std::tie(b.book->spec->name, b.id());
}

namespace {

// The one key of an alarm without group_by.
const Shared<std::string>& whole_id() {
  static const Shared<std::string> kWhole = canonical_key({});
  return kWhole;
}

}  // namespace

KeyDetail& KeyEntry::own_detail() {
  if (!detail) {
    detail = std::make_unique<KeyDetail>();
    detail->id = whole_id();
  }
  return *detail;
}

void KeyEntry::set_key(AlarmKey values) {
  if (values.empty()) return;
  own_detail().id = canonical_key(values);
  detail->key = std::move(values);
}

const AlarmKey& KeyEntry::key() const {
  static const AlarmKey kWhole;
  return detail ? *detail->key : kWhole;
}

const std::string& KeyEntry::id() const { return detail ? *detail->id : *whole_id(); }

void KeyEntry::set_last_sample(Instant t) {
  if (t != last_sample()) own_detail().last_sample = t;
}

void KeyEntry::set_maths(std::unique_ptr<MathKey> maths) {
  if (maths || detail) own_detail().maths = std::move(maths);
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

AlarmStatus KeyEntry::kept_status() const {
  AlarmStatus out = status.status();
  out.alarm = book->spec->name;
  out.key = key();
  out.state = state();
  if (noted_approximate) out.note = "counts are approximate";
  out.evaluation_state = evaluation_state();
  return out;
}

void KeyEntry::keep_status(const AlarmStatus& of) {
  status.set(of);
  noted_approximate = !of.note.empty();
  set_evaluation_state(of.evaluation_state);
}

AlarmStatus AlarmBook::status() const {
  if (whole) return whole->status;
  if (!keys_.empty()) return keys_.front().kept_status();
  AlarmStatus out;
  out.alarm = spec->name;
  if (is_short()) out.state = AlarmState::ok;
  return out;
}

void AlarmBook::Totals::add(const KeyEntry& e) {
  if (e.counted) ++in_state[static_cast<std::size_t>(*e.counted)];
  vanished += e.counted_vanished ? 1U : 0U;
  cells += e.cells;
  evidence_bytes += e.evidence.counted();
}

void AlarmBook::Totals::subtract(const KeyEntry& e) {
  if (e.counted) --in_state[static_cast<std::size_t>(*e.counted)];
  vanished -= e.counted_vanished ? 1U : 0U;
  cells -= e.cells;
  evidence_bytes -= e.evidence.counted();
}

AlarmBook::Totals AlarmBook::totals() const {
  if (several_) return several_->totals;
  Totals out;
  if (!keys_.empty()) out.add(keys_.front());
  return out;
}

AlarmBook::Contributors AlarmBook::contributors() const {
  const Totals all = totals();
  return {all.in_state[static_cast<std::size_t>(AlarmState::alarm)], keys_.size() - all.vanished};
}

AlarmState AlarmBook::overall(const BeforeAlarm& before) const {
  const Totals all = totals();
  const auto in = [&](AlarmState s) {
    return all.in_state[static_cast<std::size_t>(s)] + before[static_cast<std::size_t>(s)];
  };
  const std::size_t not_yet = std::accumulate(before.begin(), before.end(), std::size_t{0});
  if (in(AlarmState::alarm) > not_yet) return AlarmState::alarm;
  const bool ok = in(AlarmState::ok) > all.vanished || (keys_.empty() && is_short());
  return ok ? AlarmState::ok : AlarmState::insufficient_data;
}

KeyEntry& AlarmBook::insert(std::unique_ptr<KeyEntry> entry) {
  KeyEntry& e = *entry;
  e.book = this;
  if (!keys_.empty() && !several_) {
    const KeyEntry& first = keys_.front();
    several_ = std::make_unique<Several>();
    several_->totals.add(first);
    if (first.quiet_at() != kNever) several_->quiet.emplace(first.quiet_at(), first.id());
  }
  keys_.insert(std::move(entry));
  settle(e);
  return e;
}

std::unique_ptr<KeyEntry> AlarmBook::take(std::string_view id) {
  std::unique_ptr<KeyEntry> e = keys_.take(id);
  if (!e) return nullptr;
  if (clock != nullptr) clock->due.put(*e, kNever);
  set_quiet_at(*e, kNever);
  if (several_) several_->totals.subtract(*e);
  return e;
}

KeyEntry* AlarmBook::oldest_quiet() const {
  if (several_) return several_->quiet.empty() ? nullptr : find(several_->quiet.begin()->second);
  return keys_.empty() || keys_.front().quiet_at() == kNever ? nullptr : &keys_.front();
}

void AlarmBook::set_quiet_at(KeyEntry& e, Instant at) {
  const Instant before = e.quiet_at();
  if (at == before) return;
  e.detail->quiet_at = at;  // it has a key, and so a detail
  if (!several_) return;
  if (before != kNever) several_->quiet.erase({before, e.id()});
  if (at != kNever) several_->quiet.emplace(at, e.id());
}

void AlarmBook::settle(KeyEntry& e) {
  if (several_) several_->totals.subtract(e);
  const AlarmState state = e.state();
  e.counted = state;
  e.counted_vanished = e.long_form() != nullptr && e.long_form()->has_vanished();
  e.cells = static_cast<std::uint32_t>(
      e.short_form() != nullptr ? e.short_form()->samples().weight() : 0);
  e.evidence.count();
  if (several_) several_->totals.add(e);
  // The one key of an alarm without group_by gives way to no other.
  const bool quiet = !e.key().empty() && state != AlarmState::alarm;
  set_quiet_at(e, quiet ? e.last_sample() : kNever);
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
    if (e->long_form() != nullptr) e->long_form()->enter_clock(to.watermark);
    settle(*e);
  }
}

void AlarmBook::bound_evidence() {
  if (totals().evidence_bytes <= kMaxEvidenceBytes) return;
  std::vector<KeyEntry*> holders;
  for (const auto& [id, e] : keys_)
    if (e->evidence.counted() > 0) holders.push_back(e.get());
  std::sort(holders.begin(), holders.end(), [](const KeyEntry* a, const KeyEntry* b) {
    const auto rank = [](const KeyEntry* e) {
      return std::make_tuple(e->quiet_at() == kNever, e->evidence.newest(),
                             std::string_view(e->id()));
    };
    return rank(a) < rank(b);
  });
  for (KeyEntry* e : holders) {
    if (totals().evidence_bytes <= kMaxEvidenceBytes / 4 * 3) return;
    e->evidence.clear();
    e->dirty = true;
    settle(*e);
  }
}

}  // namespace tocsin
