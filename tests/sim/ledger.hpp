// SPDX-License-Identifier: Apache-2.0
// What an outsider who cannot be deceived has seen of one run: what was committed, what endpoints
// got. It survives crashes.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/effects.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/outbox.hpp"

namespace tocsin::sim {

// One message for one endpoint, from its commit on.
struct Parcel {
  OutboxEntry entry;
  std::optional<Instant> received;  // first
  int receipts = 0;
  // As the daemon that runs knows it; a crash takes back what was not committed.
  bool ended = false, delivered = false;
  bool settled = false;  // its end is committed
};

class Ledger {
 public:
  std::vector<Transition> transitions;
  std::vector<Notification> notifications;
  std::map<std::int64_t, Parcel> parcels;  // by outbox id
  std::vector<std::string> faults;         // "name: what", in order
  int commits = 0, crashes = 0, attempts = 0;

  // Text of what happens, hashed: the same seed must give the same.
  void trace(const std::string& line) {
    for (const char c : line + "\n")
      hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211U;
    if (verbose) lines.push_back(line);
  }
  std::uint64_t hash() const { return hash_; }
  void fault(const std::string& name, const std::string& what) {
    faults.push_back(name + ": " + what);
  }

  bool verbose = false;
  std::vector<std::string> lines;

 private:
  std::uint64_t hash_ = 14695981039346656037U;
};

// "alarm{k=v}", for people and maps.
std::string name_of(const std::string& alarm, const AlarmKey& key);
// "2026-01-01 ... in ms FROM>TO alarm{..}"
std::string text_of(const Transition& t);

}  // namespace tocsin::sim
