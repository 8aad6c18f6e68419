// SPDX-License-Identifier: Apache-2.0
// Messages that were given up: looked at, sent again, thrown away.
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "daemon/http/api_body.hpp"
#include "daemon/http/api_call.hpp"

namespace tocsin {
namespace {

using api_json::Json;

std::optional<std::int64_t> number_from(std::string_view text) {
  std::int64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return value;
}

// "1773488470000-17": when the last one of a page was given up, and its id.
std::optional<std::pair<Instant, std::int64_t>> cursor_from(std::string_view text) {
  const std::size_t dash = text.find('-', 1);
  if (dash == std::string_view::npos) return std::nullopt;
  const auto time = number_from(text.substr(0, dash));
  const auto id = number_from(text.substr(dash + 1));
  if (!time || !id) return std::nullopt;
  return std::pair{instant_from_ms(*time), *id};
}

Error no_such(const std::string& id) { return {"not-found", "there is no dead letter " + id}; }

// What a body says of the letters that are meant; some condition must be there.
Result<DeadLetterQuery> query_from(ApiBody& body) {
  DeadLetterQuery query;
  query.ids = body.numbers("ids");
  query.topic = body.text("topic");
  query.endpoint = body.text("subscription");
  const bool all = body.flag("all").value_or(false);
  if (auto fault = body.fault()) return *fault;
  const bool chosen = !query.ids.empty() || !query.topic.empty() || !query.endpoint.empty();
  if (!chosen && !all)
    return Error{"bad-value", "`ids`, `topic` or `subscription` are wanted, or `all`: true"};
  if (!query.ids.empty() && (all || !query.topic.empty() || !query.endpoint.empty()))
    return Error{"bad-value", "`ids` stand alone"};
  return query;
}

ApiResponse settle(const ApiCall& call, DeadLetterFate fate) {
  ApiBody body(call.request.body);
  const Result<DeadLetterQuery> query = query_from(body);
  if (!query) return failed(query.error());
  const Result<DeadLetterAnswer> answer = call.source.settle_dead_letters(fate, *query);
  if (!answer) return failed(answer.error());
  if (answer->concerned == 0 && answer->left == 0 && !query->ids.empty())
    return failed(no_such(std::to_string(query->ids.front())));
  return json_response(
      {{"concerned", answer->concerned}, {"left", answer->left}, {"left_because", answer->why}});
}

}  // namespace

ApiResponse get_dead_letters(const ApiCall& call) {
  DeadLetterQuery query;
  query.topic = call.parameter("topic");
  query.endpoint = call.parameter("subscription");
  query.limit = call.limit;
  if (const std::string_view after = call.parameter("after"); !after.empty()) {
    const auto cursor = cursor_from(after);
    if (!cursor) return problem(400, "bad-value", "`after` must be the `next` of a page");
    query.after = *cursor;
  }
  const Result<std::vector<DeadLetter>> letters = call.source.dead_letters(query);
  if (!letters) return failed(letters.error());
  Json next;
  if (letters->size() == query.limit)
    next =
        std::to_string(to_ms(letters->back().given_up)) + "-" + std::to_string(letters->back().id);
  return json_response({{"dead_letters", array_of(*letters)}, {"next", std::move(next)}});
}

ApiResponse get_dead_letter(const ApiCall& call) {
  const std::optional<std::int64_t> id = number_from(call.names[0]);
  if (!id) return failed(no_such(call.names[0]));
  const Result<std::vector<DeadLetter>> letters = call.source.dead_letters({.ids = {*id}});
  if (!letters) return failed(letters.error());
  if (letters->empty()) return failed(no_such(call.names[0]));
  return json_response(api_json::from(letters->front()));
}

ApiResponse post_redrive(const ApiCall& call) { return settle(call, DeadLetterFate::redrive); }
ApiResponse post_purge(const ApiCall& call) { return settle(call, DeadLetterFate::purge); }

}  // namespace tocsin
