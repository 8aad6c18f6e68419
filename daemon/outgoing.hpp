// SPDX-License-Identifier: Apache-2.0
// Who gets which message of a commit, and whether at once: topics become endpoints, filters keep
// away, the noise gate holds for a digest. The core thread's; what it decides is in the commit.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/store/store.hpp"
#include "notifiers/channel_watch.hpp"
#include "notifiers/noise_gate.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/rule_set.hpp"
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
  // What an attempt came to. When a channel begins to fail, and when it works again, the topic's
  // others that work are told; if there is none, topic `default`. At once: no filter was written
  // with that in mind. Nothing: nobody is told. `store` still has the message.
  std::optional<ChannelWatch::News> observe(const DeliveryReport& report, const RuleSet& rules,
                                            Instant now, const Store& store, Commit& to);
  // Digests whose time has come. Whether there were any.
  bool add_due(Instant now, Commit& to);
  void collect(std::vector<StateRow>& rows);

  Instant next_due() const { return gate_.next_due(); }
  std::map<std::string, std::size_t> held() const { return gate_.waiting(); }
  // Channels that fail now.
  std::vector<ChannelTrouble> troubles() const { return watch_.troubles(); }
  // What is known of channels, to be put back where a commit with what was observed has failed.
  const ChannelWatch& channels() const { return watch_; }
  void put_back(ChannelWatch channels) { watch_ = std::move(channels); }

  // nullptr: the topic has no such endpoint.
  const Endpoint* find(const std::string& topic, const std::string& endpoint) const;

 private:
  // By topic.
  using Targets = std::map<std::string, std::vector<Target>>;
  void watch_own_endpoints();
  void add_working(const std::string& topic, const std::string& except, Targets& to) const;
  Targets told_of(const std::string& topic, const std::string& endpoint) const;

  EndpointTable endpoints_;
  NoiseGate gate_;
  ChannelWatch watch_;
};

}  // namespace tocsin
