// SPDX-License-Identifier: Apache-2.0
// The JSON object in the body of a request, read member by member. The first fault is kept; a
// member that nobody asked for is one too, so that a slip is not a silent default.
//
//   ApiBody body(call.request.body);
//   const std::string reason = body.text("reason", ApiBody::Need::required);
//   if (const auto fault = body.fault()) return failed(*fault);
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/result.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class ApiBody {
 public:
  enum class Need { optional, required };
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  // No text: an object without members.
  explicit ApiBody(const std::string& text);
  ~ApiBody();

  std::string text(const char* name, Need need = Need::optional);
  std::optional<bool> flag(const char* name);
  std::vector<std::string> texts(const char* name);     // an array of texts
  std::vector<std::int64_t> numbers(const char* name);  // an array of whole numbers, at most 1,000
  Pairs pairs(const char* name);                        // {"name": "value"}
  std::optional<AlarmKey> key(const char* name);        // the same, if it is there
  // Text, or any other JSON as its text.
  std::string json(const char* name);
  // RFC 3339.
  std::optional<Instant> time(const char* name);
  // `name` as a time, or now and the duration of "for"; not both.
  std::optional<Instant> end(const char* name, Instant now);

  // Error bad-value.
  std::optional<Error> fault();

 private:
  struct Content;
  void blame(const std::string& text);
  std::unique_ptr<Content> content_;
};

}  // namespace tocsin
