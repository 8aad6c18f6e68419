// SPDX-License-Identifier: Apache-2.0
#include "rules/message/template_scan.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "tocsin/suggest.hpp"

namespace tocsin {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view kTop[] = {
    "summary",
    "value",
    "count",
    "datapoints",
    "trend",
    "fired",
    "lasted",
    "when",
    "who",
    "what",
    "where",
    "which",
    "topic",
    "account",
    "region",
    "host",
    "is_alarm",
    "is_ok",
    "is_insufficient_data",
    "is_reminder",
    "is_escalation",
    "is_late",
    "alarm.name",
    "alarm.description",
    "alarm.severity",
    "alarm.state",
    "alarm.previous_state",
    "alarm.arn",
    "alarm.condition",
    "alarm.reason",
    "alarm.runbook",
    "alarm.runbook_url",
    "alarm.rule",
    "alarm.log_group",
    "alarm.pattern",
};
constexpr std::string_view kEvent[] = {"when", "who", "what", "where", "which", "text"};
constexpr std::string_view kPair[] = {"name", "value"};
constexpr std::string_view kChild[] = {"name", "state"};
constexpr std::string_view kItem[] = {"."};

struct List {
  std::string_view name;
  Names of_item;
};
constexpr List kLists[] = {{"events", kEvent},
                           {"resources", kItem},
                           {"tags", kPair},
                           {"keys", kPair},
                           {"children", kChild}};
// What nobody knows beforehand: {{event.userIdentity.arn}}.
constexpr std::string_view kOpen[] = {"event", "key", "tag"};

struct Tag {
  char kind = 'v';  // v variable, # ^ / of a section, ! comment
  std::string_view name;
  std::size_t at = 0;   // of the braces
  std::size_t end = 0;  // behind them
};

bool contains(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const List* find_list(std::string_view name) {
  const auto* found = std::find_if(std::begin(kLists), std::end(kLists),
                                   [&](const List& l) { return l.name == name; });
  return found == std::end(kLists) ? nullptr : found;
}

bool is_open(std::string_view name) { return contains(kOpen, name.substr(0, name.find('.'))); }

std::string_view trim(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\n\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\n\r") - from + 1);
}

TemplateError fault(std::size_t at, std::string text) {
  return {static_cast<int>(at) + 1, std::move(text)};
}

// The tag at `at`, where "{{" stands.
std::optional<TemplateError> read_tag(std::string_view text, std::size_t at, Tag& tag) {
  const auto close = text.find("}}", at);
  if (close == std::string_view::npos) return fault(at, "a tag is not closed: }} is missing");
  std::string_view inner = trim(text.substr(at + 2, close - at - 2));
  tag = {'v', inner, at, close + 2};
  if (inner.empty()) return fault(at, "a tag without a name");
  if (inner.front() == '{' || inner.front() == '&')
    return fault(at, "values are always escaped: write {{name}} with two braces");
  if (inner.front() == '>') return fault(at, "a template cannot include another one");
  if (inner.front() == '=') return fault(at, "the braces cannot be replaced by other signs");
  if (std::string_view("#^/!").find(inner.front()) == std::string_view::npos) return {};
  tag.kind = inner.front();
  tag.name = trim(inner.substr(1));
  if (tag.name.empty() && tag.kind != '!') return fault(at, "a section without a name");
  return {};
}

std::string unknown(std::string_view name) {
  std::vector<std::string_view> known(std::begin(kTop), std::end(kTop));
  for (const List& list : kLists) known.push_back(list.name);
  std::string text = "there is no {{" + std::string(name.substr(0, 80)) + "}}";
  const std::string hint = did_you_mean(name, known);
  return text + (hint.empty() ? "; a field of the event is {{event.NAME}}" : "; " + hint);
}

// What names mean within the sections that are open.
class Scopes {
 public:
  std::optional<TemplateError> check(const Tag& tag) {
    switch (tag.kind) {
      case '#':
      case '^':
        open_.push_back(tag);
        return is_known(tag.name) || find_list(tag.name) != nullptr
                   ? std::nullopt
                   : std::optional(fault(tag.at, unknown(tag.name)));
      case '/':
        if (open_.empty() || open_.back().name != tag.name)
          return fault(tag.at, "{{/" + std::string(tag.name) + "}} ends no section that is open");
        open_.pop_back();
        return {};
      case '!':
        return {};
      default:
        return check_variable(tag);
    }
  }
  std::optional<TemplateError> finish() const {
    if (open_.empty()) return {};
    return fault(open_.back().at, "the section {{#" + std::string(open_.back().name) +
                                      "}} does not end: {{/" + std::string(open_.back().name) +
                                      "}} is missing");
  }

 private:
  std::optional<TemplateError> check_variable(const Tag& tag) const {
    if (is_known(tag.name)) return {};
    if (find_list(tag.name) != nullptr) {
      const std::string name(tag.name);
      return fault(tag.at, "a list is shown item by item: {{#" + name + "}} ... {{/" + name + "}}");
    }
    return fault(tag.at, unknown(tag.name));
  }
  bool is_known(std::string_view name) const {
    if (contains(kTop, name) || is_open(name)) return true;
    return std::any_of(open_.begin(), open_.end(), [&](const Tag& section) {
      if (section.kind != '#') return false;
      const List* list = find_list(section.name);
      return list != nullptr ? contains(list->of_item, name) : is_open(section.name) || name == ".";
    });
  }
  std::vector<Tag> open_;
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// A value may stand between tags and, in quotes, within one.
std::optional<TemplateError> check_place(const std::string& before, const Tag& tag) {
  for (const char* element : {"style", "script"}) {
    const auto opened = before.rfind("<" + std::string(element));
    const auto closed = before.rfind("</" + std::string(element));
    if (opened != std::string::npos && (closed == std::string::npos || closed < opened))
      return fault(tag.at, "no value may stand in a <" + std::string(element) + ">");
  }
  const auto open = before.rfind('<');
  const auto close = before.rfind('>');
  if (open == std::string::npos || (close != std::string::npos && close > open)) return {};
  const std::string_view within = std::string_view(before).substr(open);
  char quote = 0;
  std::size_t began = 0;
  for (std::size_t i = 0; i < within.size(); ++i) {
    if (quote == 0 && (within[i] == '"' || within[i] == '\'')) {
      quote = within[i];
      began = i;
    } else if (within[i] == quote) {
      quote = 0;
    }
  }
  if (quote == 0) return fault(tag.at, "a value within an HTML tag must stand in quotes");
  std::string_view attribute = trim(within.substr(0, began));
  if (attribute.ends_with('=')) attribute = trim(attribute.substr(0, attribute.size() - 1));
  attribute = attribute.substr(attribute.find_last_of(" \t\n\"'") + 1);
  if (attribute.starts_with("on") || attribute == "style")
    return fault(tag.at, "no value may stand in the attribute " + std::string(attribute));
  const bool is_link = attribute == "href" || attribute == "src" || attribute == "background";
  if (is_link && began + 1 == within.size() && tag.name != "alarm.runbook_url")
    return fault(tag.at,
                 "a link must not begin with a value: begin it with https://, or use "
                 "{{alarm.runbook_url}}");
  return {};
}

}  // namespace

std::optional<TemplateError> scan_template(std::string_view target, std::string_view text) {
  Scopes scopes;
  // What a reader of HTML sees: without tags of mustache.
  std::string before;
  std::size_t done = 0;
  for (auto at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", done)) {
    Tag tag;
    if (auto error = read_tag(text, at, tag)) return error;
    before += lower(text.substr(done, at - done));
    if (auto error = scopes.check(tag)) return error;
    if (target == "html" && tag.kind == 'v') {
      if (auto error = check_place(before, tag)) return error;
      before += 'x';  // a link that begins so far has begun
    }
    done = tag.end;
  }
  return scopes.finish();
}

}  // namespace tocsin
