// SPDX-License-Identifier: Apache-2.0
// /api/v1/alarms: what is listed, one alarm, its history.
#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "daemon/http/alarm_cursor.hpp"
#include "daemon/http/api_call.hpp"
#include "rules/alarm/composite_rule.hpp"
#include "rules/match/time/event_time.hpp"
#include "tocsin/glob.hpp"
#include "tocsin/suggest.hpp"

namespace tocsin {
namespace {

using api_json::Json;

constexpr std::size_t kTransitionsShown = 5;
constexpr std::size_t kMessagesShown = 5;

// Which alarms a listing is about, beyond what the store can tell.
struct Filter {
  std::vector<std::string> patterns;                           // any of them
  std::vector<std::pair<std::string, std::string>> tags;       // all of them
  std::optional<std::unordered_set<std::string_view>> tagged;  // names that have the tags

  bool is_needed() const { return patterns.size() > 1 || tagged; }
  bool lets_through(const std::string& alarm) const {
    if (tagged && !tagged->contains(alarm)) return false;
    return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                           [&](const auto& p) { return glob_matches(p, alarm); });
  }
};

bool has_tags(const Alarm& alarm, const std::vector<std::pair<std::string, std::string>>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& tag) {
    return std::find(alarm.tags.begin(), alarm.tags.end(), tag) != alarm.tags.end();
  });
}

// `rules` outlives it.
Result<Filter> filter_of(const ApiCall& call, const RuleSet& rules) {
  Filter out;
  out.patterns = call.parameters("name");
  for (const std::string& tag : call.parameters("tag")) {
    const std::size_t equals = tag.find('=');
    if (equals == std::string::npos)
      return Error{"bad-value", "tag must be NAME=VALUE, not \"" + tag + "\""};
    out.tags.emplace_back(tag.substr(0, equals), tag.substr(equals + 1));
  }
  if (out.tags.empty()) return out;
  out.tagged.emplace();
  for (const Alarm& alarm : rules.alarms)
    if (has_tags(alarm, out.tags)) out.tagged->insert(alarm.name);
  return out;
}

Result<AlarmQuery> query_of(const ApiCall& call) {
  AlarmQuery out;
  out.limit = call.limit;
  if (const std::string_view state = call.parameter("state"); !state.empty()) {
    out.state = parse_state(state);
    if (!out.state) return Error{"bad-value", "state must be ALARM, OK or INSUFFICIENT_DATA"};
  }
  if (const std::string_view after = call.parameter("after"); !after.empty()) {
    out.after = parse_cursor(after);
    if (!out.after)
      return Error{"bad-value", "after must be the `next` of the page before, as it came"};
  }
  return out;
}

AlarmCursor cursor_at(const AlarmStatus& s) { return {s.state, s.alarm, s.key}; }
AlarmCursor cursor_at(const AlarmSummary& s) { return {s.status.state, s.status.alarm, {}}; }

template <class T>
struct Page {
  std::vector<T> rows;
  std::optional<AlarmCursor> next;
};

// Reads on until the page is full: what the filter keeps out does not make it shorter.
template <class T, class Read>
Result<Page<T>> read_page(AlarmQuery query, const Filter& filter, Read read) {
  constexpr std::size_t kChunk = 1'000;
  Page<T> page;
  const std::size_t wanted = query.limit;
  if (filter.is_needed()) query.limit = std::max(wanted, kChunk);
  for (;;) {
    Result<std::vector<T>> rows = read(query);
    if (!rows) return rows.error();
    const bool more = rows->size() == query.limit;
    for (T& row : *rows) {
      query.after = cursor_at(row);
      if (!filter.lets_through(query.after->alarm)) continue;
      page.rows.push_back(std::move(row));
      if (page.rows.size() < wanted) continue;
      if (more || &row != &rows->back()) page.next = query.after;
      return page;
    }
    if (!more) return page;
  }
}

AlarmStatus& status_of(AlarmStatus& row) { return row; }
AlarmStatus& status_of(AlarmSummary& row) { return row.status; }

// The rows as JSON, with what the rules and the engine add: severity, what holds their actions now,
// and what evaluation sees. Without an answer from the engine, what is stored must do.
template <class T>
Json shown(const ApiCall& call, const AlarmIndex& rules, std::vector<T>& rows) {
  std::vector<ApiSource::AlarmAndKey> keys;
  for (T& row : rows) keys.emplace_back(status_of(row).alarm, status_of(row).key);
  const Result<EngineGlance> glance = call.source.glance(keys);
  std::optional<ActiveMutes> mutes;
  if (glance) mutes = glance->mutes->active(call.source.now());
  Json out = Json::array();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    AlarmStatus& status = status_of(rows[i]);
    const Alarm* rule = rules.alarm(status.alarm);
    if (mutes && rule != nullptr && !status.actions.hold)
      status.actions.hold = mutes->hold_of(status.alarm, rule->tags);
    Json json = api_json::from(rows[i]);
    json["severity"] = rule != nullptr ? Json(to_string(rule->severity)) : Json();
    const bool seen = glance && rule != nullptr && glance->outlooks[i];
    json["outlook"] = seen ? api_json::from(*glance->outlooks[i], *rule) : Json();
    out.push_back(std::move(json));
  }
  return out;
}

template <class T>
ApiResponse page_response(const ApiCall& call, const AlarmIndex& rules, Result<Page<T>> page) {
  if (!page) return failed(page.error());
  return json_response({{"now", api_json::time(call.source.now())},
                        {"alarms", shown(call, rules, page->rows)},
                        {"next", page->next ? Json(cursor_text(*page->next)) : Json()}});
}

// What became of the newest messages of the alarm and of its keys.
Result<std::vector<HistoryItem>> messages_of(const ApiCall& call, const std::string& alarm) {
  std::vector<HistoryItem> out;
  for (const char* type : {"Action", "AlarmContributorAction"}) {
    Result<std::vector<HistoryItem>> items =
        call.source.history({.alarm = alarm, .type = type, .limit = kMessagesShown});
    if (!items) return items.error();
    std::move(items->begin(), items->end(), std::back_inserter(out));
  }
  std::sort(out.begin(), out.end(),
            [](const HistoryItem& a, const HistoryItem& b) { return a.id > b.id; });
  out.resize(std::min(out.size(), kMessagesShown));
  return out;
}

std::vector<std::string_view> names_of(const RuleSet& rules) {
  std::vector<std::string_view> names;
  for (const Alarm& alarm : rules.alarms) names.push_back(alarm.name);
  return names;
}

AlarmState state_of(const ApiCall& call, const RuleSet& rules, std::string_view name) {
  const auto found = call.source.alarm_summaries(
      {.alarm = std::string(name), .pattern = {}, .state = {}, .after = {}});
  if (found && !found->empty()) return found->front().status.state;
  // No key was seen yet.
  const auto rule = std::find_if(rules.alarms.begin(), rules.alarms.end(),
                                 [&](const Alarm& a) { return a.name == name; });
  const bool begins_ok = rule != rules.alarms.end() && rule->anchor == Anchor::event;
  return begins_ok ? AlarmState::ok : AlarmState::insufficient_data;
}

// Of a composite alarm: how its children are, and on which of them its rule's value rests.
Json children_of(const ApiCall& call, const RuleSet& rules, const Alarm& alarm) {
  Json out = Json::array();
  if (!alarm.composite) return out;
  std::map<std::string, AlarmState, std::less<>> states;
  for (const std::string& child : alarm.composite->children)
    states.emplace(child, state_of(call, rules, child));
  const std::vector<std::string> deciding = deciding_children(
      *alarm.composite->tree, [&](std::string_view child) { return states.find(child)->second; });
  for (const auto& [child, state] : states)
    out.push_back({{"alarm", child},
                   {"state", to_string(state)},
                   {"decides", std::binary_search(deciding.begin(), deciding.end(), child)}});
  return out;
}

}  // namespace

Error unknown_alarm(const std::string& name, const RuleSet& rules) {
  const std::string hint = did_you_mean(name, names_of(rules));
  return {"not-found",
          "there is no alarm named \"" + name + "\"" + (hint.empty() ? "" : "; " + hint)};
}

ApiResponse get_alarms(const ApiCall& call) {
  const std::shared_ptr<const AlarmIndex> rules = call.source.rules();
  const Result<Filter> filter = filter_of(call, rules->rules());
  if (!filter) return failed(filter.error());
  Result<AlarmQuery> query = query_of(call);
  if (!query) return failed(query.error());
  if (filter->patterns.size() == 1) query->pattern = filter->patterns.front();
  const std::string_view by = call.parameter("by");
  if (by == "alarm")
    return page_response(call, *rules,
                         read_page<AlarmSummary>(*query, *filter, [&](const AlarmQuery& q) {
                           return call.source.alarm_summaries(q);
                         }));
  if (!by.empty() && by != "key") return problem(400, "bad-value", "by must be key or alarm");
  return page_response(call, *rules,
                       read_page<AlarmStatus>(*query, *filter, [&](const AlarmQuery& q) {
                         return call.source.alarms(q);
                       }));
}

ApiResponse get_alarm(const ApiCall& call) {
  const std::string& name = call.names[0];
  const std::shared_ptr<const AlarmIndex> rules = call.source.rules();
  const Alarm* rule = rules->alarm(name);
  Result<AlarmQuery> query = query_of(call);
  if (!query) return failed(query.error());
  query->alarm = name;
  const Result<std::vector<AlarmSummary>> all =
      call.source.alarm_summaries({.alarm = name, .pattern = {}, .state = {}, .after = {}});
  if (!all) return failed(all.error());
  if (all->empty() && rule == nullptr) return failed(unknown_alarm(name, rules->rules()));
  Result<Page<AlarmStatus>> states = read_page<AlarmStatus>(
      *query, {}, [&](const AlarmQuery& q) { return call.source.alarms(q); });
  if (!states) return failed(states.error());
  const Result<std::vector<Transition>> transitions =
      call.source.transitions(name, std::min(call.limit, kTransitionsShown));
  if (!transitions) return failed(transitions.error());
  const Result<std::vector<HistoryItem>> messages = messages_of(call, name);
  if (!messages) return failed(messages.error());
  return json_response(
      {{"now", api_json::time(call.source.now())},
       {"alarm", name},
       {"rule", rule == nullptr ? Json() : api_json::from(*rule, rules->rules())},
       {"state", all->empty() ? Json() : Json(to_string(all->front().status.state))},
       {"keys", all->empty() ? Json() : api_json::from(all->front().keys)},
       {"children", rule == nullptr ? Json::array() : children_of(call, rules->rules(), *rule)},
       {"states", shown(call, *rules, states->rows)},
       {"next", states->next ? Json(cursor_text(*states->next)) : Json()},
       {"transitions", array_of(*transitions)},
       {"messages", array_of(*messages)}});
}

ApiResponse get_history(const ApiCall& call) {
  HistoryQuery query{
      .alarm = call.names[0], .type = std::string(call.parameter("type")), .limit = call.limit};
  for (const auto& [name, into] :
       {std::pair{"since", &query.since}, std::pair{"until", &query.until}}) {
    const std::string_view given = call.parameter(name);
    const std::optional<Instant> at = parse_rfc3339(given);
    if (given.empty()) continue;
    if (!at) return problem(400, "bad-value", std::string(name) + " must be an RFC 3339 time");
    *into = *at;
  }
  const std::string_view after = call.parameter("after");
  const auto [rest, fault] =
      std::from_chars(after.data(), after.data() + after.size(), query.before_id);
  if (!after.empty() && (fault != std::errc{} || rest != after.data() + after.size()))
    return problem(400, "bad-value", "after must be the `next` of the page before, as it came");
  const Result<std::vector<HistoryItem>> items = call.source.history(query);
  if (!items) return failed(items.error());
  const bool more = items->size() == call.limit;
  return json_response({{"history", array_of(*items)},
                        {"next", more ? Json(std::to_string(items->back().id)) : Json()}});
}

}  // namespace tocsin
