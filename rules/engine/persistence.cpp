// SPDX-License-Identifier: Apache-2.0
// State rows, out: docs/state-format.md, section "Engine rows". In: engine/restoring.cpp.
#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "rules/engine/alarm_row.hpp"
#include "rules/engine/row_codec.hpp"
#include "rules/engine/row_id.hpp"
#include "rules/engine/state.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

template <class Number>
std::string row_of(const KeyEntry& e, Number number) {
  return join_row_id(join_row_id(e.book->spec->name, e.id()), std::to_string(number));
}

std::string encode_key(const KeyEntry& e) {
  RowWriter out;
  out.byte(1);
  out.number(e.key().size());
  for (const auto& [name, value] : e.key()) {
    out.text(name);
    out.text(value);
  }
  out.flag(e.told);
  out.flag(e.since().has_value());
  out.instant(e.since().value_or(kNoTime));
  out.instant(e.last_sample());
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
  if (e.short_form() == nullptr) return;
  e.short_form()->samples().numbers([&](std::uint64_t n) {
    gone_rows.push_back({"cells", row_of(e, n), std::nullopt});
  });
  e.short_form()->samples().value_times([&](Instant t) {
    gone_rows.push_back({"cell-values", row_of(e, to_ms(t)), std::nullopt});
  });
}

void Engine::State::forget_rows(KeyEntry& e) {
  forget_cells(e);
  e.evidence.stored_slots([&](std::size_t slot) {
    gone_rows.push_back({"evidence", row_of(e, slot), std::nullopt});
  });
  gone_rows.push_back({"key", join_row_id(e.book->spec->name, e.id()), std::nullopt});
  if (std::exchange(e.overlay_stored, false))
    gone_rows.push_back({"shown", join_row_id(e.book->spec->name, e.id()), std::nullopt});
  removed_keys.emplace_back(e.book->spec->name, e.key());
}

// Before a book takes another name: all of it is written anew under that.
void Engine::State::forget_rows(AlarmBook& book) {
  gone_rows.push_back({"alarm", book.spec->name, std::nullopt});
  if (book.whole) removed_keys.emplace_back(book.spec->name, AlarmKey{});
  for (const auto& [id, e] : book.keys()) {
    forget_rows(*e);
    if (e->short_form() != nullptr) e->short_form()->samples().rewrite();
    e->evidence.rewrite();
    e->stored_hash = 0;
  }
}

void Engine::State::forget_rows(const std::string& name, GroupState& group) {
  gone_rows.push_back({"group", name, std::nullopt});
  for (const auto& [stream, s] : group.watermark.streams())
    gone_rows.push_back({"stream", join_row_id(name, stream), std::nullopt});
  group.defaults.forget(kNever);
  group.defaults.collect(name, gone_rows);
}

void Engine::State::remove_key(KeyEntry& entry) {
  forget_rows(entry);
  unwatch_series(entry);
  if (entry.listed) dirty_keys[entry.dirty_place] = nullptr;
  entry.book->take(entry.id());
}

void Engine::State::collect_key(KeyEntry& e, StateDelta& out) {
  e.listed = false;
  if (std::exchange(e.status_dirty, false)) out.alarms.push_back(status_of(e));
  if (!std::exchange(e.dirty, false)) return;
  if (e.overlay) {
    const std::string id = join_row_id(e.book->spec->name, e.id());
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
    out.rows.push_back({"key", join_row_id(e.book->spec->name, e.id()), std::move(row)});
  if (e.short_form() != nullptr) {
    e.short_form()->samples().collect(
        [&](std::uint64_t n, std::string bytes) {
          out.rows.push_back({"cells", row_of(e, n), std::move(bytes)});
        },
        [&](std::uint64_t n) {
          out.rows.push_back({"cells", row_of(e, n), std::nullopt});
        });
    e.short_form()->samples().collect_values(
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
    out.rows.push_back({"stream", join_row_id(name, stream), std::nullopt});
  for (const std::string& stream : std::exchange(group.dirty_streams, {})) {
    const auto s = group.watermark.streams().find(stream);
    if (s != group.watermark.streams().end())
      out.rows.push_back({"stream", join_row_id(name, stream), s->second.encode()});
  }
  if (std::exchange(group.dirty, false)) out.rows.push_back({"group", name, encode_group(group)});
}

void Engine::State::collect(StateDelta& out) {
  std::move(gone_rows.begin(), gone_rows.end(), std::back_inserter(out.rows));
  gone_rows.clear();
  for (auto& [name, key] : std::exchange(removed_keys, {})) {
    const AlarmBook* const book = books.find(name);
    const bool whole = book != nullptr && book->whole && key.empty();
    // Gone and come again since the last time: its status is written, not removed.
    if (book == nullptr || (!whole && book->find(canonical_key(key)) == nullptr))
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

}  // namespace tocsin
