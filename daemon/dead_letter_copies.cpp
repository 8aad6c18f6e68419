// SPDX-License-Identifier: Apache-2.0
#include "daemon/dead_letter_copies.hpp"

#include <nlohmann/json.hpp>

#include "daemon/http/api_json.hpp"
#include "rules/message/notification_json.hpp"

namespace tocsin {

void DeadLetterCopies::set(const MainConfig& config) {
  std::map<std::string, std::string> labels;
  std::map<std::string, Target> targets;
  for (const TopicConfig& topic : config.topics) {
    for (const Endpoint& copy : topic.copies) labels[copy.id] = copy.label;
    for (const Endpoint& endpoint : topic.endpoints)
      if (!endpoint.dead_letters_to.empty())
        targets[endpoint.id] = {endpoint.dead_letters_to, labels[endpoint.dead_letters_to]};
  }
  const std::lock_guard lock(mutex_);
  targets_ = std::move(targets);
}

std::optional<DeadLetterCopies::Target> DeadLetterCopies::of(const std::string& endpoint) const {
  const std::lock_guard lock(mutex_);
  const auto found = targets_.find(endpoint);
  return found == targets_.end() ? std::nullopt : std::optional(found->second);
}

std::string letter_text(const DeliveryReport& report, const Notification* lost) {
  return api_json::text(
      api_json::from(DeadLetter{.id = report.record.outbox_id,
                                .message_id = report.message_id,
                                .topic = report.topic,
                                .endpoint = report.endpoint,
                                .endpoint_label = report.endpoint_label,
                                .dedup_key = report.dedup_key,
                                .attempts = report.record.attempts,
                                .status = report.record.status,
                                .permanent = report.record.permanent,
                                .detail = report.record.detail,
                                .created = lost != nullptr ? lost->told_at : report.record.at,
                                .given_up = report.record.at,
                                .notification = lost != nullptr ? to_json(*lost) : ""}));
}

}  // namespace tocsin
