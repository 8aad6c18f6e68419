// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/event_view.hpp"

namespace tocsin {

EventView::EventView(JsonReader& reader, std::string_view message)
    : reader_(reader), message_(message) {}

void EventView::reset(std::string_view message) {
  message_ = message;
  has_json_ = has_fields_ = false;
  has_unicode_escape_.reset();
}

const JsonNode* EventView::json() {
  if (!has_json_) json_ = reader_.read(message_);
  has_json_ = true;
  return json_;
}

bool EventView::has_unicode_escape() {
  // Backslashes are rare, so looking for the first byte is fast.
  if (!has_unicode_escape_) has_unicode_escape_ = message_.find("\\u") != std::string_view::npos;
  return *has_unicode_escape_;
}

const std::vector<Field>& EventView::fields() {
  if (!has_fields_) split_fields(message_, fields_);
  has_fields_ = true;
  return fields_;
}

}  // namespace tocsin
