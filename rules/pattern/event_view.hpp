// SPDX-License-Identifier: Apache-2.0
// One event as every pattern of a log group sees it; the JSON and the split fields are made once,
// when first asked for.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "rules/pattern/fields.hpp"
#include "rules/pattern/json_event.hpp"

namespace tocsin {

// Reused from event to event by reset(). One thread. `reader` and the message outlive the view's
// use of them.
class EventView {
 public:
  explicit EventView(JsonReader& reader, std::string_view message = {});

  void reset(std::string_view message);

  std::string_view message() const { return message_; }
  const JsonNode* json();  // nullptr: the event is no JSON object or array
  const std::vector<Field>& fields();
  // Whether a \u stands anywhere: then names and values of its JSON may be written in disguise.
  bool has_unicode_escape();

 private:
  JsonReader& reader_;
  std::string_view message_;
  bool has_json_ = false, has_fields_ = false;
  std::optional<bool> has_unicode_escape_;
  const JsonNode* json_ = nullptr;
  std::vector<Field> fields_;
};

}  // namespace tocsin
