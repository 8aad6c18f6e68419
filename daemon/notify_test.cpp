// SPDX-License-Identifier: Apache-2.0
#include "daemon/notify_test.hpp"

#include "notifiers/delivery_transport.hpp"

namespace tocsin {
namespace {

const char* state_name(Delivery::Outcome outcome) {
  switch (outcome) {
    case Delivery::Outcome::delivered:
      return "delivered";
    case Delivery::Outcome::retry:
      return "retry";
    case Delivery::Outcome::rejected:
      return "dead";
  }
  return "?";
}

// Nothing is remembered of an earlier message, so one request tells the whole of it.
Attempt first_attempt(const Clock& clock) { return {.number = 1, .now = clock.now()}; }

}  // namespace

Result<std::vector<TestDelivery>> send_test(const Notification& message,
                                            const std::vector<Endpoint>& endpoints,
                                            const Clock& clock) {
  Result<std::unique_ptr<Transport>> transport = make_delivery_transport();
  if (!transport) return transport.error();
  std::vector<TestDelivery> results;
  for (const Endpoint& endpoint : endpoints) {
    (*transport)
        ->start(static_cast<Transport::Token>(results.size()),
                endpoint.request(message, first_attempt(clock)));
    results.push_back({endpoint.label, "waiting", ""});
  }
  for (std::size_t open = endpoints.size(); open > 0;) {
    for (Transport::Completion& done : (*transport)->poll(seconds{1})) {
      const auto index = static_cast<std::size_t>(done.token);
      const Delivery delivery = endpoints[index].notifier->conclude(message, first_attempt(clock),
                                                                    done.response, clock.now());
      results[index].state = state_name(delivery.outcome);
      results[index].detail = delivery.detail;
      --open;
    }
  }
  return results;
}

}  // namespace tocsin
