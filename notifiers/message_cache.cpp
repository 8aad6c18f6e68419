// SPDX-License-Identifier: Apache-2.0
#include "notifiers/message_cache.hpp"

#include "tocsin/notification.hpp"

namespace tocsin {
namespace {

// Its long texts, and something for all the rest.
std::size_t estimated_bytes(const Notification& n) {
  constexpr std::size_t kRest = 2048;
  std::size_t bytes = kRest + n.cloudwatch_message.size() + n.event_record.size() +
                      n.summary.size() + n.transition.reason.size() +
                      n.transition.reason_data.size() + n.transition.from_reason_data.size();
  for (const NotifiedEvent& e : n.events) bytes += sizeof e + e.evidence.message.size();
  return bytes;
}

}  // namespace

void MessageCache::keep(const MessagePtr& message, Tick now) {
  if (const auto found = kept_.find(message->message_id); found != kept_.end()) {
    if (found->second.deliveries > 0) ++found->second.deliveries;
    return;
  }
  const std::size_t bytes = estimated_bytes(*message);
  if (bytes_ + bytes <= bytes_max_) add(message, bytes, 1, now);
}

void MessageCache::keep_read(const MessagePtr& message, Tick now) {
  const std::size_t bytes = estimated_bytes(*message);
  if (bytes > bytes_max_ || kept_.count(message->message_id) != 0) return;
  while (bytes_ + bytes > bytes_max_) erase_oldest();
  add(message, bytes, 0, now);
}

void MessageCache::add(const MessagePtr& message, std::size_t bytes, std::size_t deliveries,
                       Tick now) {
  bytes_ += bytes;
  kept_[message->message_id] = {message, bytes, deliveries, now};
  in_order_.emplace_back(now, message->message_id);
}

MessagePtr MessageCache::find(const std::string& message_id) const {
  const auto found = kept_.find(message_id);
  return found == kept_.end() ? nullptr : found->second.message;
}

void MessageCache::forget(const std::string& message_id) {
  const auto found = kept_.find(message_id);
  if (found == kept_.end() || found->second.deliveries == 0) return;
  if (--found->second.deliveries == 0) erase(found);
}

void MessageCache::expire(Tick now) {
  while (!in_order_.empty() && now - in_order_.front().first > kept_for_) erase_oldest();
}

// It may be gone already, or have come anew since.
void MessageCache::erase_oldest() {
  const auto [since, message_id] = std::move(in_order_.front());
  in_order_.pop_front();
  const auto found = kept_.find(message_id);
  if (found != kept_.end() && found->second.since == since) erase(found);
}

void MessageCache::erase(std::unordered_map<std::string, Kept>::iterator it) {
  bytes_ -= it->second.bytes;
  kept_.erase(it);
}

}  // namespace tocsin
