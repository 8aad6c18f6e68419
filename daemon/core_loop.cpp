// SPDX-License-Identifier: Apache-2.0
#include "daemon/core_loop.hpp"

#include <algorithm>
#include <iterator>

#include "daemon/dead_letter_redrive.hpp"
#include "daemon/telemetry.hpp"
#include "rules/message/bus_record.hpp"

namespace tocsin {
namespace {

constexpr Duration kCommitDelay{50};
constexpr std::size_t kCommitSamples = 10'000;
// What already waits behind a transition goes into its commit, for so long and so many messages.
constexpr Duration kGatherMax{10};
constexpr std::size_t kGatherMessages = 500;
constexpr Duration kRetryDelay{500};
constexpr Duration kTroubleAfter = seconds{10};
constexpr Duration kLastResortEvery = hours{1};
constexpr Duration kPublishEvery{200};
constexpr Duration kIdle = seconds{1};
constexpr Duration kClockSetBack = minutes{1};

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

CoreLoop::CoreLoop(Store& store, const Clock& clock, Queue& queue, Hooks hooks)
    : store_(store), clock_(clock), queue_(queue), hooks_(std::move(hooks)) {
  store_.on_overflow([this](const auto& overflowed, bool is_first) {
    if (is_first) forget_aftermath();
    return aftermath(overflowed);
  });
}

Status CoreLoop::start(std::shared_ptr<const RuleSet> rules, EndpointTable endpoints) {
  Result<StateImage> image = store_.load();
  if (!image) return image.error();
  Result<std::vector<OutboxEntry>> held = store_.held();
  if (!held) return held.error();
  outgoing_.set_endpoints(std::move(endpoints), clock_.now());
  outgoing_.restore(image->rows, *held);
  EngineOptions options;
  options.restore_follows = true;
  rules_ = rules;
  engine_ = std::make_unique<Engine>(std::move(rules), clock_.now(), options);
  Effects effects;
  telemetry::state_rows_unreadable(engine_->restore(*image, clock_.now(), effects));
  gather(std::move(effects));
  if (!flush()) return Error{"store", "the store does not take the first commit"};
  return success();
}

void CoreLoop::run() {
  while (!finishing_) {
    std::optional<Message> message = queue_.pop_until(wake_at(), failing_since_.has_value());
    if (message) handle(std::move(*message));
    tick();
  }
  flush();
}

void CoreLoop::handle(Message message) {
  std::visit(Overloaded{[&](MatchBatch& batch) {
                          Effects effects;
                          if (batch.bytes > 0) telemetry::batch_read(batch);
                          pending_samples_ += batch.matches.size();
                          engine_->apply(batch, clock_.now(), effects);
                          append(pending_.positions, std::move(batch.positions));
                          gather(std::move(effects));
                        },
                        [&](LookReport& look) { on_look(look); },
                        [&](Outcomes& outcomes) { settle(std::move(outcomes)); },
                        [&](Call& call) { call(*this); }},
             message);
}

// A look that only moves idle watermarks is not worth a commit of its own: after a crash the next
// look moves them again.
void CoreLoop::on_look(LookReport& look) {
  Effects effects;
  engine_->look(look, clock_.now(), effects);
  if (look.positions.empty() && effects.empty()) return;
  append(pending_.positions, std::move(look.positions));
  gather(std::move(effects));
}

void CoreLoop::gather(Effects effects) {
  urgent_ = urgent_ || !effects.transitions.empty() || !effects.notifications.empty();
  append(pending_.transitions, std::move(effects.transitions));
  for (Notification& n : effects.notifications) outgoing_.add(std::move(n), clock_.now(), pending_);
  append(pending_.history, std::move(effects.history));
  for (BusRecord& record : effects.records) add_record(std::move(record));
  if (pending_since_ == Tick{}) pending_since_ = clock_.tick();
}

void CoreLoop::add_record(BusRecord record) {
  outgoing_.add(bus_message(std::move(record)), clock_.now(), pending_);
}

void CoreLoop::settle(Outcomes outcomes) {
  const std::size_t before = pending_.notifications.size();
  for (DeliveryReport& report : outcomes) {
    if (const auto news = conclude(report, pending_))
      telemetry::channel_changed(report, news->works);
    pending_.deliveries.push_back(std::move(report.record));
  }
  if (pending_.notifications.size() > before) urgent_ = true;
  if (pending_since_ == Tick{}) pending_since_ = clock_.tick();
}

// What people are told of a channel, and the copy of a dead letter, are in the commit that says
// what became of the message.
std::optional<ChannelWatch::News> CoreLoop::conclude(const DeliveryReport& report, Commit& to) {
  auto news = outgoing_.observe(report, *rules_, clock_.now(), store_, to);
  if (report.record.fate != DeliveryRecord::Fate::dead) return news;
  if (std::optional<Notice> copy = hooks_.copy_of(report)) {
    to.endpoints.push_back({std::move(copy->second)});
    to.notifications.push_back(std::move(copy->first));
  }
  return news;
}

// Of messages that the commit at hand found no room for. It may fail, and be tried again when there
// is some.
Commit CoreLoop::aftermath(const std::vector<DeliveryReport>& overflowed) {
  if (!channels_before_) channels_before_ = outgoing_.channels();
  Commit commit;
  commit.now = pending_.now;
  for (const DeliveryReport& report : overflowed)
    if (conclude(report, commit)) told_of_.push_back(report);
  outgoing_.collect(commit.state.rows);
  return commit;
}

void CoreLoop::forget_aftermath() {
  if (channels_before_) outgoing_.put_back(std::move(*channels_before_));
  channels_before_.reset();
  told_of_.clear();
}

void CoreLoop::tell_one(Notification notice, const std::string& endpoint,
                        const std::string& label) {
  pending_.endpoints.push_back({Target{endpoint, label}});
  pending_.notifications.push_back(std::move(notice));
  urgent_ = true;
  if (pending_since_ == Tick{}) pending_since_ = clock_.tick();
}

void CoreLoop::tick() {
  watch_clock();
  Effects effects;
  if (!failing_since_) {
    engine_->advance(clock_.now(), effects);
    if (!effects.empty()) gather(std::move(effects));
    if (outgoing_.next_due() <= clock_.now() && outgoing_.add_due(clock_.now(), pending_)) {
      urgent_ = true;
      if (pending_since_ == Tick{}) pending_since_ = clock_.tick();
    }
  }
  if (commit_is_due()) try_commit();
  if (clock_.tick() - published_at_ >= kPublishEvery) {
    published_at_ = clock_.tick();
    hooks_.publish(*engine_);
  }
}

bool CoreLoop::commit_is_due() const {
  if (failing_since_) return clock_.tick() >= retry_at_;
  if (pending_since_ == Tick{}) return false;
  const Duration waited = clock_.tick() - pending_since_;
  if (urgent_ && (waited >= kGatherMax || pending_.notifications.size() >= kGatherMessages ||
                  queue_.is_empty()))
    return true;
  return pending_samples_ >= kCommitSamples || waited >= kCommitDelay;
}

bool CoreLoop::flush() {
  if (pending_since_ == Tick{}) pending_since_ = clock_.tick();
  return try_commit();
}

bool CoreLoop::try_commit() {
  // After a failure the very same commit is tried again: the engine stands still meanwhile.
  // Outcomes still come, and what they say of channels belongs into the commit that tells people of
  // it.
  if (!failing_since_) engine_->collect(pending_.state);
  outgoing_.collect(pending_.state.rows);
  pending_.now = clock_.now();
  const auto began = std::chrono::steady_clock::now();
  Result<std::vector<OutboxEntry>> done = store_.commit(pending_);
  if (!done) {
    forget_aftermath();
    on_commit_failed(done.error());
    return false;
  }
  // Before all else: somebody waits for it.
  if (!done->empty()) hooks_.deliver(std::move(*done));
  telemetry::committed(std::chrono::steady_clock::now() - began);
  const Duration stood_still = failing_since_ ? clock_.tick() - *failing_since_ : Duration{0};
  if (failing_since_) telemetry::commit_recovered(stood_still);
  failing_since_.reset();
  in_trouble_ = false;
  for (const Transition& t : pending_.transitions) telemetry::transition(t);
  pending_ = Commit{};
  pending_samples_ = 0;
  pending_since_ = Tick{};
  urgent_ = false;
  channels_before_.reset();
  for (const DeliveryReport& report : std::exchange(told_of_, {}))
    telemetry::channel_changed(report, false);
  if (const auto overflowed = store_.take_overflowed(); !overflowed.empty())
    hooks_.overflowed(overflowed);
  if (std::exchange(told_of_trouble_, false)) tell_trouble_over(stood_still);
  return true;
}

void CoreLoop::on_commit_failed(const Error& error) {
  Tick now = clock_.tick();
  if (!failing_since_) failing_since_ = now;
  retry_at_ = now + kRetryDelay;
  telemetry::commit_failed(error);
  if (now - *failing_since_ < kTroubleAfter) return;
  in_trouble_ = true;
  if (last_resort_at_ && now - *last_resort_at_ < kLastResortEvery) return;
  last_resort_at_ = now;
  told_of_trouble_ = true;
  hooks_.last_resort(error.text);
}

void CoreLoop::tell_trouble_over(Duration stood_still) {
  for (Notice& notice : hooks_.trouble_over(stood_still))
    tell_one(std::move(notice.first), notice.second.endpoint, notice.second.label);
}

Status CoreLoop::swap(std::shared_ptr<const RuleSet> rules, EndpointTable endpoints) {
  if (failing_since_)
    return Error{"store", "the store does not take commits, so the rules cannot change now"};
  // Messages of removed alarms still go to the topics as they were known, so commit them first.
  Effects effects;
  rules_ = rules;
  engine_->swap_rules(std::move(rules), clock_.now(), effects);
  gather(std::move(effects));
  flush();
  outgoing_.set_endpoints(std::move(endpoints), clock_.now());
  return success();
}

Result<std::vector<Result<OperatorAnswer>>> CoreLoop::operate(
    const std::vector<OperatorRequest>& requests) {
  if (failing_since_)
    return Error{"store", "the store does not take commits now; nothing was changed"};
  std::vector<Result<OperatorAnswer>> answers;
  Effects effects;
  for (const OperatorRequest& request : requests)
    answers.push_back(engine_->operate(request, clock_.now(), effects));
  gather(std::move(effects));
  if (flush()) return answers;
  return Error{"store",
               "the store does not take commits now; what was asked is done as soon as it does, "
               "unless the daemon ends before"};
}

Status CoreLoop::change_subscription(const SubscriptionChange& change,
                                     const std::optional<Notice>& notice, EndpointTable endpoints) {
  if (failing_since_)
    return Error{"store", "the store does not take commits now; nothing was changed"};
  pending_.subscriptions.push_back(change);
  if (notice) tell_one(notice->first, notice->second.endpoint, notice->second.label);
  if (!flush())
    return Error{"store", "the store does not take commits now; it is done as soon as it does"};
  outgoing_.set_endpoints(std::move(endpoints), clock_.now());
  return success();
}

CoreLoop::TakenUp CoreLoop::take_up(const std::string& topic, const std::string& endpoint_id) {
  const Endpoint* endpoint = outgoing_.find(topic, endpoint_id);
  if (endpoint == nullptr) return {};
  // What was given up just now is a dead letter only when it is committed.
  if (failing_since_ || !flush()) return {.more = true};
  // Their digest would find a full outbox, and be a dead letter itself.
  if (const std::size_t leaving = store_.crowd(endpoint_id); leaving > 0) return {leaving, true};
  const auto letters = store_.dead_letters({.topic = topic,
                                            .endpoint = endpoint_id,
                                            .since = clock_.now() - kRedriveAge,
                                            .retryable_only = true,
                                            .limit = kRedriveMost});
  if (!letters) return {.more = true};
  std::optional<Redrive> plan = plan_redrive(*letters, *endpoint, clock_.now());
  if (!plan) return {};
  telemetry::redriven(topic, endpoint->label, plan->order.ids.size());
  const std::size_t messages = plan->digest ? 1 : plan->order.ids.size();
  if (plan->digest) {
    pending_.endpoints.push_back({Target{endpoint->id, endpoint->label}});
    pending_.notifications.push_back(std::move(*plan->digest));
  }
  pending_.dead_letters.push_back(std::move(plan->order));
  flush();
  return {messages, letters->size() >= kRedriveMost};
}

Status CoreLoop::settle(const DeadLetterOrder& order) {
  if (failing_since_)
    return Error{"store", "the store does not take commits now; nothing was changed"};
  pending_.dead_letters.push_back(order);
  if (flush()) return success();
  return Error{"store", "the store does not take commits now; it is done as soon as it does"};
}

// A wall clock set back is told by its distance to the monotonic clock growing smaller
// (spec/time.md section 2).
void CoreLoop::watch_clock() {
  if (failing_since_) return;  // the engine stands still, and is told when it goes on
  Duration offset = clock_.now().time_since_epoch() - clock_.tick().time_since_epoch();
  if (wall_offset_ && *wall_offset_ - offset > kClockSetBack) {
    Effects effects;
    telemetry::clock_set_back(*wall_offset_ - offset);
    engine_->clock_set_back(clock_.now(), *wall_offset_ - offset, effects);
    gather(std::move(effects));
  }
  wall_offset_ = offset;
}

std::chrono::steady_clock::time_point CoreLoop::wake_at() const {
  Duration wait = kIdle;
  if (failing_since_) {
    wait = retry_at_ - clock_.tick();
  } else if (pending_since_ != Tick{}) {
    wait = pending_since_ + kCommitDelay - clock_.tick();
  }
  return std::chrono::steady_clock::now() + std::clamp(wait, Duration{0}, kIdle);
}

}  // namespace tocsin
