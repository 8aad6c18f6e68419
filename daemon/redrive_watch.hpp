// SPDX-License-Identifier: Apache-2.0
// Which endpoints have dead letters that could be sent again as soon as they deliver. Any thread.
#pragma once
#include <cstddef>
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
    asked_.try_emplace(endpoint);
  }
  // It has delivered: whether to look at its dead letters now. At most once in a while, but at once
  // when the last of what was taken up before has left and more() said that there is more.
  bool is_due(const std::string& endpoint, Tick now) {
    const std::lock_guard lock(mutex_);
    const auto found = asked_.find(endpoint);
    if (found == asked_.end()) return false;
    Asked& asked = found->second;
    ++asked.left;
    if (!asked.has_left() && now - asked.at < kEvery) return false;
    asked = {.at = now};
    return true;
  }
  // `leaving` messages were made of some of its dead letters, and others are left. Whether those
  // have left already, before this could be said: it is due now.
  bool more(const std::string& endpoint, std::size_t leaving, Tick now) {
    const std::lock_guard lock(mutex_);
    Asked& asked = asked_[endpoint];
    asked.leaving = leaving;
    if (!asked.has_left()) return false;
    asked = {.at = now};
    return true;
  }
  void forget(const std::string& endpoint) {
    const std::lock_guard lock(mutex_);
    asked_.erase(endpoint);
  }

 private:
  struct Asked {
    Tick at = Tick{} - kEvery;
    std::size_t leaving = 0;
    std::size_t left = 0;  // messages that it has delivered since `at`
    bool has_left() const { return leaving > 0 && left >= leaving; }
  };
  std::mutex mutex_;
  std::map<std::string, Asked> asked_;  // as many as the configuration has
};

}  // namespace tocsin
