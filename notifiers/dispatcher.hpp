// SPDX-License-Identifier: Apache-2.0
// The loop of the delivery thread: takes committed outbox entries, lets the plan decide, the
// notifiers make requests, the transport perform them, and hands back what became of each. No
// decisions of its own.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifiers/delivery_plan.hpp"
#include "notifiers/transport.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/outbox.hpp"
#include "tocsin/result.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// What the dispatcher stands on. transport and clock outlive it. The functions are called on the
// delivery thread.
struct DispatcherEdges {
  Transport& transport;
  const Clock& clock;
  // The Notification in an outbox entry's JSON.
  std::function<Result<Notification>(std::string_view json)> parse;
  // Takes reports, to be committed. May block (back-pressure): push() never waits for it.
  std::function<void(std::vector<DeliveryReport>)> on_reports;
  // Reads an entry's JSON again. With it at most kTextBytesMax of texts stay in memory, without it
  // all do.
  std::function<Result<std::string>(std::int64_t outbox_id)> load;
};

class Dispatcher {
 public:
  static constexpr std::size_t kTextBytesMax = std::size_t{32} << 20;

  explicit Dispatcher(DispatcherEdges edges, DeliveryLimits limits = {});

  // Any thread. In order of the calls: an endpoint must be known before entries for it are pushed,
  // else they become dead letters. The new table replaces the old one at once; attempts in flight
  // end as they began.
  void set_endpoints(std::vector<Endpoint> endpoints);
  void push(std::vector<OutboxEntry> entries);
  // Calls `done` on the delivery thread: the end of the watchdog's way.
  void probe(std::function<void()> done);

  // The delivery thread: works until stop() was called, and then until nothing is due or in flight,
  // at most `grace` long. What is in flight then is forgotten; it is in the outbox still and sent
  // again after the next start.
  void run();
  void stop(Duration grace);

  // One turn of run(), waiting at most `max_wait`. For tests and other loops.
  void step(Duration max_wait);

  struct Load {
    std::size_t pending = 0;
    std::size_t in_flight = 0;
  };
  Load load() const;  // any thread, as of the last turn

 private:
  struct Inbox {
    std::vector<std::function<void()>> tasks;  // on the delivery thread, in order
    std::optional<Duration> stop_grace;
    Load load;
  };

  void post(std::function<void()> task);
  void take_inbox();
  void accept(std::vector<OutboxEntry> entries);
  void start_due();
  void start(const DueAttempt& due);
  void finish(std::int64_t outbox_id, const Delivery& delivery, int status);
  Result<Notification> notification_of(std::int64_t outbox_id);
  void keep_text(std::int64_t outbox_id, std::string text);
  void hand_over_reports();
  bool is_idle() const;

  DispatcherEdges edges_;
  DeliveryPlan plan_;
  std::map<std::string, Endpoint> endpoints_;
  std::map<std::int64_t, std::shared_ptr<const Notifier>> in_flight_;
  std::map<std::int64_t, std::string> texts_;
  std::size_t text_bytes_ = 0;
  std::optional<Tick> stop_at_;

  mutable std::mutex mutex_;  // guards inbox_ alone; nothing is called under it
  Inbox inbox_;
};

}  // namespace tocsin
