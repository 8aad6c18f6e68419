// SPDX-License-Identifier: Apache-2.0
// Fake servers behind the endpoints: they take messages, refuse them, answer slowly or not at all,
// and lose the answer of what they took. A crash of the daemon forgets what is under way.
#pragma once
#include <cstdint>
#include <vector>

#include "notifiers/delivery_plan.hpp"
#include "sim/ledger.hpp"
#include "sim/random.hpp"
#include "sim/world.hpp"

namespace tocsin::sim {

class Endpoints {
 public:
  struct Answer {
    Instant at;
    std::int64_t outbox_id = 0;
    Delivery delivery;
    int status = 0;
  };

  Endpoints(const World& world, std::uint64_t seed, Ledger& ledger)
      : world_(world), random_(seed), ledger_(ledger) {}

  // An attempt reaches the server, or not. Checks the promises about order on the way.
  void attempt(const DueAttempt& due, Instant now);
  // Those that have come by `now`, oldest first.
  std::vector<Answer> answers(Instant now);
  // When the next comes; kNever: none is under way.
  Instant next_answer() const;
  void connections_die() { under_way_.clear(); }

 private:
  Answer judge(const Manners& manners, Instant now, bool& received);
  void receive(Parcel& parcel, const DueAttempt& due, Instant now);
  void check_order(const Parcel& parcel, const DueAttempt& due, Instant now) const;

  const World& world_;
  Random random_;
  Ledger& ledger_;
  std::vector<Answer> under_way_;
};

}  // namespace tocsin::sim
