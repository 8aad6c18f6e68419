// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/api_body.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "rules/match/time/event_time.hpp"
#include "tocsin/config_values.hpp"
#include "tocsin/suggest.hpp"

namespace tocsin {

using Json = nlohmann::ordered_json;

struct ApiBody::Content {
  Json object = Json::object();
  std::vector<std::string> asked;
  std::optional<Error> fault;

  const Json* find(const char* name) {
    asked.emplace_back(name);
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }
};

ApiBody::ApiBody(const std::string& text) : content_(std::make_unique<Content>()) {
  if (text.empty()) return;
  Json parsed = Json::parse(text, nullptr, false);
  if (parsed.is_object())
    content_->object = std::move(parsed);
  else
    blame("the body must be a JSON object");
}

ApiBody::~ApiBody() = default;

void ApiBody::blame(const std::string& text) {
  if (!content_->fault) content_->fault = Error{"bad-value", text};
}

std::string ApiBody::text(const char* name, Need need) {
  const Json* value = content_->find(name);
  if (value != nullptr && value->is_string()) return value->get<std::string>();
  if (value != nullptr)
    blame(std::string("`") + name + "` must be a text");
  else if (need == Need::required)
    blame(std::string("`") + name + "` is missing");
  return {};
}

std::optional<bool> ApiBody::flag(const char* name) {
  const Json* value = content_->find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  blame(std::string("`") + name + "` must be true or false");
  return std::nullopt;
}

std::vector<std::string> ApiBody::texts(const char* name) {
  const Json* value = content_->find(name);
  if (value == nullptr) return {};
  const bool fits = value->is_array() && std::all_of(value->begin(), value->end(),
                                                     [](const Json& v) { return v.is_string(); });
  if (fits) return value->get<std::vector<std::string>>();
  blame(std::string("`") + name + "` must be an array of texts");
  return {};
}

std::vector<std::int64_t> ApiBody::numbers(const char* name) {
  constexpr std::size_t kMost = 1000;
  const Json* value = content_->find(name);
  if (value == nullptr) return {};
  const bool fits = value->is_array() && value->size() <= kMost &&
                    std::all_of(value->begin(), value->end(),
                                [](const Json& v) { return v.is_number_integer(); });
  if (fits) return value->get<std::vector<std::int64_t>>();
  blame(std::string("`") + name + "` must be an array of at most 1000 whole numbers");
  return {};
}

ApiBody::Pairs ApiBody::pairs(const char* name) {
  Pairs out;
  const Json* value = content_->find(name);
  if (value == nullptr) return out;
  const bool fits = value->is_object() && std::all_of(value->begin(), value->end(),
                                                      [](const Json& v) { return v.is_string(); });
  if (!fits) {
    blame(std::string("`") + name + "` must be an object of texts");
    return out;
  }
  for (const auto& [key, text] : value->items()) out.emplace_back(key, text.get<std::string>());
  return out;
}

std::optional<AlarmKey> ApiBody::key(const char* name) {
  const auto given = content_->object.find(name);
  AlarmKey out = pairs(name);
  std::sort(out.begin(), out.end());
  if (given == content_->object.end() || given->is_null()) return std::nullopt;
  return out;
}

std::string ApiBody::json(const char* name) {
  const Json* value = content_->find(name);
  if (value == nullptr) return {};
  return value->is_string() ? value->get<std::string>() : value->dump();
}

std::optional<Instant> ApiBody::time(const char* name) {
  const std::string given = text(name);
  if (given.empty()) return std::nullopt;
  const std::optional<Instant> at = parse_rfc3339(given);
  if (!at) blame(std::string("`") + name + "` must be a time like 2026-03-14T11:41:02Z");
  return at;
}

std::optional<Instant> ApiBody::end(const char* name, Instant now) {
  const std::optional<Instant> at = time(name);
  const std::string span = text("for");
  if (span.empty()) return at;
  const std::optional<Duration> duration = parse_duration(span);
  if (!duration || duration->count() == 0)
    blame("`for` must be a duration like 90s, 5m or 1h30m");
  else if (at)
    blame(std::string("either `for` or `") + name + "`");
  return duration ? now + *duration : at;
}

std::optional<Error> ApiBody::fault() {
  for (const auto& [name, value] : content_->object.items()) {
    if (std::find(content_->asked.begin(), content_->asked.end(), name) != content_->asked.end())
      continue;
    blame("`" + name + "` is not known here; " + suggest(name, content_->asked));
  }
  return content_->fault;
}

}  // namespace tocsin
