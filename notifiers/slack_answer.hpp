// SPDX-License-Identifier: Apache-2.0
// What Slack's Web API says: HTTP 200 and `ok`, or the name of an error. Pure.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/notifier.hpp"

namespace tocsin {

// The members of an answer that matter. They stand before the message that Slack echoes, so they
// are read even if the answer was cut there.
struct SlackAnswer {
  bool ok = false;
  std::string error;    // "channel_not_found"; empty of an answer that is none
  std::string channel;  // id
  std::string ts;       // names the post in its channel

  static SlackAnswer parse(std::string_view body);
  // The post that we know is gone or cannot be touched any more: another must take its place.
  bool is_post_lost() const;
};

// Delivered, tried again or given up, with what the user can do about it.
Delivery slack_outcome(const Response& answer, const SlackAnswer& said, Instant now,
                       std::string_view host);

}  // namespace tocsin
