// SPDX-License-Identifier: Apache-2.0
// Who gets which message of a commit, and whether at once: topics become endpoints, filters keep
// away, the noise gate holds for a digest. The core thread's; what it decides is in the commit.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "daemon/store/store.hpp"
#include "notifiers/noise_gate.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// Where each topic's messages go: topic -> endpoints. Replaced as a whole by a reload.
using EndpointTable = std::map<std::string, std::vector<Endpoint>>;

class Outgoing {
 public:
  // What waits from before, as the store has it: at the start, behind set_endpoints().
  void restore(const std::vector<StateRow>& rows, const std::vector<OutboxEntry>& held);
  void set_endpoints(EndpointTable endpoints, Instant now);
  const EndpointTable& endpoints() const { return endpoints_; }

  // A message of an alarm: to the topic's endpoints whose filter lets it through, now or held.
  void add(Notification message, Instant now, Commit& to);
  // A notice of Tocsin's own goes to everyone but `except`, at once: no filter was written with it
  // in mind. Whether anybody is told.
  bool add_notice(Notification notice, const std::string& except, Commit& to);
  // Digests whose time has come. Whether there were any.
  bool add_due(Instant now, Commit& to);
  void collect(std::vector<StateRow>& rows) { gate_.collect(rows); }

  Instant next_due() const { return gate_.next_due(); }
  std::map<std::string, std::size_t> held() const { return gate_.waiting(); }

  // nullptr: the topic has no such endpoint.
  const Endpoint* find(const std::string& topic, const std::string& endpoint) const;

 private:
  EndpointTable endpoints_;
  NoiseGate gate_;
};

}  // namespace tocsin
