// SPDX-License-Identifier: Apache-2.0
// A reference to a T that several hold, counted in the T's own `std::uint32_t holders`: four bytes
// and no locks, since the engine is of one thread. Empty by default; the last one deletes it.
#pragma once
#include <cstdint>
#include <utility>

namespace tocsin {

template <class T>
class Counted {
 public:
  Counted() = default;
  explicit Counted(T value) : held_(new T(std::move(value))) { held_->holders = 1; }
  Counted(const Counted& other) : held_(other.held_) {
    if (held_ != nullptr) ++held_->holders;
  }
  Counted(Counted&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  Counted& operator=(Counted other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~Counted() {
    if (held_ != nullptr && --held_->holders == 0) delete held_;
  }

  explicit operator bool() const { return held_ != nullptr; }
  bool is_shared() const { return held_ != nullptr && held_->holders > 1; }
  T* operator->() const { return held_; }
  T& operator*() const { return *held_; }
  // Whether they refer to the same T.
  friend bool operator==(const Counted& a, const Counted& b) { return a.held_ == b.held_; }

 private:
  T* held_ = nullptr;
};

}  // namespace tocsin
