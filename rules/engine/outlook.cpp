// SPDX-License-Identifier: Apache-2.0
// What people are shown of an evaluation that goes on.
#include <algorithm>

#include "rules/alarm/evaluate.hpp"
#include "rules/engine/state.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

// The short form's window, up to the newest sample or, if it has come further, the watermark.
std::vector<Datapoint> trailing_window(const KeyEntry& entry) {
  const Instant newest = entry.short_form()->samples().last_at(kNever).value_or(kNoTime);
  const Instant end = std::max(entry.book->clock->watermark, newest);
  if (end == kNoTime) return {};
  const Change now = entry.machine->present(end);
  return {{end - entry.book->short_spec->within, now.value, now.samples}};
}

}  // namespace

std::size_t Engine::held_actions() const { return state_->desk.held(); }

const Engine::EvaluationCounts& Engine::evaluations() const { return state_->evaluations; }

const Engine::KeysDropped& Engine::keys_dropped() const { return state_->keys_dropped; }

std::uint64_t Engine::series_refused() const { return state_->store.refused(); }

std::optional<Outlook> Engine::outlook(const std::string& alarm, const AlarmKey& key) const {
  const AlarmBook* const book = state_->books.find(alarm);
  const KeyEntry* entry = book == nullptr ? nullptr : book->find(canonical_key(key));
  const bool judged =
      entry != nullptr && (entry->long_form() != nullptr || entry->short_form() != nullptr);
  if (!judged) return std::nullopt;
  Outlook out;
  const Alarm& spec = *book->spec;
  out.datapoints =
      entry->long_form() != nullptr ? entry->long_form()->newest() : trailing_window(*entry);
  for (const Datapoint& p : out.datapoints) {
    out.breaching.push_back(p.value ? std::optional(is_breaching(spec, p)) : std::nullopt);
    const bool over =
        entry->long_form() != nullptr && p.start + spec.period <= entry->long_form()->closed();
    out.closed += over ? 1 : 0;
  }
  const Instant due = entry->machine->due();
  if (due == kNever) return out;
  Duration lateness{};
  for (const std::string& group : book->clock->groups)
    lateness = std::max(lateness, state_->groups.at(group)->spec.lateness);
  out.next_evaluation = due + lateness;
  return out;
}

}  // namespace tocsin
