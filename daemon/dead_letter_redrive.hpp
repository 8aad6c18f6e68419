// SPDX-License-Identifier: Apache-2.0
// A channel that delivers again gets what it has missed: one digest in the place of its dead
// letters. spec/notifications.md section 3.3. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "daemon/store/dead_letters.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// Older ones are history: a person decides about them.
inline constexpr Duration kRedriveAge = days{7};
// Taken up at a time; the rest as soon as those are delivered.
inline constexpr std::size_t kRedriveMost = 500;

struct Redrive {
  std::optional<Notification> digest;  // in the place of the letters, or they are sent as they are
  DeadLetterOrder order;
};

// `letters`: of one endpoint, newest first. Where a program wants a message each, and of a single
// one, they are sent as they are. What Tocsin said of itself is left: it is no longer true.
// Nothing: there is nothing to do.
std::optional<Redrive> plan_redrive(const std::vector<DeadLetter>& letters,
                                    const Endpoint& endpoint, Instant now);

}  // namespace tocsin
