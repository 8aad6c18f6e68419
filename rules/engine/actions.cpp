// SPDX-License-Identifier: Apache-2.0
// Actions by the wall clock, and what people ask for: limits, names, and whom it concerns.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "rules/engine/state.hpp"
#include "rules/message/names.hpp"
#include "tocsin/config_values.hpp"
#include "tocsin/suggest.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kWhoBytesMax = 255;
constexpr std::size_t kReasonBytesMax = 1023;
constexpr std::size_t kReasonDataBytesMax = 4000;
constexpr std::size_t kAlarmsMax = 100;  // as CloudWatch's DisableAlarmActions and mute targets
constexpr std::size_t kNameBytesMax = 255;
constexpr Duration kSilenceMax = days{366};

bool is_json(const std::string& text) { return nlohmann::json::accept(text); }

Error bad(std::string text) { return {"bad-request", std::move(text)}; }

// nothing: fine.
std::optional<Error> check_text(const std::string& text, const char* what, std::size_t least,
                                std::size_t most) {
  if (text.size() >= least && text.size() <= most) return std::nullopt;
  return bad(std::string(what) + " must have " + std::to_string(least) + " to " +
             std::to_string(most) + " bytes");
}

std::optional<Error> check_targets(const MuteTargets& targets) {
  if (targets.alarms.empty() && targets.tags.empty())
    return bad("a silence names alarms (\"*\" for all) or tags");
  if (targets.alarms.size() > kAlarmsMax || targets.tags.size() > kAlarmsMax)
    return bad("a silence names at most " + std::to_string(kAlarmsMax) + " alarms and tags");
  for (const std::string& name : targets.alarms)
    if (auto error = check_text(name, "an alarm's name", 1, kNameBytesMax)) return error;
  for (const auto& [name, value] : targets.tags)
    if (auto error = check_text(name + value, "a tag", 1, 2 * kNameBytesMax)) return error;
  return std::nullopt;
}

std::optional<Error> check_silence(const Silence& s, Instant now) {
  if (auto error = check_targets(s.targets)) return error;
  if (auto error = check_text(s.reason, "the reason", 1, kReasonBytesMax)) return error;
  if (s.until <= s.from || s.until <= now)
    return bad("a silence must end after it begins, and later than now");
  if (s.until - std::max(s.from, now) > kSilenceMax || s.from > now + kSilenceMax)
    return bad("a silence lasts at most " + format_duration(kSilenceMax));
  return std::nullopt;
}

}  // namespace

ActionDesk::Lookups Engine::State::action_lookups() {
  return {.facts = [this](const std::string& alarm) -> std::optional<ActionFacts> {
            const AlarmBook* const book = books.find(alarm);
            if (book == nullptr) return std::nullopt;
            return action_facts(*book->spec);
          },
          .events = [this](const ActionName& name, Instant at) -> std::vector<Evidence> {
            KeyEntry* entry = find_key(name);
            if (entry == nullptr) return {};
            return events_of(*entry, at);
          },
          .touched =
              [this](const ActionName& name) {
                KeyEntry* entry = find_key(name);
                if (entry == nullptr) return;
                entry->status_dirty = true;
                mark_dirty(*entry);
              }};
}

void Engine::State::run_wall(Instant now, Recorder& to) {
  // Replay goes from one event to the next; what waits in between ends when it ends, and reminders
  // and escalations are told when they are due.
  const auto next = [this] { return std::min(next_suppressor(), desk.next_due()); };
  for (Instant due; options.replay && (due = next()) < now;) {
    wall = std::max(wall, due);
    to.set_now(wall);
    run_suppressors(to);
    desk.advance(to);
  }
  wall = now;
  to.set_now(now);
  run_suppressors(to);
  desk.advance(to);
}

KeyEntry* Engine::State::find_key(const ActionName& name) const {
  const AlarmBook* const book = books.find(name.first);
  return book == nullptr ? nullptr : book->find(name.second);
}

AlarmStatus Engine::State::status_of(const KeyEntry& entry) const {
  AlarmStatus out = entry.kept_status();
  out.actions = desk.status_of({out.alarm, entry.id()}, action_facts(*entry.book->spec));
  if (entry.overlay) out.actions.set_by = entry.overlay->set_by();
  return out;
}

Result<std::vector<KeyEntry*>> Engine::State::find_keys(const AlarmName& name) const {
  const AlarmBook* const book = books.find(name.alarm);
  if (book == nullptr) {
    std::vector<std::string_view> names;
    for (const AlarmBook& known : books) names.push_back(known.spec->name);
    const std::string hint = did_you_mean(name.alarm, names);
    return Error{"not-found",
                 "there is no alarm \"" + name.alarm + "\"" + (hint.empty() ? "" : "; " + hint)};
  }
  std::vector<KeyEntry*> out;
  for (const auto& [id, entry] : book->keys())
    if (!name.key || entry->key() == *name.key) out.push_back(entry.get());
  if (out.empty() && name.key)
    return Error{"not-found", "alarm \"" + name.alarm + "\" has no key " + key_text(*name.key)};
  return out;
}

Result<OperatorAnswer> Engine::State::operate(const OperatorRequest& request, Recorder& to) {
  if (auto error = check_text(request.who, "who asks", 1, kWhoBytesMax)) return *error;
  return std::visit([&](const auto& what) { return operate(what, request.who, to); }, request.what);
}

// Until the next evaluation: the next minute of the watermark, or whenever the alarm is judged.
void Engine::State::set_state(KeyEntry& entry, const SetAlarmState& what, const std::string& who,
                              Recorder& to) {
  const Instant w = entry.book->clock->watermark;
  const Duration step = entry.long_form() != nullptr ? entry.book->long_spec->step : minutes{1};
  const Instant at = w == kNoTime ? to.now() : w;
  if (entry.state() != what.state) {
    std::optional<ActionHold> hold;
    if (entry.composite() != nullptr) hold = suppress(entry, what.state, to.now());
    to.set(entry, what, who, std::max(at, entry.since().value_or(kNoTime)), hold);
  } else {
    AlarmStatus status = entry.kept_status();
    status.reason = what.reason;
    status.reason_data = what.reason_data;
    status.updated_at = to.now();
    entry.keep_status(status);
    entry.status_dirty = true;
    to.noted(*entry.book->spec, entry.key(),
             "State set by " + who + " to " + std::string(to_string(what.state)) + ", as it was");
  }
  if (!entry.overlay) entry.overlay = std::make_unique<StateOverlay>();
  // A composite is judged when a child changes.
  const Instant next = entry.composite() != nullptr ? kNever
                       : w == kNoTime               ? kNoTime
                                                    : floor_to(w, step) + step;
  entry.overlay->set(what.state, who, next);
  settle(entry);
  settled(*entry.book, at, to);
}

Result<OperatorAnswer> Engine::State::operate(const SetAlarmState& what, const std::string& who,
                                              Recorder& to) {
  if (auto error = check_text(what.reason, "the reason", 1, kReasonBytesMax)) return *error;
  if (auto error = check_text(what.reason_data, "the reason data", 0, kReasonDataBytesMax))
    return *error;
  if (!what.reason_data.empty() && !is_json(what.reason_data))
    return bad("the reason data must be JSON");
  const auto keys = find_keys(what.name);
  if (!keys) return keys.error();
  if (keys->empty()) return Error{"conflict", "alarm \"" + what.name.alarm + "\" has no key yet"};
  for (KeyEntry* entry : *keys) set_state(*entry, what, who, to);
  return OperatorAnswer{keys->size()};
}

Result<OperatorAnswer> Engine::State::operate(const Acknowledge& what, const std::string& who,
                                              Recorder& to) {
  if (auto error = check_text(what.comment, "the comment", 0, kReasonBytesMax)) return *error;
  if (what.until && *what.until <= to.now()) return bad("an acknowledgement ends later than now");
  const auto keys = find_keys(what.name);
  if (!keys) return keys.error();
  OperatorAnswer answer;
  for (const KeyEntry* entry : *keys) {
    if (entry->state() == AlarmState::ok) continue;
    desk.acknowledge(entry->kept_status(), {who, what.comment, to.now(), what.until}, to);
    ++answer.concerned;
  }
  if (answer.concerned == 0)
    return Error{"conflict", "alarm \"" + what.name.alarm + "\" is OK: nothing to acknowledge"};
  return answer;
}

Result<OperatorAnswer> Engine::State::operate(const TakeBackAcknowledgement& what,
                                              const std::string& who, Recorder& to) {
  const auto keys = find_keys(what.name);
  if (!keys) return keys.error();
  OperatorAnswer answer;
  for (const KeyEntry* entry : *keys)
    answer.concerned += desk.take_back(entry->kept_status(), who, to) ? 1 : 0;
  if (answer.concerned == 0)
    return Error{"conflict", "alarm \"" + what.name.alarm + "\" is not acknowledged"};
  return answer;
}

Result<OperatorAnswer> Engine::State::operate(const SwitchActions& what, const std::string& who,
                                              Recorder& to) {
  if (what.alarms.empty() || what.alarms.size() > kAlarmsMax)
    return bad("1 to " + std::to_string(kAlarmsMax) + " alarms at a time");
  // All or nothing.
  for (const std::string& alarm : what.alarms)
    if (const auto keys = find_keys({alarm}); !keys) return keys.error();
  for (const std::string& alarm : what.alarms) {
    desk.switch_actions(alarm, what.enabled, who, to);
    for (const auto& [id, entry] : books.at(alarm).keys()) {
      entry->status_dirty = true;
      mark_dirty(*entry);
    }
  }
  return OperatorAnswer{what.alarms.size()};
}

Result<OperatorAnswer> Engine::State::operate(const AddSilence& what, const std::string& who,
                                              Recorder& to) {
  Silence silence = what.silence;
  if (silence.author.empty()) silence.author = who;
  if (auto error = check_silence(silence, to.now())) return *error;
  if (auto error = check_text(silence.author, "the author", 1, kWhoBytesMax)) return *error;
  const MuteTargets targets = silence.targets;
  Result<OperatorAnswer> answer = desk.add_silence(std::move(silence), to);
  if (answer)
    for (const AlarmBook& book : books)
      answer->concerned += is_target(targets, book.spec->name, book.spec->tags) ? 1 : 0;
  return answer;
}

Result<OperatorAnswer> Engine::State::operate(const EndSilence& what, const std::string& who,
                                              Recorder& to) {
  return desk.end_silence(what.id, who, to);
}

}  // namespace tocsin
