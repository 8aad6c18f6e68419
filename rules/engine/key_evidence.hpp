// SPDX-License-Identifier: Apache-2.0
// The newest log events of one (alarm, key), at most evidence.events: they travel with its
// transitions. Trimming (redaction, 8 KiB) is put off until somebody needs the text, since most
// events are displaced before. Nothing is allocated before the first event, and the alarms of one
// metric hold one list.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/engine/evidence_list.hpp"
#include "rules/engine/restored_evidence.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

class KeyEvidence {
 public:
  static constexpr std::size_t kMaxEvents = EvidenceList::kMaxEvents;

  // Keeps the event if it is among the newest `spec.events`. It stays at hand for
  // events() in any case until the next add(). `text`, which outlives this, says the message of an
  // event that has none here; it is told and not kept.
  void add(Evidence e, const EvidenceSpec& spec, const EvidenceText* text = nullptr) {
    KeptEvent event{e.time, std::move(e.source), e.position, std::move(e.message)};
    add(share_evidence(std::move(event), newest_arrival() + 1), spec, text);
  }
  // The same with an event that others hold too, all with the same `text`. `step`: of this event.
  void add(SharedEvidence event, const EvidenceSpec& spec, const EvidenceText* text = nullptr,
           EvidenceStep* step = nullptr);
  // What comes now is no event: the one before is not to be told as its cause.
  void add_nothing();
  // What a transition at `at` carries, oldest first: events up to then, since what was read later
  // does not explain it; those later ones only if there are no others. `current`: the event being
  // judged belongs to it though it is not the newest.
  std::vector<Evidence> events(const EvidenceSpec& spec, bool current, Instant at);
  void clear();
  std::uint32_t bytes() const { return list_ ? list_->bytes : 0; }
  // bytes() as they were when count() was last called, for a sum over keys.
  std::uint32_t counted() const { return counted_; }
  std::uint32_t count() { return counted_ = bytes(); }
  std::uint64_t newest_arrival() const;  // 0: nothing is kept
  // Whether both hold one list.
  bool shares_list(const KeyEvidence& other) const { return list_ == other.list_; }
  // Newest kept event; kNoTime: none.
  Instant newest() const;

  // State rows: one for each slot, 0..kMaxEvents-1.
  using Changed = std::function<void(std::size_t slot, std::string bytes)>;
  using Gone = std::function<void(std::size_t slot)>;
  void collect(const EvidenceSpec& spec, const Changed& changed, const Gone& gone);
  void stored_slots(const Gone& each) const;
  // Whatever was stored is gone: everything is dirty.
  void rewrite();
  // `others`: what other alarms hold already.
  bool restore(std::size_t slot, std::string_view bytes, RestoredEvidence* others = nullptr);

 private:
  std::size_t size() const { return list_ ? list_->count : 0; }
  // To be changed: no other key holds it.
  EvidenceList& own();
  // What the event becomes in the list: bits of the slots that it changes.
  static std::uint8_t take(EvidenceList& list, SharedEvidence event, std::size_t limit);

  SharedEvidenceList list_;
  std::uint32_t counted_ = 0;
  std::uint8_t dirty_ = 0;   // bits: slots whose event is not stored
  std::uint8_t stored_ = 0;  // bits: slots that have a row
};

}  // namespace tocsin
