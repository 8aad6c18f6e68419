// SPDX-License-Identifier: Apache-2.0
// State rows, in: docs/state-format.md, section "Engine rows". Out: engine/persistence.cpp.
#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include "rules/alarm/reason.hpp"
#include "rules/engine/alarm_row.hpp"
#include "rules/engine/row_codec.hpp"
#include "rules/engine/row_id.hpp"
#include "rules/engine/state.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

std::int64_t number_of(std::string_view text) {
  std::int64_t out = -1;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

}  // namespace

bool Engine::State::restore_group_row(const StateRow& row) {
  const auto [name, rest] = split_row_id(row.id);
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
Shared<std::string> Engine::State::restore_datapoints(const Alarm& alarm, std::string text) const {
  const auto known = metric_datapoints.find(metric_of(alarm));
  if (known != metric_datapoints.end() && known->second == text) return known->second;
  return text;
}

bool Engine::State::restore_alarm_row(const StateRow& row) {
  RowReader in(*row.value);
  const std::string text = in.text();
  std::string datapoints = in.text();
  std::shared_ptr<const Alarm> alarm = in.ok() ? restore_alarm(row.id, text) : nullptr;
  const bool is_sound = alarm != nullptr;
  // The states of its keys are worth more than to know whether it was edited meanwhile.
  if (const Alarm* ruled = alarm_index->alarm(row.id); !is_sound && ruled != nullptr)
    alarm = {rules, ruled};
  if (!alarm || books.contains(alarm->name)) return false;
  auto book = std::make_unique<AlarmBook>();
  configure(*book, std::move(alarm));
  if (is_sound) {
    book->datapoints = restore_datapoints(*book->spec, std::move(datapoints));
  } else {
    book->datapoints = datapoints_of_alarm(*book->spec);
    book->dirty = true;
    mark_dirty(*book);
  }
  books.insert(std::move(book));
  return is_sound;
}

bool Engine::State::restore_key_row(const StateRow& row) {
  const auto [name, id] = split_row_id(row.id);
  AlarmBook* const book = books.find(name);
  RowReader in(*row.value);
  if (book == nullptr || in.byte() != 1) return false;
  auto entry = std::make_unique<KeyEntry>();
  entry->book = book;
  AlarmKey key(in.count(2));
  for (auto& [part, value] : key) {
    part = in.text();
    value = in.text();
  }
  entry->set_key(std::move(key));
  entry->told = in.flag();
  const bool changed = in.flag();
  const Instant since = in.instant();
  if (changed) entry->changed_at = since;
  entry->set_last_sample(in.instant());
  entry->events_total = in.number();
  const std::string machine = in.text();
  if (!in.ok() || entry->id() != id) return false;
  make_machine(*book, *entry, kNoTime);
  const Instant w = watermark_of(clock_for(groups_of(*book->spec)));
  if (!entry->machine->decode(machine, w)) return false;
  entry->stored_hash = std::hash<std::string>{}(*row.value) | 1U;
  AlarmStatus status;
  status.state_since = since;
  entry->keep_status(status);
  entry->dirty = entry->status_dirty = false;
  book->insert(std::move(entry));
  return true;
}

bool Engine::State::restore_part_row(const StateRow& row) {
  const auto [name, rest] = split_row_id(row.id);
  const auto [id, number] = split_row_id(rest);
  KeyEntry* const entry = find_key({name, id});
  const std::int64_t n = number_of(number);
  if (entry == nullptr) return false;
  if (row.kind == "cell-values")
    return entry->short_form() != nullptr &&
           entry->short_form()->samples().restore_values(instant_from_ms(n), *row.value);
  if (n < 0) return false;
  if (row.kind == "evidence") {
    const bool sound = entry->evidence.restore(static_cast<std::size_t>(n), *row.value, &restored);
    arrivals = std::max(arrivals, entry->evidence.newest_arrival());
    return sound;
  }
  return entry->short_form() != nullptr &&
         entry->short_form()->samples().restore_chunk(static_cast<std::uint64_t>(n), *row.value);
}

// Rows of one kind stand on those of the kinds before it.
std::vector<StateRow> Engine::State::restore_rows(const StateImage& image) {
  const std::vector<StateRow>& rows = image.rows;
  using Step = std::pair<std::vector<std::string_view>, bool (State::*)(const StateRow&)>;
  const std::vector<Step> steps{{{"stream", "minutes"}, &State::restore_group_row},
                                {{"group"}, &State::restore_group_row},
                                {{"metric"}, &State::restore_metric_row},
                                {{"series", "default"}, &State::restore_series_row},
                                {{"values"}, &State::restore_series_row},
                                {{"alarm"}, &State::restore_alarm_row},
                                {{"key"}, &State::restore_key_row},
                                {{"cells", "evidence"}, &State::restore_part_row},
                                {{"cell-values"}, &State::restore_part_row},
                                {{"shown"}, &State::restore_shown_row},
                                {{"actions", "switch", "silence"}, &State::restore_action_row}};
  StatesTold told;  // made when it is needed
  std::vector<StateRow> unreadable;
  for (const auto& [kinds, restore_row] : steps)
    for (const StateRow& row : rows) {
      if (std::find(kinds.begin(), kinds.end(), row.kind) == kinds.end()) continue;
      if (!row.value || (this->*restore_row)(row)) continue;
      // It must not come back with the next start.
      gone_rows.push_back({row.kind, row.id, std::nullopt});
      if (!has_owner(row)) continue;
      unreadable.push_back(gone_rows.back());
      if (row.kind == "group") regain_watermark(*groups.at(row.id));
      if (row.kind != "key" && row.kind != "shown") continue;
      if (told.empty()) told = states_told(image);
      row.kind == "key" ? assume_told(row, told) : show_told(row, told);
    }
  return unreadable;
}

// Without one it went with the rules that it was of, or with a row that is lost itself.
bool Engine::State::has_owner(const StateRow& row) const {
  const auto [name, rest] = split_row_id(row.id);
  if (row.kind == "group" || row.kind == "stream" || row.kind == "minutes")
    return groups.contains(name);
  if (row.kind == "key") return books.contains(name);
  if (row.kind == "cells" || row.kind == "cell-values" || row.kind == "evidence" ||
      row.kind == "shown")
    return find_key({name, split_row_id(rest).first}) != nullptr;
  return true;
}

std::vector<StateRow> Engine::State::restore(const StateImage& image, Recorder& to) {
  build_groups(*rules);
  std::vector<StateRow> unreadable = restore_rows(image);
  for (const SeenEvent& seen : image.seen) {
    const auto group = groups.find(seen.log_group);
    if (group != groups.end()) group->second->repeats.restore(seen.id, seen.time);
  }
  for (const AlarmStatus& status : image.alarms) {
    AlarmBook* const book = books.find(status.alarm);
    if (book != nullptr && book->whole && status.key.empty()) {
      book->whole->status = status;
      book->whole->dirty = false;
    }
    KeyEntry* entry = book == nullptr ? nullptr : book->find(canonical_key(status.key));
    if (entry != nullptr && entry->state() == status.state) entry->keep_status(status);
  }
  restored.clear();
  for (AlarmBook& book : books) restore_whole(book);
  for (auto& [name, clock] : clocks) clock->watermark = watermark_of(*clock);
  for (auto& [name, group] : groups) {
    group->watermark.restarted(to.now());
    const std::string& input = group->spec.input;
    group->listens_anew = input == "stdin" || input == "http" || input == "syslog";
  }
  reconcile(rules, alarm_index, to);
  judge_unreadable(unreadable, to);
  return unreadable;
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
  metric_datapoints[row.id] = *row.value;
  metrics_dirty = false;
  return true;
}

bool Engine::State::restore_shown_row(const StateRow& row) {
  KeyEntry* entry = find_key(split_row_id(row.id));
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
