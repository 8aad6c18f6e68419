// SPDX-License-Identifier: Apache-2.0
// webhook: { url, format, raw, headers, signing_key, retry_for, delivery_policy }
#include <algorithm>
#include <iterator>
#include <span>

#include "notifiers/channels.hpp"
#include "notifiers/endpoint_name.hpp"
#include "notifiers/http_outcome.hpp"
#include "notifiers/payload_format.hpp"
#include "notifiers/text.hpp"
#include "notifiers/webhook_signature.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kHeadersMax = 20;
constexpr std::size_t kKeysMax = 4;

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Options {
  SecretUrl target;
  const PayloadFormat* format = nullptr;
  std::string content_type;
  Headers headers;
  std::vector<WebhookKey> keys;
  SnsSubscription subscription;
  bool raw = false;  // of SNS' documents the Message alone
};

// What the user writes wins over ours: a receiver may want another content type.
void replace_header(Headers& headers, const std::pair<std::string, std::string>& header) {
  std::erase_if(headers,
                [&](const auto& h) { return lower_case(h.first) == lower_case(header.first); });
  headers.push_back(header);
}

class Webhook final : public Notifier {
 public:
  explicit Webhook(Options options) : options_(std::move(options)) {}

  Request request(const Notification& n, const Attempt& attempt) const override {
    HttpRequest request;
    request.url = options_.target.url;
    request.tls = options_.target.tls;
    request.body =
        options_.raw ? sns_message(n) : options_.format->body(n, attempt, options_.subscription);
    request.headers = {{"content-type", options_.content_type}};
    if (options_.format->name == "sns")
      add_sns_headers(request.headers, "Notification", n, options_.subscription.arn(n),
                      options_.raw);
    else
      request.headers.emplace_back("x-tocsin-message-id", n.message_id);
    // Headers, since the SNS document is the same on every attempt.
    if (attempt.superseded) request.headers.emplace_back("x-alarm-superseded", "true");
    if (attempt.overtaking) request.headers.emplace_back("x-alarm-overtaking", "true");
    for (const auto& header : options_.headers) replace_header(request.headers, header);
    if (!options_.keys.empty()) sign(request, n, attempt);
    return request;
  }

  Delivery outcome(const Response& answer, Instant now) const override {
    return http_outcome(answer, now, options_.target.host);
  }

 private:
  void sign(HttpRequest& request, const Notification& n, const Attempt& attempt) const {
    request.headers.insert(request.headers.end(),
                           {{"webhook-id", n.message_id},
                            {"webhook-timestamp", webhook_timestamp(attempt.now)},
                            {"webhook-signature", webhook_signature(options_.keys, n.message_id,
                                                                    attempt.now, request.body)}});
  }

  Options options_;
};

bool is_token(std::string_view name) {
  const auto is_token_char = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_char);
}

// Headers that belong to the transport: setting them by hand breaks the message or hides another
// host behind this one.
bool is_reserved(const std::string& name) {
  constexpr std::string_view kReserved[] = {"host",   "content-length",    "connection",
                                            "expect", "transfer-encoding", "upgrade"};
  return std::find(std::begin(kReserved), std::end(kReserved), lower_case(name)) !=
         std::end(kReserved);
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

Headers read_headers(ConfigReader& read, const NotifierContext& context) {
  const ConfigNode* node = read.find("headers");
  Headers headers;
  if (node == nullptr) return headers;
  Diagnostics& out = read.diagnostics();
  if (!node->is_map()) {
    config::wrong_type(*node, "headers", "a map of texts", out);
    return headers;
  }
  if (node->entries.size() > kHeadersMax)
    report(out, "bad-value", *node, "`headers` may have at most 20 entries");
  for (const auto& [name, value] : node->entries) {
    if (!is_token(name.scalar) || is_reserved(name.scalar))
      report(out, "bad-value", name, "`" + name.scalar + "` cannot be set as a header");
    const auto text = resolve(value, "headers." + name.scalar, context, out);
    if (!text) continue;
    if (has_control(text->reveal()))
      report(out, "bad-value", value, "a header must not contain control characters");
    headers.emplace_back(name.scalar, text->reveal());
  }
  return headers;
}

// `signing_key`: one, or while keys are changed the new and the old one.
std::vector<WebhookKey> read_keys(ConfigReader& read, const NotifierContext& context) {
  std::vector<WebhookKey> keys;
  const ConfigNode* node = read.find("signing_key");
  if (node == nullptr) return keys;
  Diagnostics& out = read.diagnostics();
  const std::span<const ConfigNode> items =
      node->is_sequence() ? std::span(node->items) : std::span(node, 1);
  if (items.empty() || items.size() > kKeysMax)
    report(out, "bad-value", *node, "`signing_key` must be 1 to 4 keys");
  for (const ConfigNode& item : items) {
    const auto text = resolve(item, "signing_key", context, out);
    if (!text) continue;
    auto key = WebhookKey::parse(text->reveal());
    if (key)
      keys.push_back(std::move(key).value());
    else
      report(out, "bad-value", item, "`signing_key`: " + key.error().text,
             "whsec_ and base64 of 32 random bytes, as a credential");
  }
  return keys;
}

// Raw delivery is SNS' own: it makes the format sns, and goes with no other.
void read_raw(ConfigReader& read, Options& options) {
  if (!read.optional("raw", options.raw) || !options.raw) return;
  const ConfigNode* format = read.map().find("format");
  if (format == nullptr)
    options.format = &payload_format("sns");
  else if (options.format->name != "sns")
    report(read.diagnostics(), "conflict", *format,
           "`raw` delivers SNS' Message alone: it goes with the format sns", "leave `format` out");
}

}  // namespace

std::vector<Endpoint> make_webhook(const ConfigNode& node, const NotifierContext& context,
                                   Diagnostics& out) {
  ConfigReader read(node, "webhook", out);
  Endpoint endpoint;
  Options options;
  auto target = read_secret_url(read, "url", context);
  options.format = read_format(read, context);
  read_raw(read, options);
  options.headers = read_headers(read, context);
  options.keys = read_keys(read, context);
  read_http_options(read, context, endpoint);
  read.finish();
  if (!target) return {};
  options.content_type = endpoint.policy.content_type.empty()
                             ? std::string(options.format->content_type)
                             : endpoint.policy.content_type;
  options.target = std::move(*target);
  endpoint.id = endpoint_id_of_secret(context.topic, "webhook", options.target.url.reveal());
  endpoint.label = "webhook " + options.target.host;
  options.subscription = sns_subscription(name_uuid(endpoint.id), context);
  limit_to_format(endpoint, *options.format);
  endpoint.notifier = std::make_shared<Webhook>(std::move(options));
  return {std::move(endpoint)};
}

}  // namespace tocsin
