// SPDX-License-Identifier: Apache-2.0
// `group`, `digest` and `rate_limit` of a subscription: docs/quiet.md.
#pragma once
#include "tocsin/config_node.hpp"
#include "tocsin/diagnostics.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/quiet_policy.hpp"

namespace tocsin {

//   group: 5m | { interval, wait, by: [alarm, key, severity, log_group, tags.NAME, key.NAME] }
//   digest: 1h | { every, at_once: [severity, ...] }
//   rate_limit: 20/min | 5/10m
// Of the options of a channel, whose endpoints these are: every one gets the policy. Reported: what
// is wrong, and keys where the channel cannot show a digest.
void read_quiet_policy(const ConfigNode& options, std::vector<Endpoint>& endpoints,
                       Diagnostics& out);

}  // namespace tocsin
