// SPDX-License-Identifier: Apache-2.0
#include "notifiers/slack_answer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "notifiers/http_outcome.hpp"

namespace tocsin {
namespace {

using Outcome = Delivery::Outcome;

// Any other error is final: it says that the request can never be taken as it is.
constexpr std::string_view kPassing[] = {
    "ratelimited",         "rate_limited",    "internal_error",    "fatal_error",
    "service_unavailable", "request_timeout", "team_added_to_org",
};
constexpr std::string_view kLost[] = {
    "message_not_found",
    "thread_not_found",
    "cant_update_message",
    "edit_window_closed",
};
constexpr std::pair<std::string_view, std::string_view> kAdvice[] = {
    {"not_in_channel", "invite the app to the channel"},
    {"channel_not_found", "no such channel, or a private one without the app"},
    {"is_archived", "the channel is archived"},
    {"invalid_auth", "the token is wrong"},
    {"not_authed", "the token is wrong"},
    {"token_revoked", "the token was revoked"},
    {"token_expired", "the token has expired"},
    {"account_inactive", "the token's app or user is no more"},
    {"missing_scope", "the app needs the scope chat:write"},
    {"not_allowed_token_type", "the token must be a bot's, xoxb-..."},
};

template <class List>
bool contains(const List& list, std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

// Top-level members alone; what is deeper is skipped.
class Members final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Members(SlackAnswer& into) : into_(into) {}

  bool boolean(bool value) override {
    if (depth_ == 1 && name_ == "ok") into_.ok = value;
    return true;
  }
  bool string(std::string& value) override {
    if (depth_ != 1) return true;
    if (name_ == "error") into_.error = value;
    if (name_ == "channel") into_.channel = value;
    if (name_ == "ts") into_.ts = value;
    return true;
  }
  bool key(std::string& name) override {
    if (depth_ == 1) name_ = name;
    return true;
  }
  bool start_object(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  bool null() override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool binary(nlohmann::json::binary_t&) override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  bool enter() {
    ++depth_;
    return true;
  }
  bool leave() {
    --depth_;
    return true;
  }

  SlackAnswer& into_;
  int depth_ = 0;
  std::string name_;
};

std::string error_text(const std::string& error) {
  std::string text = quote_words(error);
  for (const auto& [name, advice] : kAdvice)
    if (name == error) text.append(" (").append(advice).append(")");
  return text;
}

}  // namespace

SlackAnswer SlackAnswer::parse(std::string_view body) {
  SlackAnswer answer;
  Members members(answer);
  nlohmann::json::sax_parse(body.begin(), body.end(), &members);
  return answer;
}

bool SlackAnswer::is_post_lost() const { return !ok && contains(kLost, error); }

Delivery slack_outcome(const Response& answer, const SlackAnswer& said, Instant now,
                       std::string_view host) {
  if (answer.status != 200) return http_outcome(answer, now, host);
  Delivery result;
  result.detail = std::string(host) + ": ";
  if (said.ok) {
    result.outcome = Outcome::delivered;
    result.detail += "taken";
  } else if (said.error.empty()) {
    result.detail += "HTTP 200, but not an answer of Slack's";
  } else {
    result.outcome = contains(kPassing, said.error) ? Outcome::retry : Outcome::rejected;
    result.detail += error_text(said.error);
  }
  return result;
}

}  // namespace tocsin
