// SPDX-License-Identifier: Apache-2.0
// The one writer: takes what inputs matched, lets the engine judge, commits, and only then hands
// messages to delivery. It runs on a thread of its own and owns the engine and the store's writing
// side.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/bounded_queue.hpp"
#include "daemon/outgoing.hpp"
#include "daemon/store/store.hpp"
#include "rules/engine.hpp"
#include "tocsin/log_event.hpp"
#include "tocsin/match.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class CoreLoop {
 public:
  using Call = std::function<void(CoreLoop&)>;
  using Outcomes = std::vector<DeliveryReport>;
  using Message = std::variant<MatchBatch, LookReport, Outcomes, Call>;
  using Queue = BoundedQueue<Message>;

  using Notice = std::pair<Notification, Target>;

  struct Hooks {
    // After a commit: these are durable and may leave. Called on the core thread; must not block.
    std::function<void(std::vector<OutboxEntry>)> deliver;
    // Committed too, but as dead letters, because an outbox is full. As deliver.
    std::function<void(const std::vector<DeliveryReport>&)> overflowed;
    // The store has refused for 10 s: tell people straight from memory. At most once an hour.
    std::function<void(const std::string& why)> last_resort;
    // It takes commits again, behind a last_resort(): what people are told, in the next commit.
    std::function<std::vector<Notice>(Duration stood_still)> trouble_over;
    // What people can look at has changed (after a commit, at most every 200 ms).
    std::function<void(const Engine&)> publish;
    // The copy of a dead letter that its subscription wants (`redrive`), for the commit that makes
    // it one. The store still has the message.
    std::function<std::optional<Notice>(const DeliveryReport&)> copy_of =
        [](const DeliveryReport&) { return std::nullopt; };
  };

  CoreLoop(Store& store, const Clock& clock, Queue& queue, Hooks hooks);

  // Restores the engine from the store and commits what the restore decided.
  Status start(std::shared_ptr<const RuleSet> rules, EndpointTable endpoints);
  // Serves the queue until `finish` is called on this thread (through a Call).
  void run();

  // The rest only on the core thread, from a Call.
  Status swap(std::shared_ptr<const RuleSet> rules, EndpointTable endpoints);
  void finish() { finishing_ = true; }
  // Stores a message for one endpoint, whatever its filter.
  void tell_one(Notification notice, const std::string& endpoint, const std::string& label);
  // What people ask for, in one commit, which is there when it returns. Error store: the store
  // takes no commits now.
  Result<std::vector<Result<OperatorAnswer>>> operate(const std::vector<OperatorRequest>& requests);
  // A subscription made at run time changes: in one commit with what its endpoint is told of it.
  // The endpoints are those behind it. Error store.
  Status change_subscription(const SubscriptionChange& change, const std::optional<Notice>& notice,
                             EndpointTable endpoints);
  // Redrives or purges dead letters, in one commit, which is there when it returns. Error store.
  Status settle(const DeadLetterOrder& order);
  struct TakenUp {
    std::size_t messages = 0;  // that were made of them, or that must leave before any are made
    bool more = false;         // some are left, or it could not be found out
  };
  // An endpoint delivers again: its dead letters of a week that were not refused are sent again, as
  // one digest, or as they are.
  TakenUp take_up(const std::string& topic, const std::string& endpoint);
  // Commits what is pending now. false: the store refuses.
  bool flush();
  Engine& engine() { return *engine_; }
  const EndpointTable& endpoints() const { return outgoing_.endpoints(); }
  // Channels that fail now.
  std::vector<ChannelTrouble> channel_troubles() const { return outgoing_.troubles(); }
  // Messages that wait for a digest, by endpoint.
  std::map<std::string, std::size_t> held_messages() const { return outgoing_.held(); }
  // Not able to commit for 10 s or more.
  bool in_trouble() const { return in_trouble_; }

 private:
  void handle(Message message);
  void on_look(LookReport& look);
  void gather(Effects effects);
  void add_record(BusRecord record);
  void settle(Outcomes outcomes);
  std::optional<ChannelWatch::News> conclude(const DeliveryReport& report, Commit& to);
  Commit aftermath(const std::vector<DeliveryReport>& overflowed);
  void forget_aftermath();
  void tell_trouble_over(Duration stood_still);
  void tick();
  bool commit_is_due() const;
  bool try_commit();
  void on_commit_failed(const Error& error);
  void watch_clock();
  std::chrono::steady_clock::time_point wake_at() const;

  Store& store_;
  const Clock& clock_;
  Queue& queue_;
  Hooks hooks_;
  std::shared_ptr<const RuleSet> rules_;
  std::unique_ptr<Engine> engine_;
  Outgoing outgoing_;

  Commit pending_;
  std::size_t pending_samples_ = 0;
  bool urgent_ = false;  // a transition waits for its commit
  Tick pending_since_{};
  // Of the commit that is being written, if messages of it have found their outbox full.
  std::optional<ChannelWatch> channels_before_;
  std::vector<DeliveryReport> told_of_;
  std::optional<Tick> failing_since_;
  std::optional<Tick> last_resort_at_;
  bool told_of_trouble_ = false;  // of the one at hand
  Tick retry_at_{};
  Tick published_at_{};
  std::optional<Duration> wall_offset_;  // wall clock less monotonic, as last seen
  bool in_trouble_ = false;
  bool finishing_ = false;
};

}  // namespace tocsin
