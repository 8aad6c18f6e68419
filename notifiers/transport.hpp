// SPDX-License-Identifier: Apache-2.0
// Performs requests, many at a time, on one thread. curl_transport.hpp has the real one; tests
// script a fake.
#pragma once
#include <cstdint>
#include <vector>

#include "tocsin/notifier.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class Transport {
 public:
  // Names a request; the caller's choice, unique among those that have not completed.
  using Token = std::int64_t;
  struct Completion {
    Token token = 0;
    Response response;
  };

  virtual ~Transport() = default;
  // Begins a request. Never fails: what cannot be begun completes with a failure.
  virtual void start(Token token, const Request& request) = 0;
  // Works on the requests and returns those that completed; waits for one at most `max_wait`, less
  // after wake().
  virtual std::vector<Completion> poll(Duration max_wait) = 0;
  // Ends the current or next poll() early. Any thread; start() and poll() belong to one.
  virtual void wake() = 0;
};

}  // namespace tocsin
