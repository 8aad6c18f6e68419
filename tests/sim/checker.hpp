// SPDX-License-Identifier: Apache-2.0
// What must hold of a run, whatever happened in it. Each check adds faults under its own name:
//   sequence    transitions' sequence numbers ascend in order of commit, their ids are unique
//   chain       every transition leaves the state that the one before it went to
//   store       the store says at the end what was committed on the way
//   told        a transition has one message for each topic of its state, a silent one none
//   delivered   every message reached each endpoint of its topic at least once, or is dead there
//   equal       the alarms went as in another run of the same world (spec/time.md section 9)
//   covered     every ALARM of replay was shown (of alarms: world order `wild`; of composites over
//               short forms: `ordered`)
// The endpoints add: order, superseded, sent-before-commit, sent-after-its-end, wrong-endpoint.
#pragma once
#include "daemon/store/store.hpp"
#include "sim/ledger.hpp"
#include "sim/world.hpp"

namespace tocsin::sim {

const Alarm& alarm_named(const World& world, const std::string& name);

void check_transitions(const World& world, Ledger& ledger);
void check_store(const World& world, const Store& store, Ledger& ledger);
void check_told(const World& world, Ledger& ledger);
void check_delivered(const World& world, const Store& store, Ledger& ledger);

// Faults go to `ledger`; `other` is a run without crashes.
void check_equal(const World& world, const Ledger& other, Ledger& ledger);
void check_covered(const World& world, Ledger& ledger);

}  // namespace tocsin::sim
