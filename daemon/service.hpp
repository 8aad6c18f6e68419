// SPDX-License-Identifier: Apache-2.0
// The parts of tocsind put together: started in order, reloaded fallible-first, taken down in
// reverse. Main thread only.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/config/load.hpp"
#include "daemon/core_loop.hpp"
#include "daemon/dead_letter_copies.hpp"
#include "daemon/dead_man_watch.hpp"
#include "daemon/input_host.hpp"
#include "daemon/redrive_watch.hpp"
#include "daemon/store/store.hpp"
#include "daemon/subscriptions.hpp"
#include "notifiers/dispatcher.hpp"
#include "tocsin/result.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// What the API shows of the engine: copied on the core thread a few times a second, read by any.
struct EngineView {
  std::vector<GroupReport> groups;
  std::vector<StreamReport> streams;
  std::map<std::string, std::uint64_t> matched;
  std::size_t filters = 0;
  std::shared_ptr<const MuteTable> mutes;  // nullptr: not looked at yet
  std::size_t held_actions = 0;
  Engine::EvaluationCounts evaluations{};
  Engine::KeysDropped keys_dropped;
  std::uint64_t series_refused = 0;
  std::size_t held_messages = 0;         // for digests
  std::vector<ChannelTrouble> channels;  // that fail now
};

// Topic -> endpoints, as configured.
EndpointTable endpoint_table(const MainConfig& config);

class Service {
 public:
  Service(LoadedConfiguration loaded, const Clock& clock);
  ~Service();

  // Called with each configuration, on the main thread, when the state directory is open and before
  // messages go to the endpoints. An error of it is one of start() or reload().
  void before_delivery(std::function<Status(const MainConfig&)> prepare) {
    prepare_ = std::move(prepare);
  }
  // Opens the store, restores, starts delivery, core and inputs. On an error nothing runs.
  Status start();
  // Reads the configuration again. An invalid one changes nothing; its diagnostics are logged.
  Status reload();
  // Stops reading, commits, gives deliveries the configured grace. Idempotent.
  void stop();

  // A probe through core, store and delivery: `done` runs on the delivery thread at the end.
  void probe(std::function<void()> done);
  // Main thread, every second: pings the dead man's switches that are due. `probed_at`: when a
  // probe last came back.
  void ping_dead_men(Tick probed_at);
  // Any thread.
  std::vector<DeadManReport> dead_men() const { return dead_men_.report(); }
  // When the slowest input last showed life.
  Tick inputs_alive_at() const { return inputs_->least_alive(); }

  // Subscriptions made at run time, any thread: each is committed when it returns, and its endpoint
  // told. Errors: those of Subscriptions, not-found (no such topic), no-https, store, timeout.
  Result<Subscription> subscribe(const SubscribeRequest& request);
  Result<Subscription> confirm(const std::string& topic, const std::string& token,
                               bool authenticate_on_unsubscribe);
  Result<Subscription> unsubscribe_by_link(const std::string& id);
  Result<Subscription> remove_subscription(const std::string& id);
  // Main thread, now and then: those that nobody has confirmed.
  void expire_subscriptions();
  std::vector<Subscription> subscriptions() const;
  // Topic -> endpoints, those made at run time included. Any thread.
  std::shared_ptr<const EndpointTable> endpoints() const;
  // An endpoint that said it is gone is tried again; "": all. Any thread.
  void enable(const std::string& endpoint) { dispatcher_->enable(endpoint); }

  const Store& store() const { return *store_; }
  const MainConfig& config() const { return loaded_.config; }
  const std::shared_ptr<const RuleSet>& rules() const { return loaded_.rules; }
  std::shared_ptr<const EngineView> view() const;
  Dispatcher::Load delivery_load() const { return dispatcher_->load(); }
  std::vector<std::pair<std::string, const Input*>> inputs() const { return inputs_->inputs(); }
  bool in_trouble() const { return trouble_; }

  // Any thread: asks on the core thread, ahead of what inputs deliver, and waits. Error timeout: no
  // answer within seconds; what was asked may still be done.
  template <class T>
  Result<T> ask(std::function<T(CoreLoop&)> question) {
    // Shared with the question, which may outlive a caller that has given up.
    auto done = std::make_shared<std::promise<T>>();
    std::future<T> answer = done->get_future();
    queue_.push_control(CoreLoop::Call([done, question = std::move(question)](CoreLoop& core) {
      done->set_value(question(core));
    }));
    if (answer.wait_for(kCorePatience) != std::future_status::ready)
      return Error{"timeout", "the engine is busy and has not answered in time"};
    return answer.get();
  }

 private:
  static constexpr std::chrono::seconds kCorePatience{10};

  void start_delivery(Transport& transport);
  CoreLoop::Hooks core_hooks();
  void take_reports(std::vector<DeliveryReport> reports);
  void note_dead_letter(const DeliveryReport& report);
  std::optional<CoreLoop::Notice> copy_of(const DeliveryReport& report) const;
  void take_up(const DeliveryReport& report);
  Result<MessagePtr> read_message(std::int64_t outbox_id) const;
  // Under topology_mutex_.
  Result<Subscription> carry_out(Result<SubscriptionStep> step);
  std::vector<Endpoint> endpoints_with(const MainConfig& config, const Subscriptions& subs) const;
  EndpointTable table_with(const MainConfig& config, const Subscriptions& subs) const;
  void set_topology(const MainConfig& config);
  void publish(const Engine& engine);
  void tell_without_store(const std::string& why);
  std::vector<CoreLoop::Notice> trouble_over(Duration stood_still) const;
  // Runs `act` on the core thread and waits for it.
  void on_core(std::function<void(CoreLoop&)> act);
  Status swap_rules(const LoadedConfiguration& next);
  void stop_changed_inputs(const MainConfig& next);
  Status start_missing_inputs(const MainConfig& config);

  LoadedConfiguration loaded_;
  const Clock& clock_;
  std::function<Status(const MainConfig&)> prepare_ = [](const MainConfig&) { return success(); };
  CoreLoop::Queue queue_{64};
  std::unique_ptr<Store> store_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<CoreLoop> core_;
  std::unique_ptr<MatcherGate> gate_;
  std::unique_ptr<InputHost> inputs_;
  std::jthread delivery_thread_, core_thread_;
  DeadLetterCopies copies_;
  RedriveWatch redrive_watch_;
  DeadManWatch dead_men_;
  std::atomic<std::int64_t> next_unstored_{0};  // ids of messages that are in no store, downwards
  std::atomic<bool> trouble_{false};
  bool running_ = false;
  // Guards what messages go to: subscriptions_, table_, and while it is replaced the configuration.
  mutable std::mutex topology_mutex_;
  Subscriptions subscriptions_;
  std::shared_ptr<const EndpointTable> table_ = std::make_shared<const EndpointTable>();
  mutable std::mutex view_mutex_;  // guards view_ alone
  std::shared_ptr<const EngineView> view_ = std::make_shared<EngineView>();
};

}  // namespace tocsin
