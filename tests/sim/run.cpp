// SPDX-License-Identifier: Apache-2.0
#include "sim/run.hpp"

#include <algorithm>

namespace tocsin::sim {
namespace {

constexpr Duration kGiveUp = days{4};  // beyond the longest retry_for and all downtimes

}  // namespace

Run::Run(const World& world, Schedule schedule, const std::string& directory, Ledger& ledger)
    : world_(world),
      directory_(directory),
      ledger_(ledger),
      random_(schedule.seed),
      endpoints_(world, random_.next(), ledger),
      clock_(world.start) {
  if (schedule.crashes) crash_chance_ = random_.pick<double>({0.002, 0.01, 0.05});
  daemon_ = std::make_unique<Daemon>(world_, directory_, endpoints_, ledger_, clock_.now());
}

void Run::play() {
  // From when absence counts.
  daemon_->look(clock_.now());
  daemon_->commit(clock_.now());
  while (clock_.now() < world_.end) {
    poll();
    // Between two looks only timers and deliveries go on.
    const Instant next =
        std::min(world_.end, clock_.now() + random_.range(milliseconds{1}, 2 * world_.pace));
    while (clock_.now() < next) {
      clock_.advance(std::min(next - clock_.now(), random_.range(milliseconds{1}, seconds{20})));
      daemon_->deliver(clock_.now());
      daemon_->advance(clock_.now());
      if (perhaps_crash(crash_chance_ / 4)) break;
      perhaps_commit();
    }
    if (random_.chance(0.005)) clock_.advance(random_.range(minutes{1}, minutes{10}));  // it sleeps
  }
  finish();
  drain();
}

void Run::poll() {
  daemon_->look(clock_.now());
  if (perhaps_crash(crash_chance_)) return;
  if (!read_all()) return;
  daemon_->look(clock_.now());
  if (!perhaps_crash(crash_chance_)) perhaps_commit();
}

// false: it crashed, or left something for the next time.
bool Run::read_all() {
  const Instant now = clock_.now();
  while (daemon_->has_unread(now)) {
    const auto stream = static_cast<std::size_t>(
        random_.range(0, static_cast<std::int64_t>(world_.streams.size()) - 1));
    if (!daemon_->read(stream, random_.pick<std::size_t>({1, 1, 3, 100}), now)) continue;
    if (perhaps_crash(crash_chance_) || perhaps_commit()) return false;
    if (random_.chance(0.02)) return false;
  }
  return true;
}

// Everything that was written is read and judged, and committed: the same in every run.
void Run::finish() {
  clock_.set(world_.end + hours{3});
  daemon_->look(clock_.now());
  for (std::size_t i = 0; i < world_.streams.size(); ++i)
    while (daemon_->read(i, 100, clock_.now())) {
    }
  daemon_->look(clock_.now());
  daemon_->commit(clock_.now());
}

void Run::drain() {
  const Instant limit = clock_.now() + kGiveUp;
  while (clock_.now() < limit && (daemon_->plan().pending() > 0 || daemon_->has_pending())) {
    const Instant next = std::min(daemon_->plan().next_due(), endpoints_.next_answer());
    clock_.set(std::clamp(next, clock_.now() + milliseconds{1}, clock_.now() + minutes{10}));
    daemon_->deliver(clock_.now());
    if (!perhaps_crash(crash_chance_ / 10)) perhaps_commit();
  }
  // No crash any more: what is known is written down.
  if (daemon_->has_pending()) daemon_->commit(clock_.now());
}

// As daemon/core_loop: at once for a transition, else some time. true: it died of it.
bool Run::perhaps_commit() {
  if (!daemon_->has_pending()) return false;
  if (!daemon_->is_urgent() && !random_.chance(0.4)) return false;
  const bool dies = random_.chance(crash_chance_);
  daemon_->commit(clock_.now(), dies);
  if (dies) crash(random_.range(milliseconds{100}, minutes{1}));
  return dies;
}

bool Run::perhaps_crash(double chance) {
  if (!random_.chance(chance)) return false;
  crash(random_.chance(0.8) ? random_.range(milliseconds{100}, seconds{10})
                            : random_.range(minutes{1}, minutes{90}));
  return true;
}

void Run::crash(Duration downtime) {
  ++ledger_.crashes;
  ledger_.trace(std::to_string(to_ms(clock_.now())) + " crash");
  daemon_.reset();
  endpoints_.connections_die();
  for (auto& [id, parcel] : ledger_.parcels) {
    parcel.delivered = parcel.delivered && parcel.settled;
    parcel.ended = parcel.settled;
  }
  clock_.advance(downtime);
  daemon_ = std::make_unique<Daemon>(world_, directory_, endpoints_, ledger_, clock_.now());
}

}  // namespace tocsin::sim
