// SPDX-License-Identifier: Apache-2.0
// A subscription that was made while the daemon runs. docs/state-format.md lists its row.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "tocsin/secret.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// pending: was asked to confirm. unsubscribed: ended by its link, and may be taken back by another.
enum class SubscriptionState { pending, confirmed, unsubscribed };
constexpr std::string_view to_string(SubscriptionState state) {
  switch (state) {
    case SubscriptionState::pending:
      return "pending confirmation";
    case SubscriptionState::confirmed:
      return "confirmed";
    case SubscriptionState::unsubscribed:
      return "unsubscribed";
  }
  return "?";
}

struct Subscription {
  std::string id;  // the last part of its ARN
  std::string topic;
  Secret url;
  SubscriptionState state = SubscriptionState::pending;
  bool raw = false;
  bool authenticate_on_unsubscribe = false;
  std::string filter = {};  // JSON; empty: none
  bool filter_on_attributes = false;
  std::string author = {};
  Instant created;
  Instant changed;  // when it came into its state: its token is made of that
};

// The row of `id` from now on; nothing: none.
struct SubscriptionChange {
  std::string id;
  std::optional<Subscription> now;
};

}  // namespace tocsin
