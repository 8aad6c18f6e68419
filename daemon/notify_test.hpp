// SPDX-License-Identifier: Apache-2.0
// `tocsin notify test`: one attempt per endpoint of a topic, now, past the outbox.
#pragma once
#include <string>
#include <vector>

#include "daemon/http/api_source.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

// Sends `message` once to each endpoint and waits for the answers (the transport's time limits).
// Nothing is stored and nothing is tried again. Any thread.
Result<std::vector<TestDelivery>> send_test(const Notification& message,
                                            const std::vector<Endpoint>& endpoints,
                                            const Clock& clock);

}  // namespace tocsin
