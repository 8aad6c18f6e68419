// SPDX-License-Identifier: Apache-2.0
// Failure of the world as a value: Result<T> is a T or an Error. A user's mistake is not an Error
// but a Diagnostic (diagnostics.hpp); a bug of ours is neither and asserts.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

#define TOCSIN_ASSERT(condition)                                                             \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      std::fprintf(stderr, "%s:%d: assertion failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)

namespace tocsin {

// What went wrong, in words for a person; `code` is a stable short name for programs and tests
// ("not-found", "disk-full").
struct Error {
  std::string code;
  std::string text;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : held_(std::move(value)) {}  // NOLINT: implicit, so that `return value;` reads well
  Result(Error error) : held_(std::move(error)) {}  // NOLINT

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return (check(), std::get<0>(held_)); }
  const T& value() const& { return (check(), std::get<0>(held_)); }
  T&& value() && { return (check(), std::get<0>(std::move(held_))); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  const Error& error() const {
    TOCSIN_ASSERT(!ok());
    return std::get<1>(held_);
  }

 private:
  void check() const { TOCSIN_ASSERT(ok()); }
  std::variant<T, Error> held_;
};

struct Unit {};
using Status = Result<Unit>;
inline Status success() { return Unit{}; }

}  // namespace tocsin
