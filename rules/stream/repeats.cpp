// SPDX-License-Identifier: Apache-2.0
#include "rules/stream/repeats.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "tocsin/result.hpp"

namespace tocsin {

EventId hash_event_id(std::string_view text) {
  // To look the algorithm up takes longer than to use it.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  static thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const bool done = EVP_DigestInit_ex2(context.get(), sha256, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
  TOCSIN_ASSERT(done && size >= 16);
  EventId id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

std::string_view bytes_of(const EventId& id) {
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

EventId event_id_of(std::string_view bytes) {
  EventId id{};
  TOCSIN_ASSERT(bytes.size() == id.size());
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return id;
}

bool Repeats::is_repeat(const EventId& id, Instant time, Instant watermark) {
  forget(watermark);
  if (ids_.contains(id)) return true;
  remember(id, time);
  new_.emplace_back(id, time);
  while (ids_.size() > max_ids_) {
    drop_oldest();
    ++evicted_;
    floor_ = std::max(floor_, by_age_.front().time);
  }
  return false;
}

void Repeats::remember(const EventId& id, Instant time) {
  by_age_.push_back({time, ids_.insert(id)});
  std::push_heap(by_age_.begin(), by_age_.end(),
                 [this](const Aged& a, const Aged& b) { return is_younger(a, b); });
}

void Repeats::drop_oldest() {
  std::pop_heap(by_age_.begin(), by_age_.end(),
                [this](const Aged& a, const Aged& b) { return is_younger(a, b); });
  ids_.erase(by_age_.back().number);
  by_age_.pop_back();
}

bool Repeats::is_younger(const Aged& a, const Aged& b) const {
  return a.time != b.time ? a.time > b.time : ids_[a.number] > ids_[b.number];
}

void Repeats::forget(Instant watermark) {
  if (watermark == kNoTime) return;
  const Instant limit = watermark - age_;
  if (by_age_.empty() || by_age_.front().time >= limit) return;
  while (!by_age_.empty() && by_age_.front().time < limit) drop_oldest();
  floor_ = std::max(floor_, limit);
}

std::vector<std::pair<EventId, Instant>> Repeats::take_new() { return std::exchange(new_, {}); }

void Repeats::restore(const EventId& id, Instant time) {
  if (!ids_.contains(id)) remember(id, time);
}

}  // namespace tocsin
