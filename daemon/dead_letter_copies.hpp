// SPDX-License-Identifier: Apache-2.0
// Who gets copies of whose dead letters, by `redrive` of subscriptions.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "daemon/config/main_config.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/outbox.hpp"

namespace tocsin {

class DeadLetterCopies {
 public:
  using Target = std::pair<std::string, std::string>;  // endpoint: id, label

  // Any thread.
  void set(const MainConfig& config);
  std::optional<Target> of(const std::string& endpoint) const;

 private:
  mutable std::mutex mutex_;  // guards targets_ alone
  std::map<std::string, Target> targets_;
};

// A dead letter as its copy says it: what `tocsin dlq show --json` prints. `lost`: its message;
// nullptr: it cannot be read.
std::string letter_text(const DeliveryReport& report, const Notification* lost);

}  // namespace tocsin
