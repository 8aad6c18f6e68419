// SPDX-License-Identifier: Apache-2.0
#include "sim/daemon.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "rules/message/notification_json.hpp"

namespace tocsin::sim {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error("store: " + result.error().text);
  return std::move(*result);
}

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

std::unique_ptr<Store> open_store(const std::string& directory) {
  StoreOptions options;
  options.durability = Durability::normal;  // what a power cut leaves is tested with the store
  options.reserve_bytes = 4096;
  return must(Store::open(directory, options));
}

std::vector<Endpoint> all_endpoints(const World& world) {
  std::vector<Endpoint> all;
  for (const auto& [topic, endpoints] : world.endpoints)
    all.insert(all.end(), endpoints.begin(), endpoints.end());
  return all;
}

}  // namespace

Daemon::Daemon(const World& world, const std::string& directory, Endpoints& endpoints,
               Ledger& ledger, Instant now)
    : world_(world), servers_(endpoints), ledger_(ledger), store_(open_store(directory)) {
  EngineOptions options;
  options.restore_follows = true;
  engine_ = std::make_unique<Engine>(world.rules, now, options);
  Effects effects;
  for (const StateRow& row : engine_->restore(must(store_->load()), now, effects))
    ledger_.fault("store", "cannot read its row " + row.kind + " " + row.id);
  gather(std::move(effects));
  restore_positions();
  plan_.set_endpoints(all_endpoints(world), now);
  push(must(store_->outbox()), now);
  commit(now);
}

void Daemon::restore_positions() {
  next_.assign(world_.streams.size(), 0);
  for (const auto& [group, positions] : must(store_->positions()))
    for (const PositionUpdate& p : positions)
      for (std::size_t i = 0; i < next_.size(); ++i)
        if (world_.streams[i].group == group && world_.streams[i].name == p.name)
          next_[i] = std::stoul(p.value.value());
}

std::size_t Daemon::visible(std::size_t index, Instant now) const {
  const auto& lines = world_.streams[index].lines;
  const auto hidden = std::partition_point(lines.begin(), lines.end(),
                                           [&](const Line& l) { return l.written <= now; });
  return static_cast<std::size_t>(hidden - lines.begin());
}

bool Daemon::is_readable(std::size_t index, Instant now) const {
  for (const auto& [from, to] : world_.streams[index].unreadable)
    if (now >= from && now < to) return false;
  return visible(index, now) > next_[index];
}

bool Daemon::has_unread(Instant now) const {
  for (std::size_t i = 0; i < next_.size(); ++i)
    if (is_readable(i, now)) return true;
  return false;
}

void Daemon::look(Instant now) {
  for (const LogGroup& group : world_.rules->log_groups) {
    LookReport report{group.name, now, {}, {}};
    for (std::size_t i = 0; i < next_.size(); ++i) {
      const Stream& stream = world_.streams[i];
      const std::size_t here = visible(i, now);
      if (stream.group != group.name || here == 0) continue;
      StreamLook look{stream.name, here > next_[i], {}};
      if (next_[i] == 0 && stream.lines[0].time != kNoTime) look.first = stream.lines[0].time;
      report.streams.push_back(look);
    }
    Effects effects;
    engine_->look(report, now, effects);
    if (!effects.empty()) gather(std::move(effects));
  }
}

bool Daemon::read(std::size_t index, std::size_t most, Instant now) {
  if (!is_readable(index, now)) return false;
  const std::size_t count = std::min(most, visible(index, now) - next_[index]);
  MatchBatch batch = batch_of(index, count, now);
  next_[index] += count;
  Effects effects;
  engine_->apply(batch, now, effects);
  append(pending_.positions, batch.positions);
  gather(std::move(effects));
  return true;
}

MatchBatch Daemon::batch_of(std::size_t index, std::size_t count, Instant now) const {
  const Stream& stream = world_.streams[index];
  MatchBatch batch;
  batch.rules = world_.rules;
  batch.log_group = stream.group;
  batch.stream = batch.source = stream.name;
  batch.read_at = batch.source_time = now;
  batch.more_unread = visible(index, now) > next_[index] + count;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t position = next_[index] + i;
    batch.add_event(stream.lines[position].time);
    MatchedEvent event = matched(stream, static_cast<std::uint32_t>(i), position);
    if (!event.samples.empty()) batch.matches.push_back(std::move(event));
  }
  batch.positions.push_back({stream.group, stream.name, std::to_string(next_[index] + count)});
  return batch;
}

MatchedEvent Daemon::matched(const Stream& stream, std::uint32_t index,
                             std::size_t position) const {
  const Line& line = stream.lines[position];
  MatchedEvent event{
      index, position, "{\"line\":" + std::to_string(position) + "}", line.event_id, {}};
  for (std::uint32_t f = 0; f < world_.rules->filters.size(); ++f) {
    const MetricFilter& filter = world_.rules->filters[f];
    if (filter.log_group != stream.group || (line.kind >> f & 1U) == 0) continue;
    Sample sample{f, line.value, {}};
    if (!filter.dimensions.empty())
      sample.dimensions.push_back(line.key.empty() ? std::nullopt : std::optional(line.key));
    event.samples.push_back(std::move(sample));
  }
  return event;
}

void Daemon::advance(Instant now) {
  Effects effects;
  engine_->advance(now, effects);
  if (!effects.empty()) gather(std::move(effects));
}

void Daemon::gather(Effects effects) {
  append(pending_.transitions, effects.transitions);
  append(pending_.notifications, effects.notifications);
  append(pending_.history, effects.history);
  pending_any_ = true;
}

void Daemon::commit(Instant now, bool and_die) {
  engine_->collect(pending_.state);
  pending_.now = now;
  for (const Notification& n : pending_.notifications) {
    auto& targets = pending_.endpoints.emplace_back();
    for (const Endpoint& e : world_.endpoints.at(n.topic)) targets.emplace_back(e.id, e.label);
  }
  const std::vector<OutboxEntry> entries = must(store_->commit(pending_));
  ++ledger_.commits;
  for (const Transition& t : pending_.transitions) ledger_.trace(text_of(t) + " " + t.id);
  append(ledger_.transitions, pending_.transitions);
  append(ledger_.notifications, pending_.notifications);
  for (const OutboxEntry& e : entries) ledger_.parcels[e.id].entry = e;
  for (const DeliveryRecord& record : pending_.deliveries) settle(record);
  pending_ = Commit{};
  pending_any_ = false;
  if (!and_die) push(entries, now);
}

void Daemon::settle(const DeliveryRecord& record) {
  if (record.fate == DeliveryRecord::Fate::retry) return;
  ledger_.parcels.at(record.outbox_id).settled = true;
}

void Daemon::push(const std::vector<OutboxEntry>& entries, Instant now) {
  for (const OutboxEntry& entry : entries) plan_.push(entry, now);
}

void Daemon::deliver(Instant now) {
  for (const Endpoints::Answer& a : servers_.answers(now))
    plan_.on_outcome(a.outbox_id, a.delivery, a.status, now);
  note_reports();
  for (const DueAttempt& due : plan_.take_due(now)) {
    const auto text = store_->notification(due.outbox_id);
    const auto message = text ? notification_from_json(*text) : text.error();
    if (!message || message->message_id != ledger_.parcels.at(due.outbox_id).entry.message_id)
      ledger_.fault("text-lost", "outbox id " + std::to_string(due.outbox_id));
    servers_.attempt(due, now);
  }
  note_reports();
}

void Daemon::note_reports() {
  for (DeliveryReport& report : plan_.take_reports()) {
    Parcel& parcel = ledger_.parcels.at(report.record.outbox_id);
    parcel.ended = report.record.fate != DeliveryRecord::Fate::retry;
    parcel.delivered = report.record.fate == DeliveryRecord::Fate::delivered;
    pending_.deliveries.push_back(std::move(report.record));
    pending_any_ = true;
  }
}

}  // namespace tocsin::sim
