// SPDX-License-Identifier: Apache-2.0
// State rows, out and in: docs/state-format.md, section "Engine rows".
#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include "rules/alarm/reason.hpp"
#include "rules/engine/alarm_row.hpp"
#include "rules/engine/row_codec.hpp"
#include "rules/engine/state.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

constexpr char kPart = '\x1f';

std::string join(std::string_view a, std::string_view b) {
  return std::string(a).append(1, kPart).append(b);
}

template <class Number>
std::string row_of(const KeyEntry& e, Number number) {
  return join(join(e.book->spec->name, e.id), std::to_string(number));
}

// "a \x1f b" at the first separator; names of alarms, groups and keys' canonical JSON hold none.
std::pair<std::string, std::string> split(std::string_view id) {
  const std::size_t at = std::min(id.find(kPart), id.size());
  return {std::string(id.substr(0, at)), std::string(id.substr(std::min(at + 1, id.size())))};
}

std::int64_t number_of(std::string_view text) {
  std::int64_t out = -1;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::string encode_key(const KeyEntry& e) {
  RowWriter out;
  out.byte(1);
  out.number(e.key.size());
  for (const auto& [name, value] : e.key) {
    out.text(name);
    out.text(value);
  }
  out.flag(e.told);
  out.flag(e.since.has_value());
  out.instant(e.since.value_or(kNoTime));
  out.instant(e.last_sample);
  out.number(e.events_total);
  out.text(e.machine->encode());
  return out.take();
}

std::string encode_group(const GroupState& g) {
  RowWriter out;
  out.byte(1);
  out.instant(g.watermark.watermark());
  return out.take();
}

}  // namespace

void Engine::State::mark_dirty(AlarmBook& book) {
  if (std::exchange(book.listed, true)) return;
  book.dirty_place = static_cast<std::uint32_t>(dirty_books.size());
  dirty_books.push_back(&book);
}

void Engine::State::mark_dirty(KeyEntry& entry) {
  entry.dirty = true;
  if (std::exchange(entry.listed, true)) return;
  entry.dirty_place = static_cast<std::uint32_t>(dirty_keys.size());
  dirty_keys.push_back(&entry);
}

void Engine::State::forget_cells(KeyEntry& e) {
  if (e.short_form == nullptr) return;
  e.short_form->samples().numbers([&](std::uint64_t n) {
    gone_rows.push_back({"cells", row_of(e, n), std::nullopt});
  });
  e.short_form->samples().value_times([&](Instant t) {
    gone_rows.push_back({"cell-values", row_of(e, to_ms(t)), std::nullopt});
  });
}

void Engine::State::forget_rows(KeyEntry& e) {
  forget_cells(e);
  e.evidence.stored_slots([&](std::size_t slot) {
    gone_rows.push_back({"evidence", row_of(e, slot), std::nullopt});
  });
  gone_rows.push_back({"key", join(e.book->spec->name, e.id), std::nullopt});
  if (std::exchange(e.overlay_stored, false))
    gone_rows.push_back({"shown", join(e.book->spec->name, e.id), std::nullopt});
  removed_keys.emplace_back(e.book->spec->name, e.key);
}

// Before a book takes another name: all of it is written anew under that.
void Engine::State::forget_rows(AlarmBook& book) {
  gone_rows.push_back({"alarm", book.spec->name, std::nullopt});
  if (book.whole) removed_keys.emplace_back(book.spec->name, AlarmKey{});
  for (const auto& [id, e] : book.keys()) {
    forget_rows(*e);
    if (e->short_form != nullptr) e->short_form->samples().rewrite();
    e->evidence.rewrite();
    e->stored_hash = 0;
  }
}

void Engine::State::forget_rows(const std::string& name, GroupState& group) {
  gone_rows.push_back({"group", name, std::nullopt});
  for (const auto& [stream, s] : group.watermark.streams())
    gone_rows.push_back({"stream", join(name, stream), std::nullopt});
  group.defaults.forget(kNever);
  group.defaults.collect(name, gone_rows);
}

void Engine::State::remove_key(KeyEntry& entry) {
  forget_rows(entry);
  unwatch_series(entry);
  if (entry.listed) dirty_keys[entry.dirty_place] = nullptr;
  entry.book->take(entry.id);
}

void Engine::State::collect_key(KeyEntry& e, StateDelta& out) {
  e.listed = false;
  if (std::exchange(e.status_dirty, false)) out.alarms.push_back(status_of(e));
  if (!std::exchange(e.dirty, false)) return;
  if (e.overlay) {
    const std::string id = join(e.book->spec->name, e.id);
    if (!e.overlay->is_plain())
      out.rows.push_back({"shown", id, e.overlay->encode()});
    else if (e.overlay_stored)
      out.rows.push_back({"shown", id, std::nullopt});
    e.overlay_stored = !e.overlay->is_plain();
    if (!e.overlay_stored) e.overlay.reset();
  }
  std::string row = encode_key(e);
  const std::uint64_t hash = std::hash<std::string>{}(row) | 1U;
  if (hash != std::exchange(e.stored_hash, hash))
    out.rows.push_back({"key", join(e.book->spec->name, e.id), std::move(row)});
  if (e.short_form != nullptr) {
    e.short_form->samples().collect(
        [&](std::uint64_t n, std::string bytes) {
          out.rows.push_back({"cells", row_of(e, n), std::move(bytes)});
        },
        [&](std::uint64_t n) {
          out.rows.push_back({"cells", row_of(e, n), std::nullopt});
        });
    e.short_form->samples().collect_values(
        [&](Instant t, std::string bytes) {
          out.rows.push_back({"cell-values", row_of(e, to_ms(t)), std::move(bytes)});
        },
        [&](Instant t) {
          out.rows.push_back({"cell-values", row_of(e, to_ms(t)), std::nullopt});
        });
  }
  e.evidence.collect(
      e.book->spec->evidence,
      [&](std::size_t slot, std::string bytes) {
        out.rows.push_back({"evidence", row_of(e, slot), std::move(bytes)});
      },
      [&](std::size_t slot) {
        out.rows.push_back({"evidence", row_of(e, slot), std::nullopt});
      });
}

void Engine::State::collect_book(AlarmBook& book, StateDelta& out) {
  book.listed = false;
  if (book.whole && std::exchange(book.whole->dirty, false))
    out.alarms.push_back(book.whole->status);
  if (!std::exchange(book.dirty, false)) return;
  RowWriter row;
  row.text(encode_alarm(*book.spec));
  row.text(*book.datapoints);
  out.rows.push_back({"alarm", book.spec->name, row.take()});
}

void Engine::State::collect_group(const std::string& name, GroupState& group, StateDelta& out) {
  for (const auto& [id, time] : group.repeats.take_new()) out.seen.push_back({name, id, time});
  if (group.repeats.floor() >= group.stored_floor + hours{1}) {
    group.stored_floor = group.repeats.floor();
    out.seen_floor.emplace_back(name, group.stored_floor);
  }
  group.defaults.collect(name, out.rows);
  for (const std::string& stream : group.watermark.take_retired())
    out.rows.push_back({"stream", join(name, stream), std::nullopt});
  for (const std::string& stream : std::exchange(group.dirty_streams, {})) {
    const auto s = group.watermark.streams().find(stream);
    if (s != group.watermark.streams().end())
      out.rows.push_back({"stream", join(name, stream), s->second.encode()});
  }
  if (std::exchange(group.dirty, false)) out.rows.push_back({"group", name, encode_group(group)});
}

void Engine::State::collect(StateDelta& out) {
  std::move(gone_rows.begin(), gone_rows.end(), std::back_inserter(out.rows));
  gone_rows.clear();
  for (auto& [name, key] : std::exchange(removed_keys, {})) {
    const auto book = books.find(name);
    const bool whole = book != books.end() && book->second->whole && key.empty();
    // Gone and come again since the last time: its status is written, not removed.
    if (book == books.end() || (!whole && book->second->find(canonical_key(key)) == nullptr))
      out.removed.emplace_back(name, std::move(key));
  }
  for (auto& [name, group] : groups) collect_group(name, *group, out);
  for (AlarmBook* book : std::exchange(dirty_books, {})) {
    if (book == nullptr) continue;
    if (options.replay) book->dirty = false;  // no store would take the row of its definition
    collect_book(*book, out);
  }
  if (std::exchange(metrics_dirty, false))
    for (const auto& [name, made_of] : metric_datapoints)
      out.rows.push_back({"metric", name, *made_of});
  for (KeyEntry* entry : dirty_keys)
    if (entry != nullptr) collect_key(*entry, out);
  dirty_keys.clear();
  store.collect(out.rows);
  desk.collect(out.rows);
  out.next_sequence = next_sequence;
}

bool Engine::State::restore_group_row(const StateRow& row) {
  const auto [name, rest] = split(row.id);
  const auto at = groups.find(name);
  if (at == groups.end()) return false;
  GroupState& group = *at->second;
  if (row.kind == "minutes") return group.defaults.restore(number_of(rest), *row.value);
  if (row.kind == "stream") return group.watermark.streams()[rest].decode(*row.value);
  RowReader in(*row.value);
  if (in.byte() != 1) return false;
  const Instant w = in.instant();
  if (!in.ok()) return false;
  group.watermark.restore(w);
  return true;
}

// The alarm that a row is of, shared with the rules if they still have it as it was, as they mostly
// do: a start then keeps no second one of each, nor looks any further whether it was edited.
std::shared_ptr<const Alarm> Engine::State::restore_alarm(const std::string& name,
                                                          std::string_view text) const {
  std::optional<Alarm> alarm = decode_alarm(text);
  if (!alarm || alarm->name != name) return nullptr;
  const Alarm* const ruled = alarm_index->alarm(name);
  if (ruled != nullptr && is_same_row(*alarm, *ruled)) return {rules, ruled};
  return std::make_shared<const Alarm>(*std::move(alarm));
}

// Alarms on one metric share what its datapoints are made of.
std::shared_ptr<const std::string> Engine::State::restore_datapoints(const Alarm& alarm,
                                                                     std::string text) const {
  const auto known = metric_datapoints.find(metric_of(alarm));
  if (known != metric_datapoints.end() && *known->second == text) return known->second;
  return std::make_shared<const std::string>(std::move(text));
}

bool Engine::State::restore_alarm_row(const StateRow& row) {
  RowReader in(*row.value);
  const std::string text = in.text();
  std::string datapoints = in.text();
  std::shared_ptr<const Alarm> alarm = in.ok() ? restore_alarm(row.id, text) : nullptr;
  if (!alarm) return false;
  std::unique_ptr<AlarmBook>& book = books[row.id];
  book = std::make_unique<AlarmBook>();
  configure(*book, std::move(alarm));
  book->datapoints = restore_datapoints(*book->spec, std::move(datapoints));
  return true;
}

bool Engine::State::restore_key_row(const StateRow& row) {
  const auto [name, id] = split(row.id);
  const auto book = books.find(name);
  RowReader in(*row.value);
  if (book == books.end() || in.byte() != 1) return false;
  auto entry = std::make_unique<KeyEntry>();
  entry->book = book->second.get();
  entry->key.resize(in.count(2));
  for (auto& [part, value] : entry->key) {
    part = in.text();
    value = in.text();
  }
  entry->id = canonical_key(entry->key);
  entry->told = in.flag();
  const bool changed = in.flag();
  const Instant since = in.instant();
  if (changed) entry->since = since;
  entry->last_sample = in.instant();
  entry->events_total = in.number();
  const std::string machine = in.text();
  if (!in.ok() || entry->id != id) return false;
  make_machine(*book->second, *entry, kNoTime);
  const Instant w = watermark_of(clock_for(groups_of(*book->second->spec)));
  if (!entry->machine->decode(machine, w)) return false;
  entry->stored_hash = std::hash<std::string>{}(*row.value) | 1U;
  AlarmStatus status;
  status.state_since = since;
  entry->status.set(status);
  entry->dirty = entry->status_dirty = false;
  book->second->insert(std::move(entry));
  return true;
}

bool Engine::State::restore_part_row(const StateRow& row) {
  const auto [name, rest] = split(row.id);
  const auto [id, number] = split(rest);
  const auto book = books.find(name);
  KeyEntry* entry = book == books.end() ? nullptr : book->second->find(id);
  const std::int64_t n = number_of(number);
  if (entry == nullptr) return false;
  if (row.kind == "cell-values")
    return entry->short_form != nullptr &&
           entry->short_form->samples().restore_values(instant_from_ms(n), *row.value);
  if (n < 0) return false;
  if (row.kind == "evidence") {
    const bool sound = entry->evidence.restore(static_cast<std::size_t>(n), *row.value, &restored);
    arrivals = std::max(arrivals, entry->evidence.newest_arrival());
    return sound;
  }
  return entry->short_form != nullptr &&
         entry->short_form->samples().restore_chunk(static_cast<std::uint64_t>(n), *row.value);
}

// Rows of one kind stand on those of the kinds before it.
void Engine::State::restore(const StateImage& image, Recorder& to) {
  build_groups(*rules);
  using Step = std::pair<std::vector<std::string_view>, bool (State::*)(const StateRow&)>;
  const std::vector<Step> steps{{{"group", "stream", "minutes"}, &State::restore_group_row},
                                {{"metric"}, &State::restore_metric_row},
                                {{"series", "default"}, &State::restore_series_row},
                                {{"values"}, &State::restore_series_row},
                                {{"alarm"}, &State::restore_alarm_row},
                                {{"key"}, &State::restore_key_row},
                                {{"cells", "evidence"}, &State::restore_part_row},
                                {{"cell-values"}, &State::restore_part_row},
                                {{"shown"}, &State::restore_shown_row},
                                {{"actions", "switch", "silence"}, &State::restore_action_row}};
  for (const auto& [kinds, restore_row] : steps)
    for (const StateRow& row : image.rows) {
      if (std::find(kinds.begin(), kinds.end(), row.kind) == kinds.end()) continue;
      // Of something that is no more, or damaged: it must not come back with the next start.
      if (row.value && !(this->*restore_row)(row))
        gone_rows.push_back({row.kind, row.id, std::nullopt});
    }
  for (const SeenEvent& seen : image.seen) {
    const auto group = groups.find(seen.log_group);
    if (group != groups.end()) group->second->repeats.restore(seen.id, seen.time);
  }
  for (const AlarmStatus& status : image.alarms) {
    const auto book = books.find(status.alarm);
    if (book != books.end() && book->second->whole && status.key.empty()) {
      book->second->whole->status = status;
      book->second->whole->dirty = false;
    }
    KeyEntry* entry = book == books.end() ? nullptr : book->second->find(canonical_key(status.key));
    if (entry != nullptr && entry->state() == status.state) entry->status.set(status);
  }
  restored.clear();
  for (auto& [name, book] : books) restore_whole(*book);
  for (auto& [name, clock] : clocks) clock->watermark = watermark_of(*clock);
  for (auto& [name, group] : groups) {
    group->watermark.restarted(to.now());
    const std::string& input = group->spec.input;
    group->listens_anew = input == "stdin" || input == "http" || input == "syslog";
  }
  reconcile(rules, alarm_index, to);
}

// An older version stored no state of the whole: it is what its keys say, and news to nobody.
void Engine::State::restore_whole(AlarmBook& book) {
  if (!book.whole || !book.whole->dirty) return;
  mark_dirty(book);
  const AlarmBook::Contributors now = book.contributors();
  book.whole->status.state = book.overall();
  if (now.all > 0) book.whole->status.reason = contributors_reason(now.red, now.all);
}

bool Engine::State::restore_metric_row(const StateRow& row) {
  metric_datapoints[row.id] = std::make_shared<const std::string>(*row.value);
  metrics_dirty = false;
  return true;
}

bool Engine::State::restore_shown_row(const StateRow& row) {
  KeyEntry* entry = find_key(split(row.id));
  if (entry == nullptr) return false;
  entry->overlay = std::make_unique<StateOverlay>();
  entry->overlay_stored = entry->overlay->decode(*row.value);
  if (!entry->overlay_stored) entry->overlay.reset();
  entry->book->settle(*entry);  // it was counted without
  return entry->overlay_stored;
}

bool Engine::State::restore_action_row(const StateRow& row) { return desk.restore(row); }

bool Engine::State::restore_series_row(const StateRow& row) { return store.restore(row); }

}  // namespace tocsin
