// SPDX-License-Identifier: Apache-2.0
#include "rules/message/summary_template.hpp"

#include <charconv>
#include <exception>
#include <optional>
#include <string_view>

#include "rules/message/five_ws.hpp"
#include "rules/message/mustache_context.hpp"
#include "rules/message/summary.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

km::data alarm_data(const Transition& transition, const Alarm& alarm) {
  km::data out(km::data::type::object);
  km::data about(km::data::type::object);
  about.set("name", alarm.name);
  about.set("severity", std::string(to_string(alarm.severity)));
  about.set("description", *alarm.description);
  about.set("state", std::string(to_string(transition.to)));
  out.set("alarm", about);
  km::data key(km::data::type::object);
  for (const auto& [name, value] : transition.key) set_path(key, name, value);
  out.set("key", key);
  out.set("count", std::to_string(transition.events_total));
  out.set("value",
          transition.value ? format_value(*transition.value, alarm.threshold) : std::string());
  return out;
}

// What the event says in a person's words, where the event has no field of that name itself.
km::data facts_data(const Transition& transition) {
  km::data out(km::data::type::object);
  if (transition.events.empty()) return out;
  const FiveWs facts = five_ws(transition.events.back(), "UTC");
  // An empty one is not there, so that {{#which}} on {{which}}{{/which}} leaves nothing behind.
  const auto set = [&](const char* name, const std::string& text) {
    if (!text.empty()) out.set(name, text);
  };
  set("who", facts.who);
  set("what", facts.what);
  set("where", facts.where);
  set("which", which_text(facts));
  return out;
}

// "Unclosed tag at 12" has the place at its end, from 0.
TemplateError located(const std::string& message) {
  const auto at = message.rfind(" at ");
  std::size_t offset = 0;
  if (at != std::string::npos)
    std::from_chars(message.data() + at + 4, message.data() + message.size(), offset);
  TemplateError out{static_cast<int>(offset) + 1, message.substr(0, at)};
  if (!out.text.empty() && out.text[0] >= 'A' && out.text[0] <= 'Z')
    out.text[0] = static_cast<char>(out.text[0] - 'A' + 'a');
  return out;
}

// {{> name}} is syntax of mustache that means nothing here.
std::optional<TemplateError> find_partial(const std::string& text) {
  for (auto at = text.find("{{"); at != std::string::npos; at = text.find("{{", at + 2)) {
    const auto sign = text.find_first_not_of(" \t", at + 2);
    if (sign != std::string::npos && text[sign] == '>')
      return TemplateError{static_cast<int>(at) + 1, "a template cannot include another one"};
  }
  return std::nullopt;
}

// Of "{{ name.of.it }}" the "name"; "" of a comment, a section or its end.
std::string_view variable_in(std::string_view tag) {
  const auto begin = tag.find_first_not_of(" \t{&");
  if (begin == std::string_view::npos || std::string_view("#^/!=>").find(tag[begin]) != tag.npos)
    return {};
  return tag.substr(begin, tag.find_first_of(" \t}.", begin) - begin);
}

// How far a tag goes into sections: 1, -1 out of one, 0.
int depth_of(std::string_view tag) {
  const auto sign = tag.find_first_not_of(" \t");
  if (sign == std::string_view::npos) return 0;
  return tag[sign] == '/' ? -1 : tag[sign] == '#' || tag[sign] == '^' ? 1 : 0;
}

}  // namespace

bool needs_event(std::string_view text) {
  int depth = 0;
  for (auto at = text.find("{{"); at != text.npos; at = text.find("{{", at + 2)) {
    const std::string_view tag = text.substr(at + 2, text.find("}}", at) - at - 2);
    const std::string_view name = variable_in(tag);
    const bool is_own =
        name.empty() || name == "alarm" || name == "key" || name == "count" || name == "value";
    if (depth == 0 && !is_own) return true;
    depth += depth_of(tag);
  }
  return false;
}

Result<std::string> render_template(const std::string& text, const Transition& transition,
                                    const Alarm& alarm, const SummaryFields& fields) {
  if (const auto error = check_summary(text)) return Error{"bad-template", error->text};
  try {
    km::mustache parsed(text);
    parsed.set_custom_escape([](const std::string& value) { return value; });
    const km::data own = alarm_data(transition, alarm);
    const km::data event = transition.events.empty()
                               ? km::data(km::data::type::object)
                               : event_data(transition.events.back().message, fields);
    const km::data facts = facts_data(transition);
    EventContext context({&own, &event, &facts});
    std::string out = parsed.render(context);
    if (!parsed.is_valid()) return Error{"bad-template", parsed.error_message()};
    return out;
  } catch (const std::exception& e) {
    return Error{"bad-template", e.what()};
  }
}

std::optional<TemplateError> check_summary(const std::string& text) {
  if (auto partial = find_partial(text)) return partial;
  try {
    const km::mustache parsed(text);
    if (!parsed.is_valid()) return located(parsed.error_message());
  } catch (const std::exception& e) {
    return TemplateError{1, e.what()};
  }
  return std::nullopt;
}

}  // namespace tocsin
