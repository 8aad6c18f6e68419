// SPDX-License-Identifier: Apache-2.0
// What the HTTP API may ask of the running daemon. The app implements it; every call may come on
// any of the server's threads, several at once, and should return within milliseconds (but for
// notify_test). Committed state only.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/dead_man_watch.hpp"
#include "daemon/store/store.hpp"
#include "daemon/subscriptions.hpp"
#include "notifiers/channel_watch.hpp"
#include "rules/engine.hpp"
#include "rules/message/alarm_index.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/operator.hpp"
#include "tocsin/outbox.hpp"
#include "tocsin/result.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// Whether work is being done, and if not, why.
struct Readiness {
  bool ok = true;
  std::string why;  // for people; empty if ok
};

// `tocsin status`.
struct DaemonStatus {
  std::string version;
  std::string config_file;
  std::int64_t pid = 0;
  Instant now;
  Instant started_at;
  Instant reloaded_at;
  std::string reload_error;  // empty: the newest configuration is in force
  std::vector<GroupReport> groups;
  Engine::KeysDropped keys_dropped;
  StoreReport store;
  std::vector<std::string> disabled;  // subscriptions that said they are gone, by label
  Instant outbox_oldest = kNoTime;    // when the oldest waiting message was made
  std::size_t held_messages = 0;      // of those in the outbox, for digests
  std::vector<DeadManReport> dead_men;
  std::vector<ChannelTrouble> channels;  // that fail now
};

// What a test message did at one endpoint. state: delivered, retry, dead or waiting.
struct TestDelivery {
  std::string endpoint_label;
  std::string state;
  std::string detail;
};

// What the engine sees now, beyond the statuses that are stored.
struct EngineGlance {
  std::shared_ptr<const MuteTable> mutes;
  std::vector<std::optional<Outlook>> outlooks;  // of the keys asked for, in their order
};

// What became of dead letters that were to be redriven or purged.
struct DeadLetterAnswer {
  std::size_t concerned = 0;
  std::size_t left = 0;  // are dead letters still
  std::string why;       // of one that was left
};

// A subscription as people see it, of the configuration or made at run time.
struct SubscriptionView {
  std::string id;
  std::string endpoint_label;
  std::string state;   // confirmed, pending confirmation, unsubscribed, disabled
  std::string origin;  // configuration, run time
  std::string author;
  std::string detail;  // of a disabled one
};
struct TopicView {
  std::string name;
  std::string arn;
  std::vector<SubscriptionView> subscriptions;
};
struct SubscriptionAnswer {
  std::string arn;
  std::string state;  // or "ended"
};

class ApiSource {
 public:
  virtual ~ApiSource() = default;

  // healthy: the process does its work (the watchdog's view). ready: inputs are read and state is
  // stored.
  virtual Readiness healthy() const = 0;
  virtual Readiness ready() const = 0;
  virtual std::string metrics() const = 0;  // OpenMetrics text
  virtual DaemonStatus status() const = 0;
  virtual std::shared_ptr<const AlarmIndex> rules() const = 0;

  virtual Instant now() const = 0;
  // Has the configuration loaded anew, as SIGHUP does, and waits for it. Whatever goes wrong, what
  // was in force stays. Errors: invalid (the text is what `tocsin check` prints), needs-restart,
  // store, stopping.
  virtual Status reload() = 0;

  // As Store's.
  virtual Result<std::vector<AlarmStatus>> alarms(const AlarmQuery& query) const = 0;
  virtual Result<std::vector<AlarmSummary>> alarm_summaries(const AlarmQuery& query) const = 0;
  virtual Result<StateCounts> state_counts() const = 0;
  // Newest first; also of alarms that are no more.
  virtual Result<std::vector<HistoryItem>> history(const HistoryQuery& query) const = 0;
  virtual Result<std::vector<Transition>> transitions(const std::string& alarm,
                                                      std::size_t limit) const = 0;
  virtual std::vector<StreamReport> streams() const = 0;
  virtual Result<std::vector<DeadLetter>> dead_letters(const DeadLetterQuery& query) const = 0;
  // Of all that the query means, whatever its limit. Committed when it returns.
  virtual Result<DeadLetterAnswer> settle_dead_letters(DeadLetterFate fate,
                                                       const DeadLetterQuery& query) = 0;

  using AlarmAndKey = std::pair<std::string, AlarmKey>;
  // Error timeout: the engine is busy for too long.
  virtual Result<EngineGlance> glance(const std::vector<AlarmAndKey>& keys) const = 0;
  // Does them one after the other, whatever became of those before, and commits before it returns:
  // what is answered survives a crash. One answer for each; an Error of the whole if nothing could
  // be asked (timeout) or stored (store).
  virtual Result<std::vector<Result<OperatorAnswer>>> operate(
      const std::vector<OperatorRequest>& requests) = 0;

  virtual std::vector<TopicView> topics() const = 0;
  // Committed when they return. Errors: not-found, bad-value, conflict, forbidden, too-many, store.
  virtual Result<SubscriptionAnswer> subscribe(const SubscribeRequest& request) = 0;
  virtual Result<SubscriptionAnswer> confirm(const std::string& topic, const std::string& token,
                                             bool authenticate_on_unsubscribe) = 0;
  virtual Result<SubscriptionAnswer> unsubscribe_by_link(const std::string& id) = 0;
  virtual Result<SubscriptionAnswer> remove_subscription(const std::string& id) = 0;
  // One that said it was gone, by its id; how many it concerns. Error not-found.
  virtual Result<std::size_t> enable_subscription(const std::string& id) = 0;

  // What receivers of SNS envelopes may fetch, in PEM: authority.pem, and the certificate that
  // signs under the names that links give it. Error not-found.
  virtual Result<std::string> certificate(const std::string& name) const = 0;

  // Sends a test message to every endpoint of the topic and waits some seconds for the outcomes.
  // Error not-found: there is no such topic.
  virtual Result<std::vector<TestDelivery>> notify_test(const std::string& topic) = 0;
};

}  // namespace tocsin
