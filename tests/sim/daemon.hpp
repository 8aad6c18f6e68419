// SPDX-License-Identifier: Apache-2.0
// One life of the daemon between two crashes: the real engine, store and delivery plan on one
// thread, joined as daemon/core_loop and notifiers/dispatcher join them. All of it may be thrown
// away at any moment.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/store/store.hpp"
#include "notifiers/delivery_plan.hpp"
#include "rules/engine.hpp"
#include "sim/endpoints.hpp"
#include "sim/ledger.hpp"
#include "sim/world.hpp"

namespace tocsin::sim {

class Daemon {
 public:
  // Opens the store in `directory`, restores, commits what that decided, and pushes the outbox.
  Daemon(const World& world, const std::string& directory, Endpoints& endpoints, Ledger& ledger,
         Instant now);

  void look(Instant now);
  // Of stream `index`, at most `most` lines of what can be read now. False: nothing can.
  bool read(std::size_t index, std::size_t most, Instant now);
  bool has_unread(Instant now) const;
  void advance(Instant now);
  // true: something waits for a commit, a transition if `urgent`.
  bool has_pending() const { return pending_any_; }
  bool is_urgent() const { return !pending_.transitions.empty(); }
  // `and_die`: the power goes after the commit and before the messages were handed over.
  void commit(Instant now, bool and_die = false);
  // Begins attempts that are due, takes answers that have come.
  void deliver(Instant now);

  const Engine& engine() const { return *engine_; }
  Store& store() { return *store_; }
  const DeliveryPlan& plan() const { return plan_; }

 private:
  void restore_positions();
  std::size_t visible(std::size_t index, Instant now) const;
  bool is_readable(std::size_t index, Instant now) const;
  MatchBatch batch_of(std::size_t index, std::size_t count, Instant now) const;
  MatchedEvent matched(const Stream& stream, std::uint32_t index, std::size_t position) const;
  void gather(Effects effects);
  void note_reports();
  void settle(const DeliveryRecord& record);
  void push(const std::vector<OutboxEntry>& entries, Instant now);

  const World& world_;
  Endpoints& servers_;
  Ledger& ledger_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Engine> engine_;
  DeliveryPlan plan_;
  std::vector<std::size_t> next_;  // line to read, by stream
  Commit pending_;
  bool pending_any_ = false;
};

}  // namespace tocsin::sim
