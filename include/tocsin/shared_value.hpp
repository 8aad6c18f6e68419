// SPDX-License-Identifier: Apache-2.0
// A value that thousands may hold alike, as a hundred thousand alarms hold the same topics: eight
// bytes that refer to a T which never changes and counts its holders. A copy is one more reference;
// T{} takes no memory. It reads as the T itself does; to change it, assign another value. Threads:
// as std::shared_ptr<const T>. EqualValues makes equal ones one.
#pragma once
#include <atomic>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tocsin {

// What a list is written of, in braces; of anything else nothing that one could write.
template <class T>
struct ItemOf {
  class Type;
};
template <class Item>
struct ItemOf<std::vector<Item>> {
  using Type = Item;
};

template <class T>
class Shared {
 public:
  Shared() = default;
  template <class From>
  requires(!std::same_as<std::remove_cvref_t<From>, Shared> && std::convertible_to<From, T>)
      Shared(From&& value)
      : held_(hold(std::forward<From>(value))) {}
  // The items of a list.
  Shared(std::initializer_list<typename ItemOf<T>::Type> items) : held_(hold(T(items))) {}
  Shared(const Shared& other) : held_(other.held_) {
    if (held_ != nullptr) held_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  Shared(Shared&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  Shared& operator=(Shared other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~Shared() {
    if (held_ != nullptr && held_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete held_;
  }

  const T& get() const { return held_ == nullptr ? kNone : held_->value; }
  operator const T&() const { return get(); }
  operator std::string_view() const requires std::same_as<T, std::string> { return get(); }
  const T* operator->() const { return &get(); }
  const T& operator*() const { return get(); }

  // As of the T.
  bool empty() const { return held_ == nullptr; }
  std::size_t size() const { return get().size(); }
  auto begin() const { return get().begin(); }
  auto end() const { return get().end(); }
  decltype(auto) operator[](std::size_t at) const { return get()[at]; }
  decltype(auto) front() const { return get().front(); }
  decltype(auto) back() const { return get().back(); }

  friend bool operator==(const Shared& a, const Shared& b) {
    return a.held_ == b.held_ || a.get() == b.get();
  }
  friend auto operator<=>(const Shared& a, const Shared& b) requires std::three_way_comparable<T> {
    return a.get() <=> b.get();
  }
  template <class Other>
  requires(!std::same_as<Other, Shared>) friend bool operator==(const Shared& a, const Other& b) {
    return a.get() == b;
  }
  friend std::string operator+(const Shared& a,
                               std::string_view b) requires std::same_as<T, std::string> {
    return std::string(a.get()).append(b);
  }
  friend std::string operator+(std::string_view a,
                               const Shared& b) requires std::same_as<T, std::string> {
    return std::string(a).append(b.get());
  }

 private:
  struct Held {
    T value;
    std::atomic<std::uint32_t> holders{1};
  };
  static Held* hold(T value) { return value.empty() ? nullptr : new Held{std::move(value)}; }

  inline static const T kNone{};
  Held* held_ = nullptr;  // nullptr: T{}
};

// While many values are read: those that are equal become one. What it hands out was made by it, so
// that nothing refers to the memory of a thread whose work is over.
template <class T>
class EqualValues {
 public:
  void share(Shared<T>& value) {
    if (value.empty()) return;
    const auto known = known_.find(value);
    value = known != known_.end() ? *known : *known_.insert(Shared<T>(T(value.get()))).first;
  }

 private:
  std::set<Shared<T>> known_;
};

}  // namespace tocsin
