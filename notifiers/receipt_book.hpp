// SPDX-License-Identifier: Apache-2.0
// What channels remember of (alarm, key), as of the newest outcome: ahead of the store, which
// learns of it with the next commit. At most kDeliveryReceiptsMax; those that were renewed longest
// ago go first, as in the store. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tocsin/outbox.hpp"

namespace tocsin {

class ReceiptBook {
 public:
  // What the store has, in the order in which it was renewed.
  void load(std::vector<DeliveryReceipt> receipts);
  // An empty text forgets.
  void put(const std::string& endpoint, const std::string& dedup_key, std::string text);
  // Empty: nothing is remembered.
  std::string find(const std::string& endpoint, const std::string& dedup_key) const;

 private:
  using Key = std::pair<std::string, std::string>;
  struct Kept {
    std::string text;
    std::uint64_t renewed = 0;
  };
  void erase(const Key& key);

  std::map<Key, Kept> kept_;
  std::map<std::uint64_t, Key> by_age_;
  std::uint64_t count_ = 0;
};

}  // namespace tocsin
