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
#include <vector>

#include "notifiers/delivery_plan.hpp"
#include "notifiers/message_cache.hpp"
#include "notifiers/receipt_book.hpp"
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
  // Takes reports, to be committed. May block (back-pressure): push() never waits for it.
  std::function<void(std::vector<DeliveryReport>)> on_reports;
  // Reads an entry's message from the store. Error unreadable: it is none, and never will be; any
  // other: tried again later.
  std::function<Result<MessagePtr>(std::int64_t outbox_id)> load;
};

class Dispatcher {
 public:
  // Of messages, in memory, and how long one that waits stays there.
  static constexpr std::size_t kMessageBytesMax = std::size_t{32} << 20;
  static constexpr Duration kMessageKept = seconds{30};

  explicit Dispatcher(DispatcherEdges edges, DeliveryLimits limits = {});

  // Any thread. In order of the calls: an endpoint must be known before entries for it are pushed,
  // else they become dead letters. An entry that is in no store has an id below zero and its
  // message. The new table replaces the old one at once; attempts in flight
  // end as they began.
  void set_endpoints(std::vector<Endpoint> endpoints);
  void push(std::vector<OutboxEntry> entries);
  // What the store has of what channels remember. Before the first push.
  void set_receipts(std::vector<DeliveryReceipt> receipts);
  // As DeliveryPlan::enable(). Any thread.
  void enable(const std::string& endpoint) {
    post([this, endpoint] { plan_.enable(endpoint); });
  }
  // Calls `task` on the delivery thread, after what was asked before it: for what belongs to that
  // thread, and for the end of the watchdog's way.
  void post(std::function<void()> task);

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
    std::map<std::string, std::string> disabled = {};  // DeliveryPlan::disabled()
  };
  Load load() const;  // any thread, as of the last turn

 private:
  struct Inbox {
    std::vector<std::function<void()>> tasks;  // on the delivery thread, in order
    std::optional<Duration> stop_grace;
    Load load;
  };

  void take_inbox();
  void accept(std::vector<OutboxEntry> entries);
  void start_due();
  void start(const DueAttempt& due);
  void take_answer(std::int64_t outbox_id, const Response& answer);
  void finish(std::int64_t outbox_id, const Delivery& delivery, int status);
  Result<MessagePtr> message_of(const DueAttempt& due);
  void hand_over_reports();
  bool is_idle() const;

  DispatcherEdges edges_;
  DeliveryPlan plan_;
  std::map<std::string, Endpoint> endpoints_;
  // An attempt: one request, or several in turn (Delivery::more).
  struct InFlight {
    std::shared_ptr<const Notifier> notifier;
    std::string endpoint;
    MessagePtr message;
    Attempt attempt;
    std::optional<std::string> receipt = {};  // the newest that its requests brought
    int requests = 1;
  };
  std::map<std::int64_t, InFlight> in_flight_;
  ReceiptBook receipts_;
  std::map<std::int64_t, MessagePtr> ended_;     // whose reports are not handed over yet
  std::map<std::int64_t, MessagePtr> unstored_;  // of ids below zero, which the store never had
  MessageCache cache_{kMessageBytesMax, kMessageKept};
  std::optional<Tick> stop_at_;

  mutable std::mutex mutex_;  // guards inbox_ alone; nothing is called under it
  Inbox inbox_;
};

}  // namespace tocsin
