// SPDX-License-Identifier: Apache-2.0
#include "daemon/chain_trouble.hpp"

#include "tocsin/config_values.hpp"

namespace tocsin {

std::string chain_trouble(const ChainSigns& signs) {
  if (const Duration silent = signs.now - signs.probed_at; silent > kProbeLife)
    return "no probe has come back through the daemon for " +
           format_duration(std::chrono::floor<seconds>(silent));
  if (signs.now - signs.inputs_alive_at > kInputLife) return "an input shows no life";
  if (signs.store_refuses) return "the store does not take commits";
  for (const GroupReport& group : signs.groups) {
    if (group.unreadable) return "log group " + group.log_group + " cannot be read";
    if (group.partial_data) return "log group " + group.log_group + " has a stalled stream";
  }
  return {};
}

}  // namespace tocsin
