// SPDX-License-Identifier: Apache-2.0
#include "rules/mute/mute_table.hpp"

#include <algorithm>
#include <chrono>

#include "tocsin/glob.hpp"

namespace tocsin {
namespace {

Instant next_minute(Instant t) {
  return Instant{Duration{std::chrono::floor<minutes>(t.time_since_epoch())}} + minutes{1};
}

}  // namespace

bool is_target(const MuteTargets& targets, std::string_view alarm, const Tags& tags) {
  const bool named = targets.alarms.empty() ||
                     std::any_of(targets.alarms.begin(), targets.alarms.end(),
                                 [&](const auto& pattern) { return glob_matches(pattern, alarm); });
  const auto has = [&](const auto& wanted) {
    return std::any_of(tags.begin(), tags.end(), [&](const auto& tag) {
      return tag.first == wanted.first && glob_matches(wanted.second, tag.second);
    });
  };
  return named && std::all_of(targets.tags.begin(), targets.tags.end(), has);
}

std::optional<ActionHold> ActiveMutes::hold_of(std::string_view alarm, const Tags& tags) const {
  for (const Active& active : active_)
    if (is_target(*active.targets, alarm, tags)) return active.hold;
  return std::nullopt;
}

MuteTable::MuteTable(std::shared_ptr<const RuleSet> rules, std::vector<Silence> silences)
    : rules_(std::move(rules)), silences_(std::move(silences)) {
  for (const MuteWindow& window : rules_->mute_windows) calendars_.emplace_back(window);
}

ActiveMutes MuteTable::active(Instant now) const {
  ActiveMutes out;
  out.valid_until_ = kNever;
  const auto add = [&](const MuteTargets& targets, ActionHold hold) {
    out.valid_until_ = std::min(out.valid_until_, *hold.until);
    out.active_.push_back({&targets, std::move(hold)});
  };
  for (std::size_t i = 0; i < calendars_.size(); ++i) {
    const MuteWindow& window = rules_->mute_windows[i];
    if (const auto o = calendars_[i].at(now))
      add(window.targets,
          {HeldBy::mute_window, window.name, window.description, {}, o->first, o->second});
    // Windows begin at whole minutes, also while one of their own lasts.
    if (now < window.start)
      out.valid_until_ = std::min(out.valid_until_, window.start);
    else if (now < window.expire)
      out.valid_until_ = std::min(out.valid_until_, next_minute(now));
  }
  for (const Silence& silence : silences_) {
    if (now < silence.from)
      out.valid_until_ = std::min(out.valid_until_, silence.from);
    else if (now < silence.until)
      add(silence.targets, {HeldBy::silence, silence.id, silence.reason, silence.author,
                            silence.from, silence.until});
  }
  std::stable_sort(out.active_.begin(), out.active_.end(),
                   [](const auto& a, const auto& b) { return *a.hold.until > *b.hold.until; });
  return out;
}

bool MuteTable::stands(const ActionHold& hold, std::string_view alarm, const Tags& tags,
                       Instant now) const {
  if (!hold.until || now >= *hold.until) return false;
  const Occurrence told{hold.since, *hold.until};
  for (std::size_t i = 0; hold.by == HeldBy::mute_window && i < calendars_.size(); ++i) {
    const MuteWindow& window = rules_->mute_windows[i];
    if (window.name == hold.name && is_target(window.targets, alarm, tags))
      return calendars_[i].at(hold.since) == told;
  }
  for (const Silence& s : silences_)
    if (hold.by == HeldBy::silence && s.id == hold.name && is_target(s.targets, alarm, tags))
      return Occurrence{s.from, s.until} == told;
  return false;
}

std::vector<MuteWindowStatus> MuteTable::windows(Instant now) const {
  using When = MuteWindowStatus::When;
  std::vector<MuteWindowStatus> out;
  for (std::size_t i = 0; i < calendars_.size(); ++i) {
    MuteWindowStatus status;
    status.window = rules_->mute_windows[i];
    const auto active = calendars_[i].at(now);
    const auto shown = active ? active : calendars_[i].next(now);
    status.when = active ? When::active : shown ? When::scheduled : When::expired;
    if (shown) {
      status.begin = shown->first;
      status.end = shown->second;
    }
    out.push_back(std::move(status));
  }
  return out;
}

}  // namespace tocsin
