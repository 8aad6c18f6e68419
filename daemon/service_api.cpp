// SPDX-License-Identifier: Apache-2.0
#include "daemon/service_api.hpp"

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "daemon/notify_test.hpp"
#include "daemon/telemetry.hpp"
#include "rules/message/message.hpp"
#include "tocsin/config_values.hpp"

namespace tocsin {

namespace {

// Without a probe for so long, something on its way is stuck.
constexpr Duration kLifeSign = seconds{60};

constexpr std::size_t kGlanceKeys = 256;
constexpr std::size_t kSettledAtOnce = 200;

std::size_t active_silences(const EngineView& view, Instant now) {
  if (view.mutes == nullptr) return 0;
  const std::vector<Silence>& all = view.mutes->silences();
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [&](const Silence& s) { return s.from <= now && now < s.until; }));
}

}  // namespace

namespace {

std::vector<std::string> disabled_labels(const Service& service) {
  const auto disabled = service.delivery_load().disabled;
  std::vector<std::string> labels;
  if (disabled.empty()) return labels;
  const std::shared_ptr<const EndpointTable> table = service.endpoints();
  for (const auto& [topic, endpoints] : *table)
    for (const Endpoint& endpoint : endpoints)
      if (disabled.count(endpoint.id) != 0) labels.push_back(endpoint.label);
  return labels;
}

}  // namespace

ServiceApi::ServiceApi(Service& service, const Clock& clock) : service_(service), clock_(clock) {
  on_life();
  facts_.version = TOCSIN_VERSION;
  facts_.config_file = service.config().file;
  facts_.pid = getpid();
  facts_.started_at = clock.now();
  on_reload("");
}

void ServiceApi::on_reload(const std::string& error) {
  std::lock_guard lock(mutex_);
  facts_.reload_error = error;
  if (!error.empty()) return;
  facts_.reloaded_at = clock_.now();
  rules_ = std::make_shared<const AlarmIndex>(service_.rules());
}

void ServiceApi::observe() {
  input_watch_.observe(service_.inputs());
  std::shared_ptr<const EngineView> view = service_.view();
  telemetry::engine_seen(view->groups, view->streams, view->matched, clock_.now());
  telemetry::actions_seen(view->held_actions, active_silences(*view, clock_.now()));
  telemetry::evaluations_seen(view->evaluations);
  telemetry::keys_dropped(view->keys_dropped);
  telemetry::series_refused(view->series_refused);
  telemetry::held_messages_seen(view->held_messages);
  telemetry::channels_seen(view->channels.size());
  if (auto counts = service_.store().state_counts()) telemetry::alarms_seen(*counts);
  telemetry::store_seen(service_.store().report(), service_.store().outbox_oldest(), clock_.now());
}

Readiness ServiceApi::healthy() const {
  const Duration quiet = clock_.tick() - Tick{Duration{alive_at_.load()}};
  if (quiet > kLifeSign) return {false, "no probe came back for " + format_duration(quiet)};
  return {};
}

Readiness ServiceApi::ready() const {
  if (service_.in_trouble()) return {false, "the store does not take commits"};
  return {};
}

std::string ServiceApi::metrics() const { return telemetry::render(); }

DaemonStatus ServiceApi::status() const {
  DaemonStatus status;
  {
    std::lock_guard lock(mutex_);
    status = facts_;
  }
  status.now = clock_.now();
  status.groups = service_.view()->groups;
  status.keys_dropped = service_.view()->keys_dropped;
  status.store = service_.store().report();
  status.disabled = disabled_labels(service_);
  status.outbox_oldest = service_.store().outbox_oldest();
  status.channels = service_.view()->channels;
  status.dead_men = service_.dead_men();
  status.held_messages = service_.view()->held_messages;
  return status;
}

std::shared_ptr<const AlarmIndex> ServiceApi::rules() const {
  std::lock_guard lock(mutex_);
  return rules_;
}

Result<std::vector<AlarmStatus>> ServiceApi::alarms(const AlarmQuery& query) const {
  return service_.store().alarms(query);
}

Result<std::vector<AlarmSummary>> ServiceApi::alarm_summaries(const AlarmQuery& query) const {
  return service_.store().alarm_summaries(query);
}

Result<StateCounts> ServiceApi::state_counts() const { return service_.store().state_counts(); }

Result<std::vector<HistoryItem>> ServiceApi::history(const HistoryQuery& query) const {
  return service_.store().history(query);
}

Result<std::vector<Transition>> ServiceApi::transitions(const std::string& alarm,
                                                        std::size_t limit) const {
  return service_.store().transitions(alarm, limit);
}

std::vector<StreamReport> ServiceApi::streams() const { return service_.view()->streams; }

Result<std::vector<DeadLetter>> ServiceApi::dead_letters(const DeadLetterQuery& query) const {
  return service_.store().dead_letters(query);
}

std::set<std::string> ServiceApi::endpoint_ids() const {
  const std::shared_ptr<const EndpointTable> table = service_.endpoints();
  std::set<std::string> ids;
  for (const auto& [topic, endpoints] : *table)
    for (const Endpoint& endpoint : endpoints) ids.insert(endpoint.id);
  return ids;
}

// In portions, as people's questions go through the core, which has more to do.
Result<DeadLetterAnswer> ServiceApi::settle_dead_letters(DeadLetterFate fate,
                                                         const DeadLetterQuery& query) {
  const std::set<std::string> known = endpoint_ids();
  DeadLetterAnswer answer;
  DeadLetterQuery page = query;
  page.limit = kSettledAtOnce;
  page.texts = false;
  for (;;) {
    const Result<std::vector<DeadLetter>> letters = service_.store().dead_letters(page);
    if (!letters) return letters.error();
    DeadLetterOrder order{fate, {}};
    for (const DeadLetter& letter : *letters) {
      if (fate == DeadLetterFate::purge || known.count(letter.endpoint) != 0)
        order.ids.push_back(letter.id);
      else
        answer = {answer.concerned, answer.left + 1, "their subscription is no more"};
    }
    if (!order.ids.empty()) {
      const auto done =
          service_.ask<Status>([order](CoreLoop& core) { return core.settle(order); });
      if (!done) return done.error();
      if (!*done) return done->error();
      const auto still = service_.store().dead_letters({.ids = order.ids, .texts = false});
      if (!still) return still.error();
      answer.concerned += order.ids.size() - still->size();
      if (!still->empty())
        answer = {answer.concerned, answer.left + still->size(),
                  "enough messages wait for their subscription"};
    }
    if (!query.ids.empty() || letters->size() < page.limit) return answer;
    page.after = {letters->back().given_up, letters->back().id};
  }
}

void ServiceApi::show_certificates(std::string authority, std::string signing) {
  std::lock_guard lock(mutex_);
  authority_ = std::move(authority);
  signing_ = std::move(signing);
}

// A renewed certificate has the key of the one before, whose name older messages still carry.
Result<std::string> ServiceApi::certificate(const std::string& name) const {
  std::lock_guard lock(mutex_);
  const bool signs = name.starts_with("signing-") && name.ends_with(".pem");
  const std::string& pem = signs ? signing_ : authority_;
  if (pem.empty() || (!signs && name != "authority.pem"))
    return Error{"not-found", "there is no such certificate"};
  return pem;
}

Result<std::vector<TestDelivery>> ServiceApi::notify_test(const std::string& topic) {
  const std::shared_ptr<const EndpointTable> table = service_.endpoints();
  const auto found = table->find(topic);
  if (found == table->end()) return Error{"not-found", "there is no topic \"" + topic + "\""};
  return send_test(make_test_notification(topic, rules()->rules(), clock_.now()), found->second,
                   clock_);
}

// In portions: whoever asks for thousands must not keep the core from what inputs deliver.
Result<EngineGlance> ServiceApi::glance(const std::vector<AlarmAndKey>& keys) const {
  EngineGlance all;
  std::size_t done = 0;
  do {
    const std::size_t end = std::min(keys.size(), done + kGlanceKeys);
    const std::vector<AlarmAndKey> some(keys.begin() + static_cast<std::ptrdiff_t>(done),
                                        keys.begin() + static_cast<std::ptrdiff_t>(end));
    Result<EngineGlance> part = service_.ask<EngineGlance>([some](CoreLoop& core) {
      EngineGlance out{core.engine().mutes(), {}};
      for (const auto& [alarm, key] : some)
        out.outlooks.push_back(core.engine().outlook(alarm, key));
      return out;
    });
    if (!part) return part.error();
    all.mutes = part->mutes;
    std::move(part->outlooks.begin(), part->outlooks.end(), std::back_inserter(all.outlooks));
    done = end;
  } while (done < keys.size());
  return all;
}

Result<std::vector<Result<OperatorAnswer>>> ServiceApi::operate(
    const std::vector<OperatorRequest>& requests) {
  using Answers = Result<std::vector<Result<OperatorAnswer>>>;
  Result<Answers> answers =
      service_.ask<Answers>([requests](CoreLoop& core) { return core.operate(requests); });
  if (!answers) return answers.error();
  return std::move(*answers);
}

std::string ServiceApi::status_line() const {
  std::shared_ptr<const EngineView> view = service_.view();
  const Result<StateCounts> counts = service_.store().state_counts();
  const std::size_t red = counts ? counts->alarm : 0;
  std::string line = std::to_string(view->filters) + " filters, " +
                     std::to_string(view->streams.size()) + " streams, " + std::to_string(red) +
                     " in ALARM, " + std::to_string(service_.delivery_load().pending) + " waiting";
  if (service_.in_trouble()) line += "; CANNOT STORE ITS STATE";
  return line;
}

}  // namespace tocsin
