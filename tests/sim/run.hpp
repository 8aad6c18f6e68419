// SPDX-License-Identifier: Apache-2.0
// One run over a world: virtual time, who does what when, and crashes. All choices come from
// `schedule`.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "sim/daemon.hpp"
#include "support/virtual_clock.hpp"

namespace tocsin::sim {

class Run {
 public:
  struct Schedule {
    std::uint64_t seed = 0;
    bool crashes = false;
  };

  Run(const World& world, Schedule schedule, const std::string& directory, Ledger& ledger);

  // To the end of the world, and on until every message has arrived or died.
  void play();

  Daemon& daemon() { return *daemon_; }

 private:
  void poll();
  bool read_all();
  void finish();
  void drain();
  bool perhaps_commit();
  bool perhaps_crash(double chance);
  void crash(Duration downtime);

  const World& world_;
  const std::string directory_;
  Ledger& ledger_;
  Random random_;
  double crash_chance_ = 0;
  Endpoints endpoints_;
  test::VirtualClock clock_;
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace tocsin::sim
