// SPDX-License-Identifier: Apache-2.0
#include "rules/message/message_template.hpp"

#include <algorithm>
#include <cctype>
#include <exception>

#include "rules/message/five_ws.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/mustache_context.hpp"
#include "rules/message/template_scan.hpp"
#include "rules/message/text.hpp"
#include "tocsin/escape.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kSubjectCharacters = 100;
constexpr std::size_t kPagerdutyCharacters = 1024;
constexpr std::size_t kSlackCharacters = 3000;
constexpr std::size_t kTeamsBytes = std::size_t{8} << 10;
constexpr std::size_t kMailBytes = std::size_t{64} << 10;

using Escape = std::string (*)(const std::string& value);

std::string as_line(const std::string& value) { return to_one_line(value); }
std::string as_html(const std::string& value) { return escape_html(to_one_line(value)); }
std::string as_card(const std::string& value) { return escape_card(to_one_line(value)); }

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}

// & < > make links and mentions. Marks of bold, italic and struck text count where a word begins or
// ends: a space of no width takes them away from there. There is no such way for a backquote.
std::string as_mrkdwn(const std::string& value) {
  const std::string line = to_one_line(value);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool mark = c == '*' || c == '_' || c == '~';
    const bool inside =
        i > 0 && i + 1 < line.size() && is_word(line[i - 1]) && is_word(line[i + 1]);
    if (mark && !inside) out += "\u200B";
    if (c == '`')
      out += '\'';
    else if (c == '&' || c == '<' || c == '>')
      out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;";
    else
      out += c;
    if (mark && !inside) out += "\u200B";
  }
  return out;
}

std::string cut_line(const std::string& text, std::size_t limit) {
  return cut_code_points(to_one_line(text), limit);
}
std::string whole(const std::string& text, std::size_t limit) {
  return count_code_points(text) <= limit ? text : std::string();
}
std::string cut_text(const std::string& text, std::size_t limit) { return cut_bytes(text, limit); }

struct Target {
  std::string_view name;
  Escape escape;
  std::string (*fit)(const std::string& text, std::size_t limit);
  std::size_t limit;
};
constexpr Target kTargets[] = {{"subject", as_line, cut_line, kSubjectCharacters},
                               {"text", as_line, cut_text, kMailBytes},
                               {"html", as_html, whole, kMailBytes},
                               {"slack", as_mrkdwn, whole, kSlackCharacters},
                               {"teams", as_card, whole, kTeamsBytes},
                               {"pagerduty", as_line, cut_line, kPagerdutyCharacters}};

const Target* find_target(std::string_view name) {
  const auto* found = std::find_if(std::begin(kTargets), std::end(kTargets),
                                   [&](const Target& t) { return t.name == name; });
  return found == std::end(kTargets) ? nullptr : found;
}

// An empty text is not there, so that {{#lasted}} lasted {{lasted}}{{/lasted}} leaves nothing.
void put(km::data& object, const char* name, const std::string& text) {
  if (!text.empty()) object.set(name, text);
}
void put(km::data& object, const char* name, bool flag) {
  object.set(name, km::data(flag ? km::data::type::bool_true : km::data::type::bool_false));
}

km::data alarm_data(const Notification& n) {
  km::data out(km::data::type::object);
  put(out, "name", n.transition.alarm);
  put(out, "description", n.description);
  put(out, "severity", std::string(to_string(n.severity)));
  put(out, "state", std::string(to_string(n.transition.to)));
  put(out, "previous_state", std::string(to_string(n.transition.from)));
  put(out, "arn", n.alarm_arn);
  put(out, "condition", n.condition);
  put(out, "reason", n.transition.reason);
  put(out, "runbook", n.runbook);
  put(out, "runbook_url", is_link(n.runbook) ? n.runbook : "");
  put(out, "rule", n.rule_location);
  put(out, "log_group", n.log_group);
  put(out, "pattern", n.pattern);
  return out;
}

void put_facts(km::data& out, const FiveWs& facts) {
  put(out, "when", facts.when);
  put(out, "who", facts.who);
  put(out, "what", facts.what);
  put(out, "where", facts.where);
  put(out, "which", which_text(facts));
}

using Pairs = std::vector<std::pair<std::string, std::string>>;
km::data pair_list(const Pairs& pairs, const char* second) {
  km::data out(km::data::type::list);
  for (const auto& [name, value] : pairs) {
    km::data item(km::data::type::object);
    item.set("name", name);
    item.set(second, value);
    out.push_back(item);
  }
  return out;
}
km::data map_of(const Pairs& pairs) {
  km::data out(km::data::type::object);
  for (const auto& [name, value] : pairs) set_path(out, name, value);
  return out;
}

void put_lists(km::data& out, const Notification& n) {
  km::data events(km::data::type::list);
  for (const NotifiedEvent& e : n.events) {
    km::data event(km::data::type::object);
    put_facts(event, e.facts);
    put(event, "text", to_one_line(e.evidence.message));
    events.push_back(event);
  }
  out.set("events", events);
  km::data resources(km::data::type::list);
  if (!n.events.empty())
    for (const std::string& r : n.events.back().facts.resources) resources.push_back(r);
  out.set("resources", resources);
  out.set("tags", pair_list(n.tags, "value"));
  out.set("keys", pair_list(n.transition.key, "value"));
  Pairs children;
  for (const ChildState& c : n.transition.children)
    if (c.decides) children.emplace_back(c.alarm, to_string(c.state));
  out.set("children", pair_list(children, "state"));
}

km::data message_data(const Notification& n, const SummaryFields& fields) {
  km::data out(km::data::type::object);
  const Transition& t = n.transition;
  out.set("alarm", alarm_data(n));
  if (!n.events.empty()) put_facts(out, n.events.back().facts);
  put(out, "when", n.when);
  put(out, "summary", n.summary);
  put(out, "value", n.value_text);
  put(out, "count", std::to_string(t.events_total));
  put(out, "datapoints", n.datapoints_text);
  put(out, "trend", n.trend.text);
  put(out, "fired", t.firings == 0 ? std::string() : std::to_string(t.firings));
  put(out, "lasted", n.duration_text);
  put(out, "topic", n.topic);
  put(out, "account", n.identity.account_id);
  put(out, "region", n.identity.region);
  put(out, "host", n.identity.name);
  put(out, "is_alarm", t.to == AlarmState::alarm);
  put(out, "is_ok", t.to == AlarmState::ok);
  put(out, "is_insufficient_data", t.to == AlarmState::insufficient_data);
  put(out, "is_reminder", n.cause == MessageCause::reminder);
  put(out, "is_escalation", n.cause == MessageCause::escalation);
  put(out, "is_late", t.late);
  put_lists(out, n);
  if (!n.events.empty()) out.set("event", event_data(n.events.back().evidence.message, fields));
  out.set("key", map_of(t.key));
  out.set("tag", map_of(n.tags));
  return out;
}

Result<std::string> render(const Target& target, const std::string& text, const km::data& data) {
  try {
    km::mustache parsed(text);
    parsed.set_custom_escape(target.escape);
    EventContext context({&data});
    std::string out = parsed.render(context);
    if (!parsed.is_valid()) return Error{"bad-template", parsed.error_message()};
    if (out.find_first_not_of(" \t\r\n") == std::string::npos) return std::string();
    return target.fit(to_valid_utf8(out), target.limit);
  } catch (const std::exception& e) {
    return Error{"bad-template", e.what()};
  }
}

// An alarm that never was, with something in every place that a template can name.
constexpr std::pair<std::string Notification::*, std::string_view> kMadeUpTexts[] = {
    {&Notification::topic, "example"},
    {&Notification::alarm_arn, "arn:aws:cloudwatch:us-east-1:000000000000:alarm:example"},
    {&Notification::summary, "Something happened"},
    {&Notification::description, "An alarm that is made up to try a template"},
    {&Notification::condition, "count >= 1 within 5m"},
    {&Notification::value_text, "2"},
    {&Notification::datapoints_text, "2 of the last 2 datapoints breach, 2 are needed: 1, 2"},
    {&Notification::runbook, "https://example.com/runbook"},
    {&Notification::log_group, "example"},
    {&Notification::pattern, "{ $.eventName = * }"},
    {&Notification::rule_location, "rules.yaml:1"},
};
constexpr std::string_view kMadeUpEvent =
    R"({"eventName":"StopInstances","eventSource":"ec2.amazonaws.com",)"
    R"("sourceIPAddress":"192.0.2.1","awsRegion":"us-east-1","userIdentity":)"
    R"({"type":"IAMUser","userName":"alice","accountId":"000000000000"},)"
    R"("requestParameters":{"instanceId":"i-0123456789abcdef0"}})";

Notification made_up(AlarmState state) {
  const bool fires = state == AlarmState::alarm;
  Notification n;
  for (const auto& [field, text] : kMadeUpTexts) n.*field = text;
  n.trend.text = "\u2584\u2588";
  n.tags = {{"team", "security"}};
  n.when = format_for_people(Instant{}, "UTC");
  n.duration_text = state == AlarmState::ok ? "7 min" : "";
  n.identity.name = "example";
  const Evidence event{Instant{}, "example.log", 0, std::string(kMadeUpEvent)};
  n.events.assign(2, {event, five_ws(event, "UTC")});
  Transition& t = n.transition;
  t.alarm = "example";
  t.key = {{"account", "000000000000"}};
  t.from = fires ? AlarmState::ok : AlarmState::alarm;
  t.to = state;
  t.reason = "Threshold Crossed";
  t.events_total = t.firings = n.events.size();
  t.children = {{"child", AlarmState::alarm, true, {}}};
  return n;
}

// Where nobody knows the place in the file: " (line 2, column 5 of the template)".
std::string place_in_template(std::string_view text, int column) {
  const std::string_view before = text.substr(0, static_cast<std::size_t>(column) - 1);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto start = before.rfind('\n');  // npos + 1 is 0
  return " (line " + std::to_string(lines + 1) + ", column " +
         std::to_string(before.size() - (start + 1) + 1) + " of the template)";
}

bool is_same(const SourceLocation& a, const SourceLocation& b) {
  return a.line == b.line && a.column == b.column;
}

const std::string* find(const MessageTemplates& templates, std::string_view target) {
  for (const auto& [name, text] : templates)
    if (name == target) return &text;
  return nullptr;
}

void report_fault(const ConfigNode& node, const std::string& text, const TemplateError& error,
                  const PlaceInScalar& place, Diagnostics& out) {
  const SourceLocation where = place(node, error.column);
  const bool unknown = error.column > 1 && is_same(where, node.where);
  out.error("bad-template", where,
            error.text + (unknown ? place_in_template(text, error.column) : ""));
}

}  // namespace

std::string render_message_template(std::string_view name, const std::string& text,
                                    const Notification& n, const SummaryFields& fields) {
  const Target* target = find_target(name);
  if (target == nullptr) return {};
  Result<std::string> rendered = render(*target, text, message_data(n, fields));
  return rendered ? std::move(*rendered) : std::string();
}

void render_templates(Notification& n, const MessageTemplates& of_rule,
                      const MessageTemplates& of_topic, const SummaryFields& fields) {
  if (of_rule.empty() && of_topic.empty()) return;
  const km::data data = message_data(n, fields);
  for (const Target& target : kTargets) {
    const std::string* text = find(of_rule, target.name);
    if (text == nullptr) text = find(of_topic, target.name);
    if (text == nullptr) continue;
    Result<std::string> rendered = render(target, *text, data);
    if (!rendered || rendered->empty()) continue;
    if (target.name == "subject")
      n.subject = std::move(*rendered);
    else
      n.rendered.emplace_back(target.name, std::move(*rendered));
  }
}

std::optional<TemplateError> check_message_template(std::string_view name,
                                                    const std::string& text) {
  const Target* target = find_target(name);
  if (target == nullptr) return TemplateError{1, "no channel has such a template"};
  if (auto error = scan_template(name, text)) return error;
  bool shows_something = false;
  for (const AlarmState state :
       {AlarmState::alarm, AlarmState::ok, AlarmState::insufficient_data}) {
    const Result<std::string> rendered = render(*target, text, message_data(made_up(state), {}));
    if (!rendered) return TemplateError{1, rendered.error().text};
    shows_something = shows_something || !rendered->empty();
  }
  if (shows_something) return std::nullopt;
  return TemplateError{1, "nothing comes of this template, or more than " +
                              std::to_string(target->limit) + " characters"};
}

void read_templates(ConfigReader& read, MessageTemplates& into, const PlaceInScalar& place) {
  const ConfigNode* node = read.find("templates");
  if (node == nullptr) return;
  Diagnostics& out = read.diagnostics();
  ConfigReader templates(*node, "`templates`", out);
  if (!node->is_map()) return;
  for (const std::string_view target : kTemplateTargets) {
    std::string text;
    if (!templates.optional(target, text)) continue;
    const ConfigNode& written = *node->find(target);
    if (text.size() > kTemplateBytes)
      report(out, "bad-value", written,
             "a template has at most " + std::to_string(kTemplateBytes) + " bytes");
    else if (const auto error = check_message_template(target, text))
      report_fault(written, text, *error, place, out);
    else
      into.emplace_back(target, std::move(text));
  }
  templates.finish();
}

}  // namespace tocsin
