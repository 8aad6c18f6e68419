// SPDX-License-Identifier: Apache-2.0
// `dead_man` of a topic: a service elsewhere that raises an alarm when it is pinged no longer. The
// pings go the way of messages, through the delivery thread, but wait for nothing and are never
// repeated: a late one would tell a lie. Pure. docs/notifications.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tocsin/config_reader.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/outbox.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

struct DeadMan {
  Endpoint endpoint;
  Duration every{minutes{1}};
};

// The key `dead_man`: { url, method, every, tls }. None: absent, or reported.
std::optional<DeadMan> read_dead_man(ConfigReader& read, const NotifierContext& context);

// One ping, which is in no store. `id` is below zero and used once.
OutboxEntry dead_man_ping(const DeadMan& to, const std::string& topic, const Identity& identity,
                          std::int64_t id, Instant now);
bool is_dead_man_ping(std::string_view dedup_key);

}  // namespace tocsin
