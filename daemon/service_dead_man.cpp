// SPDX-License-Identifier: Apache-2.0
// The part of Service that says to the outside that everything lives: dead man's switches are
// pinged while it does, and only then.
#include <algorithm>

#include "daemon/chain_trouble.hpp"
#include "daemon/service.hpp"

namespace tocsin {
namespace {

// Empty: somebody there can be told.
std::string trouble_of(const std::string& topic, const EndpointTable& table,
                       const std::vector<ChannelTrouble>& channels) {
  const auto at = table.find(topic);
  if (at == table.end() || at->second.empty()) return {};
  const auto fails = [&](const Endpoint& endpoint) {
    return std::any_of(channels.begin(), channels.end(), [&](const ChannelTrouble& c) {
      return c.told && c.endpoint == endpoint.id;
    });
  };
  const bool all = std::all_of(at->second.begin(), at->second.end(), fails);
  return all ? "no subscription of the topic delivers" : "";
}

}  // namespace

void Service::ping_dead_men(Tick probed_at) {
  const std::shared_ptr<const EndpointTable> table = endpoints();
  const std::shared_ptr<const EngineView> seen = view();
  const std::string chain =
      chain_trouble({clock_.tick(), probed_at, inputs_alive_at(), in_trouble(), seen->groups});
  std::vector<DeadManWatch::Switch> switches;
  for (const TopicConfig& t : config().topics)
    if (t.dead_man)
      switches.push_back(
          {t.topic.name, t.dead_man->endpoint.label, t.dead_man->every,
           chain.empty() ? trouble_of(t.topic.name, *table, seen->channels) : chain});
  const std::vector<std::string> due = dead_men_.take_due(switches, clock_.tick());
  std::vector<OutboxEntry> pings;
  for (const TopicConfig& t : config().topics)
    if (std::find(due.begin(), due.end(), t.topic.name) != due.end())
      pings.push_back(dead_man_ping(*t.dead_man, t.topic.name, config().identity, --next_unstored_,
                                    clock_.now()));
  dispatcher_->push(std::move(pings));
}

}  // namespace tocsin
