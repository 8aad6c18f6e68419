// SPDX-License-Identifier: Apache-2.0
// The newest log events of one (alarm, key), at most evidence.events: they travel with its
// transitions. Trimming (redaction, 8 KiB) is put off until somebody needs the text, since most
// events are displaced before.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

class KeyEvidence {
 public:
  static constexpr std::size_t kMaxEvents = 5;

  // Keeps the event if it is among the newest `spec.events`. It stays at hand for
  // events() in any case until the next add(). `text`, which outlives this, says the message of an
  // event that has none here; it is told and not kept.
  void add(Evidence event, const EvidenceSpec& spec, const EvidenceText* text = nullptr);
  // What comes now is no event: the one before is not to be told as its cause.
  void add_nothing();
  // What a transition at `at` carries, oldest first: events up to then, since what was read later
  // does not explain it; those later ones only if there are no others. `current`: the event being
  // judged belongs to it though it is not the newest.
  std::vector<Evidence> events(const EvidenceSpec& spec, bool current, Instant at);
  void clear();
  std::size_t bytes() const { return bytes_; }
  // Newest kept event; kNoTime: none.
  Instant newest() const;

  // State rows: one for each slot, 0..kMaxEvents-1.
  using Changed = std::function<void(std::size_t slot, std::string bytes)>;
  using Gone = std::function<void(std::size_t slot)>;
  void collect(const EvidenceSpec& spec, const Changed& changed, const Gone& gone);
  void stored_slots(const Gone& each) const;
  // Whatever was stored is gone: everything is dirty.
  void rewrite();
  bool restore(std::size_t slot, std::string_view bytes);

 private:
  struct Held {
    Evidence event;
    bool trimmed = false;
    std::size_t slot = 0;
    bool dirty = true;
    const EvidenceText* text = nullptr;
    std::uint64_t arrival = 0;  // settles equal times, also after a restart

    bool operator<(const Held& other) const {
      return std::tie(event.time, arrival) < std::tie(other.event.time, other.arrival);
    }
  };
  void insert(Held held);
  static void tell(Held& held, const EvidenceSpec& spec, std::vector<Evidence>& out);
  static void trim(Held& held, const EvidenceSpec& spec);
  std::size_t free_slot() const;
  void recount();

  std::vector<Held> held_;  // oldest first
  std::uint64_t arrivals_ = 0;
  std::optional<Held> current_;
  std::array<bool, kMaxEvents> stored_{};
  std::size_t bytes_ = 0;
};

}  // namespace tocsin
