// SPDX-License-Identifier: Apache-2.0
// Telling another channel of the topic that one has failed for good: a person always learns. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "tocsin/notification.hpp"
#include "tocsin/outbox.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class DeadLetterNotices {
 public:
  // What the topic's other endpoints should be told of `report`, whose message was `lost`: the lost
  // message itself, with who did not get it and why on top. None if it is no dead letter, if it was
  // a notice of Tocsin's own itself (two dead channels would else tell each other for ever), or if
  // the same endpoint was told of within the hour.
  std::optional<Notification> notice(const DeliveryReport& report, const Notification& lost,
                                     Instant now);

 private:
  std::map<std::string, Instant> told_;  // by endpoint: as many as the configuration has
};

}  // namespace tocsin
