// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/replay_report.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "rules/match/time/event_time.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

Json json_key(const AlarmKey& key) {
  Json object = Json::object();
  for (const auto& [name, value] : key) object[name] = value;
  return object;
}

std::string text_key(const AlarmKey& key) {
  std::string text;
  for (const auto& [name, value] : key)
    text += (text.empty() ? " {" : ", ") + name + ": " + (value.empty() ? "(none)" : value);
  return text.empty() ? "" : text + "}";
}

std::string shown_state(AlarmState state) {
  const std::string text(to_string(state));
  switch (state) {
    case AlarmState::alarm:
      return styled(text, Style::red, Stream::standard_output);
    case AlarmState::ok:
      return styled(text, Style::green, Stream::standard_output);
    case AlarmState::insufficient_data:
      return styled(text, Style::dim, Stream::standard_output);
  }
  return text;
}

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// With its transition; not later, when what held it has let go.
bool is_told_at_once(const Notification& n) {
  return n.cause == MessageCause::change && n.told_at == n.transition.decided_at;
}

std::string plural(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

// The first INSUFFICIENT_DATA -> OK of an alarm tells nothing: every alarm begins so.
bool ReplayReport::is_beginning(const Transition& t) {
  const bool first = begun_.emplace(t.alarm, t.key).second;
  return first && t.from == AlarmState::insufficient_data && t.to == AlarmState::ok;
}

void ReplayReport::add(Effects effects, Instant settled) {
  std::map<std::string, Told*> by_id;
  for (Transition& transition : effects.transitions) {
    const auto told = held_.emplace(transition.at, Told{std::move(transition), {}});
    by_id[told->second.transition->id] = &told->second;
  }
  for (Notification& notification : effects.notifications) {
    const auto told = by_id.find(notification.transition.id);
    if (told != by_id.end() && is_told_at_once(notification))
      told->second->notifications.push_back(std::move(notification));
    else
      held_.emplace(notification.told_at, Told{{}, {notification}});
  }
  tell(settled);
}

void ReplayReport::tell(Instant settled) {
  const auto end = held_.upper_bound(settled);
  for (auto told = held_.begin(); told != end; ++told) {
    const std::optional<Transition>& transition = told->second.transition;
    if (transition && !is_beginning(*transition)) print(*transition);
    for (const Notification& notification : told->second.notifications) print(notification);
  }
  held_.erase(held_.begin(), end);
}

void ReplayReport::print(const Transition& t) {
  ++transitions_;
  if (json_)
    return out_.json_line({{"type", "transition"},
                           {"time", format_rfc3339(t.at)},
                           {"alarm", t.alarm},
                           {"key", json_key(t.key)},
                           {"from", to_string(t.from)},
                           {"to", to_string(t.to)},
                           {"reason", t.reason}});
  out_.write(format_rfc3339(t.at), "  ", styled(t.alarm, Style::bold, Stream::standard_output),
             text_key(t.key), "  ", to_string(t.from), " -> ", shown_state(t.to), "\n    ",
             t.reason, "\n");
}

void ReplayReport::print(const Notification& n) {
  const bool at_once = is_told_at_once(n);
  if (json_) {
    Json line{{"type", "notification"},
              {"time", format_rfc3339(at_once ? n.transition.at : n.told_at)},
              {"topic", n.topic},
              {"alarm", n.transition.alarm},
              {"key", json_key(n.transition.key)},
              {"to", to_string(n.transition.to)},
              {"subject", n.subject},
              {"summary", n.summary}};
    if (n.cause != MessageCause::change) line["cause"] = to_string(n.cause);
    return out_.json_line(line);
  }
  if (!at_once) out_.write(format_rfc3339(n.told_at), "\n");
  out_.write("    to ", n.topic, ": ", n.subject, "\n");
  if (!n.summary.empty() && n.summary != n.subject) out_.write("        ", n.summary, "\n");
}

void ReplayReport::finish(const ReplaySummary& s) {
  tell(kNever);
  if (json_) {
    Json::object_t matched;  // names are unique: not looked for before each is added
    for (const auto& [filter, count] : s.matched) matched.emplace_back(filter, count);
    return out_.json_line({{"type", "summary"},
                           {"events", s.events},
                           {"bytes", s.bytes},
                           {"seconds", s.seconds},
                           {"matched", std::move(matched)},
                           {"transitions", transitions_}});
  }
  std::size_t width = 0;
  for (const auto& [filter, count] : s.matched) width = std::max(width, filter.size());
  out_.write(transitions_ > 0 ? "\n" : "", "matched events by filter:\n");
  for (const auto& [filter, count] : s.matched)
    out_.write("  ", filter, std::string(width - filter.size() + 2, ' '), std::to_string(count),
               "\n");
  out_.write(plural(s.events, "event"), ", ", number("%.1f", static_cast<double>(s.bytes) / 1e6),
             " MB in ", number("%.2f", s.seconds), " s; ", plural(transitions_, "transition"),
             "\n");
}

}  // namespace tocsin
