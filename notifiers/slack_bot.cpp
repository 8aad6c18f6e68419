// SPDX-License-Identifier: Apache-2.0
// slack: { token, channel, url, retry_for }: a bot that keeps one message per (alarm, key). The
// first state is a post; each further one is a reply in its thread, and then the post shows it.
#include <algorithm>
#include <cstdint>
#include <optional>

#include "notifiers/endpoint_name.hpp"
#include "notifiers/facts.hpp"
#include "notifiers/incident.hpp"
#include "notifiers/slack.hpp"
#include "notifiers/slack_answer.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kApiUrl = "https://slack.com/api";
constexpr std::size_t kChannelMax = 80;
constexpr std::size_t kFactMax = 190;  // with the fall-back a reply stays below 4000
// Slack takes one message a second of a channel.
constexpr Duration kSpacing = seconds{1};

// What is remembered of a post, as the receipt of its (alarm, key).
struct Post {
  std::string channel;
  std::string ts;
  std::string replied;      // the newest message that stands in the thread, or was the post's first
  std::uint64_t shows = 0;  // the sequence of the transition that the post shows

  static std::optional<Post> parse(const std::string& receipt) {
    const Json json = Json::parse(receipt, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    const auto text = [&](const char* name) {
      const auto found = json.find(name);
      return found != json.end() && found->is_string() ? found->get<std::string>() : "";
    };
    Post post{text("channel"), text("ts"), text("replied")};
    const auto shows = json.find("shows");
    if (shows != json.end() && shows->is_number_unsigned()) post.shows = *shows;
    if (post.channel.empty() || post.ts.empty()) return std::nullopt;
    return post;
  }
  std::string receipt() const {
    return to_text(Json{{"channel", channel}, {"ts", ts}, {"replied", replied}, {"shows", shows}});
  }
};

// A digest stands for many alarms: a post of its own, which nothing follows.
std::optional<Post> known_post(const Notification& n, const Attempt& attempt) {
  return n.digest.empty() ? Post::parse(attempt.receipt) : std::nullopt;
}

enum class Step { post, reply, update };

Step next_step(const std::optional<Post>& post, const Notification& n) {
  if (!post) return Step::post;
  return post->replied == n.message_id ? Step::update : Step::reply;
}

// A late message is told in the thread; the post goes on showing the newest state.
bool is_older(const Post& post, const Notification& n) {
  return n.transition.sequence < post.shows;
}

class SlackBot final : public Notifier {
 public:
  SlackBot(SecretUrl api, Secret token, std::string channel)
      : api_(std::move(api)), token_(std::move(token)), channel_(std::move(channel)) {}

  Request request(const Notification& n, const Attempt& attempt) const override {
    const auto post = known_post(n, attempt);
    switch (next_step(post, n)) {
      case Step::reply:
        return call("chat.postMessage", reply(n, attempt, *post));
      case Step::update: {
        Json body{{"channel", post->channel}, {"ts", post->ts}};
        body.update(slack_message(n, attempt));
        return call("chat.update", body);
      }
      case Step::post:
        break;
    }
    Json body{{"channel", channel_}, {"unfurl_links", false}, {"unfurl_media", false}};
    body.update(slack_message(n, attempt));
    return call("chat.postMessage", body);
  }

  Delivery outcome(const Response& answer, Instant now) const override {
    return slack_outcome(answer, SlackAnswer::parse(answer.body), now, api_.host);
  }

  Delivery conclude(const Notification& n, const Attempt& attempt, const Response& answer,
                    Instant now) const override {
    const SlackAnswer said = SlackAnswer::parse(answer.body);
    Delivery result = slack_outcome(answer, said, now, api_.host);
    auto post = known_post(n, attempt);
    if (post && answer.status == 200 && said.is_post_lost()) {
      result.outcome = Delivery::Outcome::delivered;  // so far: it is posted anew at once
      result.more = true;
      result.receipt = "";
    }
    if (result.outcome != Delivery::Outcome::delivered || !said.ok) return result;
    switch (next_step(post, n)) {
      case Step::post:
        post = Post{said.channel, said.ts, n.message_id, n.transition.sequence};
        break;
      case Step::reply:
        post->replied = n.message_id;
        result.more = !is_older(*post, n);
        break;
      case Step::update:
        post->shows = n.transition.sequence;
        break;
    }
    if (n.digest.empty() && !post->channel.empty() && !post->ts.empty())
      result.receipt = post->receipt();
    return result;
  }

 private:
  // Alarms are shown in the channel too: nobody is told of a post that changes.
  Json reply(const Notification& n, const Attempt& attempt, const Post& post) const {
    std::string text = "*" + slack_fallback(n) + "*";
    const std::string notice = order_notice(attempt.superseded, attempt.overtaking);
    if (!notice.empty()) text += "\n_" + notice + "_";
    for (const Fact& fact : judgement_facts(n))
      if (fact.label == "Lasted" || fact.label == "Reason")
        text += "\n" + fact.label + ": " + slack_text(one_line(fact.value), kFactMax);
    Json body{{"channel", post.channel},
              {"thread_ts", post.ts},
              {"text", std::move(text)},
              {"unfurl_links", false},
              {"unfurl_media", false}};
    if (opens_incident(n) && !attempt.superseded) body["reply_broadcast"] = true;
    return body;
  }

  HttpRequest call(const char* method, const Json& body) const {
    HttpRequest request;
    request.url = url_below(api_.url, method);
    request.tls = api_.tls;
    request.headers = {{"content-type", "application/json; charset=utf-8"},
                       {"authorization", "Bearer " + token_.reveal()}};
    request.body = to_text(body);
    return request;
  }

  SecretUrl api_;
  Secret token_;
  std::string channel_;
};

std::optional<Secret> read_token(ConfigReader& read, const NotifierContext& context) {
  auto token = read_secret(read, "token", context);
  if (!token) return std::nullopt;
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7f; };
  if (token->reveal().starts_with("xox") &&
      std::all_of(token->reveal().begin(), token->reveal().end(), is_plain))
    return token;
  report(read.diagnostics(), "bad-value", *read.map().find("token"),
         "`token` is not one of Slack's", "a bot's begins with xoxb-");
  return std::nullopt;
}

std::string read_channel(ConfigReader& read) {
  std::string channel;
  if (!read.require("channel", channel)) return {};
  const bool plain = std::all_of(channel.begin(), channel.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '/' && c != 0x7f;
  });
  if (plain && !channel.empty() && channel.size() <= kChannelMax) return channel;
  report(read.diagnostics(), "bad-value", *read.map().find("channel"),
         "`channel` must be the name or the id of a channel", "such as \"#alarms\" or C0123456789");
  return {};
}

}  // namespace

std::vector<Endpoint> make_slack_bot(const ConfigNode& node, const NotifierContext& context,
                                     Diagnostics& out) {
  ConfigReader read(node, "slack", out);
  Endpoint endpoint;
  if (const ConfigNode* hook = read.find("webhook_url"))
    report(out, "conflict", *hook, "`webhook_url` and `token` exclude each other",
           "a bot has `token` and `channel`");
  auto token = read_token(read, context);
  const std::string channel = read_channel(read);
  auto api = read_service_url(read, "url", kApiUrl, context);
  read_http_options(read, context, endpoint);
  read.finish();
  if (!token || channel.empty() || !api) return {};
  endpoint.id = endpoint_id(context.topic, "slack", channel);
  endpoint.label = "slack " + channel;
  endpoint.policy.spacing = std::max(endpoint.policy.spacing, kSpacing);
  endpoint.notifier = std::make_shared<SlackBot>(std::move(*api), std::move(*token), channel);
  return {std::move(endpoint)};
}

}  // namespace tocsin
