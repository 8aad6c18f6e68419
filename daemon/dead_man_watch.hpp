// SPDX-License-Identifier: Apache-2.0
// Which topics' dead man's switches are to be pinged now, and what became of the pings. Any thread.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tocsin/outbox.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// For people.
struct DeadManReport {
  std::string topic;
  std::string label;          // "dead man's switch hc-ping.com"
  Instant last_ok = kNoTime;  // when a ping was last taken; kNoTime: never yet
  std::string failure;        // of the newest ping; empty: it was taken, or none was sent yet
  std::string withheld;       // why it is not pinged now; empty: it is
};

class DeadManWatch {
 public:
  // A topic is due `every` so often, but not while a ping is still on its way. `withheld`: why it
  // must not be pinged then, which counts as a ping that was not sent.
  struct Switch {
    std::string topic;
    std::string label;
    Duration every{0};
    std::string withheld;
  };
  // Those to be pinged now. Topics that are not among them are forgotten.
  std::vector<std::string> take_due(const std::vector<Switch>& switches, Tick now);
  // The end of a ping.
  void done(const DeliveryReport& report, Instant now);
  std::vector<DeadManReport> report() const;

 private:
  struct Known {
    DeadManReport report;
    Tick asked{};
    bool awaited = false;  // the answer to a ping: none follows before, it would only queue up
  };
  mutable std::mutex mutex_;
  std::map<std::string, Known> known_;  // by topic
};

}  // namespace tocsin
