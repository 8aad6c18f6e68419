// SPDX-License-Identifier: Apache-2.0
// The mustache library as templates of ours use it: events as its data, names with dots, no
// partials. Included by the two files that render templates and by nobody else.
#pragma once
#include <kainjow/mustache.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/message/summary.hpp"
#include "rules/pattern/json_event.hpp"

namespace tocsin {

namespace km = kainjow::mustache;

km::data to_data(const JsonNode& node, int level = 0);

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
  static const km::data* descend(const km::data* from, std::string_view path);

  std::vector<const km::data*> levels_;
};

// Sets `path` ("a.b" makes an object in an object).
void set_path(km::data& object, std::string_view path, const std::string& value);

// An event's text; a line that is no JSON is {{message}} and what its pattern names.
km::data event_data(std::string_view message, const SummaryFields& fields);

}  // namespace tocsin
