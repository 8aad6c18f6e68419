// SPDX-License-Identifier: Apache-2.0
#include "notifiers/receipt_book.hpp"

namespace tocsin {

void ReceiptBook::load(std::vector<DeliveryReceipt> receipts) {
  for (DeliveryReceipt& receipt : receipts)
    put(receipt.endpoint, receipt.dedup_key, std::move(receipt.text));
}

void ReceiptBook::put(const std::string& endpoint, const std::string& dedup_key, std::string text) {
  const Key key{endpoint, dedup_key};
  erase(key);
  if (text.empty()) return;
  kept_[key] = {std::move(text), ++count_};
  by_age_[count_] = key;
  if (kept_.size() > kDeliveryReceiptsMax) erase(Key(by_age_.begin()->second));
}

std::string ReceiptBook::find(const std::string& endpoint, const std::string& dedup_key) const {
  const auto found = kept_.find({endpoint, dedup_key});
  return found == kept_.end() ? std::string() : found->second.text;
}

void ReceiptBook::erase(const Key& key) {
  const auto found = kept_.find(key);
  if (found == kept_.end()) return;
  by_age_.erase(found->second.renewed);
  kept_.erase(found);
}

}  // namespace tocsin
