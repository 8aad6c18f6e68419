// SPDX-License-Identifier: Apache-2.0
#include "notifiers/noise_gate.hpp"

#include <algorithm>
#include <iterator>

#include "notifiers/endpoint_name.hpp"
#include "notifiers/group_key.hpp"
#include "tocsin/config_values.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kStorm = "storm ";
constexpr std::string_view kGroup = "group ";
constexpr std::string_view kDigest = "digest";
constexpr std::string_view kRate = "rate";

std::string beyond(const MessageRate& rate, std::string_view key) {
  return "since more than " + std::to_string(rate.messages) + " came within " +
         format_duration(rate.per) + " (`" + std::string(key) + "`)";
}

// Reminders and other repetitions of what people know are not what must not wait.
bool tells_alarm(const Notification& n) {
  return n.transition.to == AlarmState::alarm &&
         (n.cause == MessageCause::change || n.cause == MessageCause::after_mute);
}

void append(Batch& to, Batch&& from) {
  std::move(from.ids.begin(), from.ids.end(), std::back_inserter(to.ids));
  std::move(from.lines.begin(), from.lines.end(), std::back_inserter(to.lines));
}

}  // namespace

std::vector<NoiseGate::Limit> NoiseGate::limits_of(const Notification& n, const Lane& lane) {
  std::vector<Limit> limits;
  const QuietPolicy& policy = lane.policy;
  if (n.storm.messages > 0 && lane.takes_digests)
    limits.push_back({std::string(kStorm) + n.transition.alarm, n.storm, Duration{0}, true,
                      beyond(n.storm, "storm_control")});
  if (policy.group.interval > Duration{0})
    limits.push_back({std::string(kGroup) + group_key(policy.group.by, n),
                      {1, policy.group.interval},
                      policy.group.wait,
                      policy.group.wait == Duration{0},
                      "grouped for " + format_duration(policy.group.wait > Duration{0}
                                                           ? policy.group.wait
                                                           : policy.group.interval)});
  const auto& at_once = policy.digest.at_once;
  if (policy.digest.every > Duration{0} &&
      std::find(at_once.begin(), at_once.end(), to_string(n.severity)) == at_once.end())
    limits.push_back({std::string(kDigest),
                      {0, policy.digest.every},
                      Duration{0},
                      false,
                      "the digest of " + format_duration(policy.digest.every)});
  if (policy.rate.messages > 0)
    limits.push_back(
        {std::string(kRate), policy.rate, Duration{0}, false, beyond(policy.rate, "rate_limit")});
  return limits;
}

bool NoiseGate::applies(const std::string& window, const Lane& lane) {
  if (window.starts_with(kStorm)) return lane.takes_digests;
  if (window.starts_with(kGroup)) return lane.policy.group.interval > Duration{0};
  return window == kDigest ? lane.policy.digest.every > Duration{0} : lane.policy.rate.messages > 0;
}

void NoiseGate::set_endpoints(const std::vector<Endpoint>& endpoints, Instant now) {
  for (auto& [id, lane] : lanes_) {
    lane.known = false;
    lane.policy = {};
  }
  for (const Endpoint& endpoint : endpoints) {
    Lane& lane = lanes_[endpoint.id];
    lane.policy = endpoint.quiet;
    lane.takes_digests = endpoint.takes_digests;
    lane.known = true;
  }
  for (auto& [id, lane] : lanes_) {
    std::vector<std::string> over;
    for (const auto& [name, window] : lane.windows)
      if (!lane.known || !applies(name, lane)) over.push_back(name);
    for (const std::string& name : over) {
      close(id, lane, name);
      lane.windows.at(name).sent.clear();
      settle(id, name, lane);
    }
    if (!lane.ready.empty()) ready_[id] = now;
  }
  std::erase_if(lanes_, [](const auto& l) { return !l.second.known && l.second.ready.empty(); });
}

std::optional<std::string> NoiseGate::offer(const Notification& n, const std::string& endpoint,
                                            Instant now) {
  follow_clock(now);
  const auto at = lanes_.find(endpoint);
  if (at == lanes_.end()) return std::nullopt;
  Lane& lane = at->second;
  const std::vector<Limit> limits = limits_of(n, lane);
  // What waits of the same alarm and key is older: the message waits with it, or it goes before.
  const auto waiting = std::find_if(limits.begin(), limits.end(),
                                    [&](const Limit& limit) { return holds_key(lane, limit, n); });
  if (waiting != limits.end() && !spares(lane, *waiting, n, now))
    return hold(endpoint, lane, *waiting, n, now);
  for (const Limit& limit : limits) {
    if (!refuses(lane, limit, now)) continue;
    if (!spares(lane, limit, n, now)) return hold(endpoint, lane, limit, n, now);
    if (lane.windows.contains(limit.name)) close(endpoint, lane, limit.name);
  }
  for (const Limit& limit : limits)
    charge(endpoint, lane, limit.name, limit.rate, tells_alarm(n), now);
  return std::nullopt;
}

bool NoiseGate::holds_key(const Lane& lane, const Limit& limit, const Notification& n) {
  const auto at = lane.windows.find(limit.name);
  if (at == lane.windows.end() || !at->second.batch) return false;
  const std::vector<DigestLine>& lines = at->second.batch->lines;
  return std::any_of(lines.begin(), lines.end(), [&](const DigestLine& line) {
    return line.dedup_key == n.dedup_key && line.alarm_arn == n.alarm_arn;
  });
}

// The first ALARM within the limit's time.
bool NoiseGate::spares(const Lane& lane, const Limit& limit, const Notification& n, Instant now) {
  if (!limit.spares_first_alarm || !tells_alarm(n)) return false;
  const auto at = lane.windows.find(limit.name);
  return at == lane.windows.end() || at->second.alarm_at <= now - limit.rate.per;
}

void NoiseGate::forget_old(Window& window, Instant now) {
  std::erase_if(window.sent, [&](Instant t) { return t <= now - window.limit.per; });
}

// When a message may go again; `now` or before: now.
Instant NoiseGate::slot_at(const Window& window, Instant now) {
  const auto most = static_cast<std::size_t>(window.limit.messages);
  if (most == 0 || window.sent.size() < most) return now;
  return window.sent[window.sent.size() - most] + window.limit.per;
}

bool NoiseGate::refuses(const Lane& lane, const Limit& limit, Instant now) {
  // What is ready waits for this limit alone, and is older.
  if (limit.name == kRate && !lane.ready.empty()) return true;
  const auto at = lane.windows.find(limit.name);
  if (limit.rate.messages == 0) return true;
  if (at == lane.windows.end()) return limit.wait > Duration{0};
  const Window& window = at->second;
  if (window.batch) return true;
  const auto recent = std::count_if(window.sent.begin(), window.sent.end(),
                                    [&](Instant t) { return t > now - limit.rate.per; });
  return recent == 0 ? limit.wait > Duration{0} : recent >= limit.rate.messages;
}

std::string NoiseGate::hold(const std::string& endpoint, Lane& lane, const Limit& limit,
                            const Notification& n, Instant now) {
  Window& window = lane.windows[limit.name];
  window.limit = limit.rate;
  forget_old(window, now);
  if (!window.batch) {
    const std::string name = "digest\n" + endpoint + "\n" + limit.name + "\n" + n.message_id;
    window.batch = Batch{{name_uuid(name)}, limit.name, limit.rate, limit.why, digest_head(n), {}};
    if (limit.rate.messages == 0)
      window.due = now + limit.rate.per;
    else
      window.due = window.sent.empty() ? now + limit.wait : slot_at(window, now);
  }
  window.batch->lines.push_back(digest_line(n));
  // The bound of memory is kept by telling earlier.
  if (window.batch->lines.size() >= kMembersMax) window.due = std::min(window.due, now);
  settle(endpoint, limit.name, lane);
  return window.batch->ids.front();
}

void NoiseGate::charge(const std::string& endpoint, Lane& lane, const std::string& name,
                       const MessageRate& limit, bool alarm, Instant now) {
  if (limit.messages == 0) return;
  Window& window = lane.windows[name];
  window.limit = limit;
  forget_old(window, now);
  window.sent.push_back(now);
  // More than the limit knows can only be first ALARMs that were spared.
  if (window.sent.size() > static_cast<std::size_t>(limit.messages))
    window.sent.erase(window.sent.begin());
  if (alarm) window.alarm_at = now;
  settle(endpoint, name, lane);
}

void NoiseGate::close(const std::string& endpoint, Lane& lane, const std::string& name) {
  Window& window = lane.windows.at(name);
  if (!window.batch) return;
  lane.ready.push_back(std::move(*window.batch));
  window.batch.reset();
  window.due = kNever;
  ready_.emplace(endpoint, kNoTime);
  dirty_.insert({endpoint, name});
}

std::vector<NoiseGate::Due> NoiseGate::take_due(Instant now) {
  follow_clock(now);
  while (!queue_.empty() && queue_.begin()->first <= now) {
    const Place place = queue_.begin()->second;
    Lane& lane = lanes_.at(place.first);
    Window& window = lane.windows.at(place.second);
    close(place.first, lane, place.second);
    forget_old(window, now);
    settle(place.first, place.second, lane);
  }
  std::vector<Due> out;
  std::vector<std::string> endpoints;
  for (const auto& [endpoint, at] : ready_)
    if (at <= now) endpoints.push_back(endpoint);
  for (const std::string& endpoint : endpoints) take_ready(endpoint, lanes_.at(endpoint), now, out);
  std::erase_if(lanes_, [](const auto& l) { return !l.second.known && l.second.ready.empty(); });
  return out;
}

// Within what `rate_limit` leaves: if that is less than there are batches, they become one.
void NoiseGate::take_ready(const std::string& endpoint, Lane& lane, Instant now,
                           std::vector<Due>& out) {
  const MessageRate& rate = lane.policy.rate;
  const std::string rate_window(kRate);
  if (rate.messages > 0) {
    Window& window = lane.windows[rate_window];
    window.limit = rate;
    forget_old(window, now);
    const Instant free = slot_at(window, now);
    const std::size_t slots = static_cast<std::size_t>(rate.messages) - window.sent.size();
    settle(endpoint, rate_window, lane);
    if (free > now) {
      ready_[endpoint] = free;
      return;
    }
    for (; lane.ready.size() > slots; lane.ready.pop_back())
      append(*std::prev(lane.ready.end(), 2), std::move(lane.ready.back()));
  }
  for (Batch& batch : lane.ready) {
    const bool alarm = std::any_of(batch.lines.begin(), batch.lines.end(),
                                   [](const DigestLine& line) { return line.alarms > 0; });
    if (batch.window != kRate) charge(endpoint, lane, batch.window, batch.limit, alarm, now);
    charge(endpoint, lane, rate_window, rate, alarm, now);
    if (!batch.lines.empty()) out.push_back({endpoint, std::move(batch)});
  }
  lane.ready.clear();
  ready_.erase(endpoint);
}

Instant NoiseGate::next_due() const {
  Instant next = queue_.empty() ? kNever : queue_.begin()->first;
  for (const auto& [endpoint, at] : ready_) next = std::min(next, at);
  return next;
}

std::map<std::string, std::size_t> NoiseGate::waiting() const {
  std::map<std::string, std::size_t> out;
  for (const auto& [endpoint, lane] : lanes_) {
    std::size_t count = 0;
    for (const auto& [name, window] : lane.windows)
      if (window.batch) count += window.batch->lines.size();
    for (const Batch& batch : lane.ready) count += batch.lines.size();
    if (count > 0) out[endpoint] = count;
  }
  return out;
}

// After anything happened to a window: its place in the queue, and whether it is needed.
void NoiseGate::settle(const std::string& endpoint, const std::string& name, Lane& lane) {
  Window& window = lane.windows.at(name);
  const Instant next = window.batch          ? window.due
                       : window.sent.empty() ? kNever
                                             : window.sent.back() + window.limit.per;
  queue_.erase({window.queued, {endpoint, name}});
  dirty_.insert({endpoint, name});
  window.queued = next;
  if (next != kNever)
    queue_.insert({next, {endpoint, name}});
  else
    lane.windows.erase(name);
}

// Waits are meant as lengths: when the wall clock is set back, every time moves with it.
void NoiseGate::follow_clock(Instant now) {
  const Duration back = last_now_ == kNoTime || now >= last_now_ ? Duration{0} : last_now_ - now;
  last_now_ = now;
  if (back == Duration{0}) return;
  queue_.clear();
  for (auto& [endpoint, at] : ready_)
    if (at != kNoTime) at -= back;
  for (auto& [endpoint, lane] : lanes_)
    for (auto& [name, window] : lane.windows) {
      for (Instant& t : window.sent) t -= back;
      if (window.alarm_at != kNoTime) window.alarm_at -= back;
      if (window.batch) window.due -= back;
      window.queued -= back;
      queue_.insert({window.queued, {endpoint, name}});
      dirty_.insert({endpoint, name});
    }
}

}  // namespace tocsin
