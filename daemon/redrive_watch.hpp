// SPDX-License-Identifier: Apache-2.0
// Which endpoints have dead letters that could be sent again as soon as they deliver. Any thread.
#pragma once
#include <map>
#include <mutex>
#include <string>

#include "tocsin/time.hpp"

namespace tocsin {

class RedriveWatch {
 public:
  static constexpr Duration kEvery = minutes{1};

  void note(const std::string& endpoint) {
    const std::lock_guard lock(mutex_);
    asked_.emplace(endpoint, Tick{} - kEvery);
  }
  // It has delivered: whether to look at its dead letters now, at most once in a while.
  bool is_due(const std::string& endpoint, Tick now) {
    const std::lock_guard lock(mutex_);
    const auto found = asked_.find(endpoint);
    if (found == asked_.end() || now - found->second < kEvery) return false;
    found->second = now;
    return true;
  }
  void forget(const std::string& endpoint) {
    const std::lock_guard lock(mutex_);
    asked_.erase(endpoint);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Tick> asked_;  // as many as the configuration has
};

}  // namespace tocsin
