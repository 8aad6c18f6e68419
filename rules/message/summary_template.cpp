// SPDX-License-Identifier: Apache-2.0
#include "rules/message/summary_template.hpp"

#include <charconv>
#include <exception>
#include <kainjow/mustache.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/message/five_ws.hpp"
#include "rules/message/summary.hpp"
#include "rules/message/text.hpp"
#include "rules/pattern/json_event.hpp"

namespace tocsin {
namespace {

namespace km = kainjow::mustache;

// Deeper levels of an event are not offered.
constexpr int kLevels = 32;

km::data to_data(const JsonNode& node, int level) {
  switch (node.kind) {
    case JsonNode::Kind::null:
      return km::data(km::data::type::bool_false);
    case JsonNode::Kind::boolean:
      return km::data(std::string(node.boolean ? "true" : "false"));
    case JsonNode::Kind::number:
    case JsonNode::Kind::string:
      return km::data(std::string(node.text));
    case JsonNode::Kind::object:
    case JsonNode::Kind::array:
      break;
  }
  const bool object = node.kind == JsonNode::Kind::object;
  km::data out(object ? km::data::type::object : km::data::type::list);
  if (level >= kLevels) return out;
  for (const JsonNode* child = node.first_child; child != nullptr; child = child->next) {
    if (object)
      out.set(std::string(child->name), to_data(*child, level + 1));
    else
      out.push_back(to_data(*child, level + 1));
  }
  return out;
}

// Names with dots in a template: objects by name, lists by index, innermost section first. Partials
// do not exist: a partial would make a template of what stands in an event.
class EventContext : public km::basic_context<std::string> {
 public:
  // In order of precedence; each outlives this.
  explicit EventContext(std::vector<const km::data*> levels) : levels_(std::move(levels)) {}

  void push(const km::data* data) override { levels_.insert(levels_.begin(), data); }
  void pop() override { levels_.erase(levels_.begin()); }
  const km::data* get_partial(const std::string&) const override { return nullptr; }

  const km::data* get(const std::string& name) const override {
    if (name == ".") return levels_.front();
    for (const km::data* level : levels_)
      if (const km::data* found = descend(level, name)) return found;
    return nullptr;
  }

 private:
  static const km::data* descend(const km::data* from, std::string_view path) {
    while (from != nullptr && !path.empty()) {
      const auto dot = path.find('.');
      const std::string_view name = path.substr(0, dot);
      path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
      from = from->is_list() ? element(*from, name) : from->get(std::string(name));
    }
    return from;
  }

  static const km::data* element(const km::data& list, std::string_view name) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (error != std::errc() || end != name.data() + name.size()) return nullptr;
    return index < list.list_value().size() ? &list.list_value()[index] : nullptr;
  }

  std::vector<const km::data*> levels_;
};

// Sets `path` ("a.b" makes an object in an object).
void set_path(km::data& object, std::string_view path, const std::string& value) {
  const auto dot = path.find('.');
  const std::string name(path.substr(0, dot));
  if (dot == std::string_view::npos) {
    object.set(name, value);
    return;
  }
  const km::data* held = object.get(name);
  km::data inner = held != nullptr && held->is_object() ? *held : km::data(km::data::type::object);
  set_path(inner, path.substr(dot + 1), value);
  object.set(name, inner);
}

km::data alarm_data(const Transition& transition, const Alarm& alarm) {
  km::data out(km::data::type::object);
  km::data about(km::data::type::object);
  about.set("name", alarm.name);
  about.set("severity", std::string(to_string(alarm.severity)));
  about.set("description", alarm.description);
  about.set("state", std::string(to_string(transition.to)));
  out.set("alarm", about);
  km::data key(km::data::type::object);
  for (const auto& [name, value] : transition.key) set_path(key, name, value);
  out.set("key", key);
  out.set("count", std::to_string(transition.events_total));
  out.set("value", transition.value ? format_number(*transition.value) : std::string());
  return out;
}

// The newest event; a line that is no JSON is {{message}} and what its pattern names.
km::data event_data(const Transition& transition, const SummaryFields& fields) {
  km::data out(km::data::type::object);
  if (transition.events.empty()) return out;
  const std::string& message = transition.events.back().message;
  JsonReader reader;
  const JsonNode* root = reader.read(message);
  if (root != nullptr && root->kind == JsonNode::Kind::object) return to_data(*root, 0);
  out.set("message", message);
  for (const auto& [name, value] : fields) out.set(name, value);
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

}  // namespace

Result<std::string> render_template(const std::string& text, const Transition& transition,
                                    const Alarm& alarm, const SummaryFields& fields) {
  if (const auto error = check_summary(text)) return Error{"bad-template", error->text};
  try {
    km::mustache parsed(text);
    parsed.set_custom_escape([](const std::string& value) { return value; });
    const km::data own = alarm_data(transition, alarm);
    const km::data event = event_data(transition, fields);
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
