// SPDX-License-Identifier: Apache-2.0
// The running service as the HTTP API sees it. Any thread; what the main thread changes on a reload
// it gets as copies.
#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "daemon/http/api_source.hpp"
#include "daemon/input_watch.hpp"
#include "daemon/service.hpp"

namespace tocsin {

class ServiceApi : public ApiSource {
 public:
  // Both outlive it.
  ServiceApi(Service& service, const Clock& clock);

  // Main thread, after the start and after each reload; `error`: why the newest configuration is
  // not in force.
  void on_reload(const std::string& error);
  // Main thread: a probe has come back from its way through the daemon.
  void on_life() { alive_at_ = clock_.tick().time_since_epoch().count(); }
  // Main thread, once a second: what only counters show.
  void observe();
  // Main thread, before it is served: how another thread has the configuration loaded anew.
  void reload_by(std::function<Status()> reload) { reload_ = std::move(reload); }
  // Main thread: what receivers may fetch, in PEM.
  void show_certificates(std::string authority, std::string signing);

  Readiness healthy() const override;
  Readiness ready() const override;
  std::string metrics() const override;
  DaemonStatus status() const override;
  std::shared_ptr<const AlarmIndex> rules() const override;
  Status reload() override { return reload_(); }
  Instant now() const override { return clock_.now(); }
  Result<std::vector<AlarmStatus>> alarms(const AlarmQuery& query) const override;
  Result<std::vector<AlarmSummary>> alarm_summaries(const AlarmQuery& query) const override;
  Result<StateCounts> state_counts() const override;
  Result<std::vector<HistoryItem>> history(const HistoryQuery& query) const override;
  Result<std::vector<Transition>> transitions(const std::string& alarm,
                                              std::size_t limit) const override;
  std::vector<StreamReport> streams() const override;
  Result<std::vector<DeadLetter>> dead_letters(const DeadLetterQuery& query) const override;
  Result<DeadLetterAnswer> settle_dead_letters(DeadLetterFate fate,
                                               const DeadLetterQuery& query) override;
  Result<EngineGlance> glance(const std::vector<AlarmAndKey>& keys) const override;
  Result<std::vector<Result<OperatorAnswer>>> operate(
      const std::vector<OperatorRequest>& requests) override;
  std::vector<TopicView> topics() const override;
  Result<SubscriptionAnswer> subscribe(const SubscribeRequest& request) override;
  Result<SubscriptionAnswer> confirm(const std::string& topic, const std::string& token,
                                     bool authenticate_on_unsubscribe) override;
  Result<SubscriptionAnswer> unsubscribe_by_link(const std::string& id) override;
  Result<SubscriptionAnswer> remove_subscription(const std::string& id) override;
  Result<std::size_t> enable_subscription(const std::string& id) override;
  Result<std::string> certificate(const std::string& name) const override;
  Result<std::vector<TestDelivery>> notify_test(const std::string& topic) override;

  // "15 rules, 3 streams, 1 in ALARM, 2 waiting": the service manager's status line.
  std::string status_line() const;

 private:
  std::set<std::string> endpoint_ids() const;

  Service& service_;
  const Clock& clock_;
  std::function<Status()> reload_;
  InputWatch input_watch_;
  std::atomic<std::int64_t> alive_at_;  // Tick, milliseconds
  mutable std::mutex mutex_;            // guards what follows
  DaemonStatus facts_;
  std::shared_ptr<const AlarmIndex> rules_;
  std::string authority_, signing_;
};

}  // namespace tocsin
