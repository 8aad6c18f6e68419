// SPDX-License-Identifier: Apache-2.0
#include "daemon/service.hpp"

#include <future>
#include <utility>

#include "daemon/dead_letter_redrive.hpp"
#include "daemon/kept_configuration.hpp"
#include "daemon/telemetry.hpp"
#include "notifiers/dead_letter_copy.hpp"
#include "notifiers/delivery_transport.hpp"
#include "rules/message/message.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kMostLetters = 100'000;

std::map<std::string, std::string> positions_of(
    const std::vector<std::pair<std::string, std::vector<PositionUpdate>>>& stored,
    const std::string& log_group) {
  std::map<std::string, std::string> out;
  for (const auto& [group, positions] : stored)
    if (group == log_group)
      for (const PositionUpdate& p : positions) out[p.name] = p.value.value_or("");
  return out;
}

}  // namespace

EndpointTable endpoint_table(const MainConfig& config) {
  EndpointTable table;
  for (const TopicConfig& topic : config.topics) table[topic.topic.name] = topic.endpoints;
  if (!config.event_bus.empty()) table[kEventBusTopic] = config.event_bus;
  return table;
}

Service::Service(LoadedConfiguration loaded, const Clock& clock)
    : loaded_(std::move(loaded)), clock_(clock) {}

Service::~Service() { stop(); }

Status Service::start() {
  Result<std::unique_ptr<Transport>> transport = make_delivery_transport();
  if (!transport) return transport.error();
  transport_ = std::move(*transport);
  StoreOptions options;
  options.durability = config().durability;
  options.history_kept = config().history_retention;
  Result<std::unique_ptr<Store>> store = Store::open(config().state_directory, options);
  if (!store) return store.error();
  store_ = std::move(*store);
  Result<std::vector<OutboxEntry>> outbox = store_->outbox();
  if (!outbox) return outbox.error();
  Result<std::vector<DeliveryReceipt>> receipts = store_->receipts();
  if (!receipts) return receipts.error();
  const auto letters = store_->dead_letters({.since = clock_.now() - kRedriveAge,
                                             .retryable_only = true,
                                             .texts = false,
                                             .limit = kMostLetters});
  if (!letters) return letters.error();
  for (const DeadLetter& letter : *letters) redrive_watch_.note(letter.endpoint);

  Result<std::vector<Subscription>> subscriptions = store_->subscriptions();
  if (!subscriptions) return subscriptions.error();
  subscriptions_ = Subscriptions(std::move(*subscriptions));
  loaded_.config.has_subscriptions = !subscriptions_.all().empty();
  if (Status prepared = prepare_(config()); !prepared) return prepared;
  start_delivery(*transport_);
  dispatcher_->set_receipts(std::move(*receipts));
  core_ = std::make_unique<CoreLoop>(*store_, clock_, queue_, core_hooks());
  if (Status started = core_->start(rules(), *table_); !started) return started;
  dispatcher_->push(std::move(*outbox));
  gate_ = std::make_unique<MatcherGate>(std::make_shared<const Matcher>(rules()));
  inputs_ = std::make_unique<InputHost>(queue_, *gate_, clock_);
  running_ = true;
  core_thread_ = std::jthread([this] { core_->run(); });
  return start_missing_inputs(config());
}

void Service::start_delivery(Transport& transport) {
  DispatcherEdges edges{
      transport, clock_,
      [this](std::vector<DeliveryReport> reports) { take_reports(std::move(reports)); },
      [this](std::int64_t id) { return read_message(id); }};
  dispatcher_ = std::make_unique<Dispatcher>(std::move(edges));
  dispatcher_->set_endpoints(endpoints_with(config(), subscriptions_));
  set_topology(config());
  delivery_thread_ = std::jthread([this] { dispatcher_->run(); });
}

CoreLoop::Hooks Service::core_hooks() {
  return {[this](std::vector<OutboxEntry> entries) { dispatcher_->push(std::move(entries)); },
          [this](const std::vector<DeliveryReport>& reports) {
            for (const DeliveryReport& report : reports) note_dead_letter(report);
          },
          [this](const std::string& why) { tell_without_store(why); },
          [this](Duration stood_still) { return trouble_over(stood_still); },
          [this](const Engine& engine) { publish(engine); },
          [this](const DeliveryReport& report) { return copy_of(report); }};
}

// Delivery thread. Ids below zero were never stored (tell_without_store): there is nothing to
// commit for them.
void Service::take_reports(std::vector<DeliveryReport> reports) {
  CoreLoop::Outcomes outcomes;
  for (DeliveryReport& report : reports) {
    if (is_dead_man_ping(report.dedup_key)) {
      dead_men_.done(report, clock_.now());
      continue;
    }
    telemetry::delivery_done(report);
    if (report.record.outbox_id <= 0) continue;
    if (report.record.fate == DeliveryRecord::Fate::dead) note_dead_letter(report);
    if (report.record.fate == DeliveryRecord::Fate::delivered) take_up(report);
    outcomes.push_back(std::move(report));
  }
  if (!outcomes.empty()) queue_.push_control(std::move(outcomes));
}

Result<MessagePtr> Service::read_message(std::int64_t outbox_id) const {
  const Result<std::string> text = store_->notification(outbox_id);
  if (!text) return text.error();
  Result<Notification> message = notification_from_json(*text);
  if (!message) return Error{"unreadable", message.error().text};
  return MessagePtr(std::make_shared<const Notification>(std::move(*message)));
}

void Service::take_up(const DeliveryReport& report) {
  if (!redrive_watch_.is_due(report.endpoint, clock_.tick())) return;
  queue_.push_control(
      CoreLoop::Call([this, topic = report.topic, endpoint = report.endpoint](CoreLoop& core) {
        CoreLoop::TakenUp taken;
        do {
          taken = core.take_up(topic, endpoint);
        } while (taken.more && redrive_watch_.more(endpoint, taken.messages, clock_.tick()));
        if (!taken.more && taken.messages == 0) redrive_watch_.forget(endpoint);
      }));
}

// Delivery thread, before the record is committed; core thread, where an outbox was full.
void Service::note_dead_letter(const DeliveryReport& report) {
  if (!report.record.permanent) redrive_watch_.note(report.endpoint);
}

// Core thread. Also of a message that cannot be read: that there was one is worth a copy.
std::optional<CoreLoop::Notice> Service::copy_of(const DeliveryReport& report) const {
  const auto to = copies_.of(report.endpoint);
  if (!to) return std::nullopt;
  MessagePtr lost = report.record.message;
  if (lost == nullptr)
    if (Result<MessagePtr> read = read_message(report.record.outbox_id)) lost = std::move(*read);
  return CoreLoop::Notice(dead_letter_copy(report, letter_text(report, lost.get()), clock_.now()),
                          Target{to->first, to->second});
}

void Service::publish(const Engine& engine) {
  auto view = std::make_shared<EngineView>();
  view->groups = engine.groups();
  view->streams = engine.streams();
  view->matched = engine.matched();
  view->filters = view->matched.size();
  view->mutes = engine.mutes();
  view->held_actions = engine.held_actions();
  view->evaluations = engine.evaluations();
  view->keys_dropped = engine.keys_dropped();
  view->series_refused = engine.series_refused();
  for (const auto& [endpoint, messages] : core_->held_messages()) view->held_messages += messages;
  view->channels = core_->channel_troubles();
  trouble_ = core_->in_trouble();
  std::lock_guard lock(view_mutex_);
  view_ = std::move(view);
}

std::shared_ptr<const EngineView> Service::view() const {
  std::lock_guard lock(view_mutex_);
  return view_;
}

// Core thread. The only messages that leave without a commit: from memory, to every topic that
// wants them.
void Service::tell_without_store(const std::string& why) {
  std::vector<OutboxEntry> entries;
  for (const TopicConfig& topic : config().topics) {
    if (!topic.last_resort) continue;
    const auto notice = std::make_shared<const Notification>(
        make_trouble_notification(topic.topic.name, *rules(), clock_.now(), why));
    for (const Endpoint& endpoint : topic.endpoints) {
      OutboxEntry entry;
      entry.id = --next_unstored_;
      entry.message_id = notice->message_id;
      entry.topic = topic.topic.name;
      entry.endpoint = endpoint.id;
      entry.endpoint_label = endpoint.label;
      entry.dedup_key = notice->dedup_key;
      entry.created = entry.next_attempt = clock_.now();
      entry.message = notice;
      entries.push_back(std::move(entry));
    }
  }
  dispatcher_->push(std::move(entries));
}

// Core thread. To those of tell_without_store().
std::vector<CoreLoop::Notice> Service::trouble_over(Duration stood_still) const {
  std::vector<CoreLoop::Notice> notices;
  for (const TopicConfig& topic : config().topics) {
    if (!topic.last_resort) continue;
    const Notification notice =
        make_trouble_over_notification(topic.topic.name, *rules(), clock_.now(), stood_still);
    for (const Endpoint& endpoint : topic.endpoints)
      notices.emplace_back(notice, Target{endpoint.id, endpoint.label});
  }
  return notices;
}

void Service::on_core(std::function<void(CoreLoop&)> act) {
  std::promise<void> done;
  queue_.push_control(CoreLoop::Call([&](CoreLoop& core) {
    act(core);
    done.set_value();
  }));
  done.get_future().wait();
}

Status Service::reload() {
  if (trouble_) return Error{"store", "the store does not take commits now"};
  LoadedConfiguration next = load_kept_configuration(config().file);
  if (next.rules == nullptr) return Error{"invalid", next.sources.render(next.diagnostics, false)};
  forget_sources(next);
  if (next.config.state_directory != config().state_directory ||
      next.config.durability != config().durability ||
      next.config.api.listen != config().api.listen ||
      next.config.api.socket != config().api.socket || next.config.api.https != config().api.https)
    return Error{"needs-restart", "`state`, `durability` and `api` change only with a restart"};

  const std::lock_guard topology(topology_mutex_);
  next.config.has_subscriptions = !subscriptions_.all().empty();
  if (Status prepared = prepare_(next.config); !prepared) return prepared;
  stop_changed_inputs(next.config);
  std::vector<Endpoint> both = endpoints_with(next.config, subscriptions_);
  for (const Endpoint& old : endpoints_with(config(), subscriptions_)) both.push_back(old);
  dispatcher_->set_endpoints(both);
  if (Status swapped = swap_rules(next); !swapped) {
    Status restarted = start_missing_inputs(config());
    return restarted ? swapped : restarted;
  }
  set_topology(next.config);
  // Only now: the core no longer commits messages to endpoints that are gone.
  dispatcher_->set_endpoints(endpoints_with(next.config, subscriptions_));
  dispatcher_->enable({});
  on_core([&](CoreLoop&) {
    loaded_ = std::move(next);
    store_->keep_history_for(config().history_retention);
  });
  return start_missing_inputs(config());
}

Status Service::swap_rules(const LoadedConfiguration& next) {
  Status outcome = success();
  std::promise<void> done;
  const std::shared_ptr<const Matcher> before = gate_->current();
  gate_->swap(std::make_shared<const Matcher>(next.rules, before.get()), [&] {
    queue_.push_data(CoreLoop::Call([&](CoreLoop& core) {
      outcome = core.swap(next.rules, table_with(next.config, subscriptions_));
      done.set_value();
    }));
  });
  done.get_future().wait();
  if (!outcome) gate_->swap(before, [] {});
  return outcome;
}

void Service::stop_changed_inputs(const MainConfig& next) {
  std::map<std::string, std::string> wanted;
  for (const LogGroupConfig& group : next.log_groups) wanted[group.group.name] = group.fingerprint;
  for (const auto& [name, fingerprint] : inputs_->running()) {
    auto it = wanted.find(name);
    if (it == wanted.end() || it->second != fingerprint) inputs_->stop(name);
  }
}

Status Service::start_missing_inputs(const MainConfig& config) {
  // What stopped inputs had delivered must be committed before its positions are read.
  Result<std::vector<std::pair<std::string, std::vector<PositionUpdate>>>> stored =
      Error{"store", "not read"};
  std::promise<void> done;
  queue_.push_data(CoreLoop::Call([&](CoreLoop& core) {
    core.flush();
    stored = store_->positions();
    done.set_value();
  }));
  done.get_future().wait();
  if (!stored) return stored.error();
  std::map<std::string, std::string> running = inputs_->running();
  for (const LogGroupConfig& group : config.log_groups) {
    if (running.count(group.group.name) != 0) continue;
    InputContext context;
    context.clock = &clock_;
    context.group = group.group;
    context.start_at = group.start_at;
    context.start_age = group.start_age;
    context.line_bytes_max = group.line_bytes_max;
    context.positions = positions_of(*stored, group.group.name);
    context.first_seen = context.positions.empty();
    inputs_->start({group.group.name, group.fingerprint, group.make_input, std::move(context)});
  }
  return success();
}

void Service::probe(std::function<void()> done) {
  queue_.push_control(CoreLoop::Call([this, done = std::move(done)](CoreLoop& core) {
    core.flush();
    dispatcher_->post(done);
  }));
}

void Service::stop() {
  if (!running_ && !delivery_thread_.joinable()) return;
  if (running_) {
    queue_.close_data();
    inputs_->stop_all();
    // What still waits in the queue was not committed, so it is read again after the next start.
    on_core([](CoreLoop& core) { core.flush(); });
  }
  dispatcher_->stop(config().shutdown_grace);
  if (delivery_thread_.joinable()) delivery_thread_.join();
  if (running_) {
    queue_.push_control(CoreLoop::Call([](CoreLoop& core) { core.finish(); }));
    core_thread_.join();
  }
  running_ = false;
}

}  // namespace tocsin
