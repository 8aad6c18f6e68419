// SPDX-License-Identifier: Apache-2.0
// The messages that deliveries wait with, each once in memory however many endpoints it goes to.
// Bounded in bytes and in time: what a slow endpoint leaves waiting is given up here and read from
// the store again when its turn comes.
#pragma once
#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>

#include "tocsin/outbox.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class MessageCache {
 public:
  MessageCache(std::size_t bytes_max, Duration kept_for)
      : bytes_max_(bytes_max), kept_for_(kept_for) {}

  // A delivery of `message` waits. What does not fit is not kept.
  void keep(const MessagePtr& message, Tick now);
  // A message that had to be read again: others that wait with it will ask soon. The oldest make
  // room for it.
  void keep_read(const MessagePtr& message, Tick now);
  // nullptr: not here.
  MessagePtr find(const std::string& message_id) const;
  // No delivery of it waits any more, as far as one can tell here.
  void forget(const std::string& message_id);
  // Gives up what was kept for long.
  void expire(Tick now);

  std::size_t bytes() const { return bytes_; }  // as estimated

 private:
  struct Kept {
    MessagePtr message;
    std::size_t bytes = 0;
    std::size_t deliveries = 0;  // that wait with it; 0: not known
    Tick since{};
  };
  void add(const MessagePtr& message, std::size_t bytes, std::size_t deliveries, Tick now);
  void erase_oldest();
  void erase(std::unordered_map<std::string, Kept>::iterator it);

  std::size_t bytes_max_;
  Duration kept_for_;
  std::unordered_map<std::string, Kept> kept_;         // by message id
  std::deque<std::pair<Tick, std::string>> in_order_;  // oldest first; some are gone by now
  std::size_t bytes_ = 0;
};

}  // namespace tocsin
