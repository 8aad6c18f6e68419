// SPDX-License-Identifier: Apache-2.0
// A Transport without a network: it records requests and answers by a function, or keeps them
// hanging.
#pragma once
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "notifiers/transport.hpp"

namespace tocsin::test {

class FakeTransport final : public Transport {
 public:
  using Answer = std::function<std::optional<Response>(const Request&)>;  // none: hangs
  explicit FakeTransport(Answer answer) : answer_(std::move(answer)) {}

  void start(Token token, const Request& request) override {
    requests.push_back(request);
    if (auto response = answer_(request))
      done_.push_back({token, std::move(*response)});
    else
      hanging.push_back(token);
  }
  std::vector<Completion> poll(Duration max_wait) override {
    last_wait = max_wait;
    return std::exchange(done_, {});
  }
  void wake() override { ++wakes; }

  std::vector<Request> requests;
  std::vector<Token> hanging;
  Duration last_wait{};
  int wakes = 0;

 private:
  Answer answer_;
  std::vector<Completion> done_;
};

}  // namespace tocsin::test
