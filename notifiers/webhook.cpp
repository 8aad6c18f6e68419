// SPDX-License-Identifier: Apache-2.0
// webhook: { url, format: native | sns, headers, retry_for }
#include <algorithm>

#include "notifiers/channels.hpp"
#include "notifiers/endpoint_name.hpp"
#include "notifiers/formats.hpp"
#include "notifiers/http_outcome.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kHeadersMax = 20;

enum class Format { native, sns, not_built };
constexpr std::pair<std::string_view, Format> kFormats[] = {
    {"native", Format::native},          {"sns", Format::sns},
    {"alertmanager", Format::not_built}, {"pagerduty", Format::not_built},
    {"teams", Format::not_built},        {"opsgenie", Format::not_built},
    {"standard", Format::not_built},
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Options {
  SecretUrl target;
  Format format = Format::native;
  Headers headers;
  std::string subscription_name;  // stable; the last part of the subscription ARN
};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// What the user writes wins over ours: a receiver may want another content type.
void replace_header(Headers& headers, const std::pair<std::string, std::string>& header) {
  std::erase_if(headers, [&](const auto& h) { return lower(h.first) == lower(header.first); });
  headers.push_back(header);
}

class Webhook final : public Notifier {
 public:
  explicit Webhook(Options options) : options_(std::move(options)) {}

  Request request(const Notification& n, const Attempt& attempt) const override {
    HttpRequest request;
    request.url = options_.target.url;
    if (options_.format == Format::sns)
      fill_sns(request, n);
    else
      fill_native(request, n, attempt);
    // Headers, since the SNS document is the same on every attempt.
    if (attempt.superseded) request.headers.emplace_back("x-alarm-superseded", "true");
    if (attempt.overtaking) request.headers.emplace_back("x-alarm-overtaking", "true");
    for (const auto& header : options_.headers) replace_header(request.headers, header);
    return request;
  }

  Delivery outcome(const Response& answer, Instant now) const override {
    return http_outcome(answer, now, options_.target.host);
  }

 private:
  static void fill_native(HttpRequest& request, const Notification& n, const Attempt& attempt) {
    request.headers = {{"content-type", "application/json"}, {"x-tocsin-message-id", n.message_id}};
    request.body = native_payload(n, attempt);
  }
  void fill_sns(HttpRequest& request, const Notification& n) const {
    const std::string subscription = n.topic_arn + ":" + options_.subscription_name;
    request.headers = {{"content-type", "text/plain; charset=UTF-8"},
                       {"x-amz-sns-message-type", "Notification"},
                       {"x-amz-sns-message-id", n.message_id},
                       {"x-amz-sns-topic-arn", n.topic_arn},
                       {"x-amz-sns-subscription-arn", subscription}};
    request.body = sns_payload(n, subscription);
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
  return std::find(std::begin(kReserved), std::end(kReserved), lower(name)) != std::end(kReserved);
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

Format read_format(ConfigReader& read) {
  Format format = Format::native;
  read.optional_name("format", format, kFormats);
  if (format == Format::not_built)
    report(read.diagnostics(), "not-built", *read.map().find("format"),
           "this webhook format is not built yet in this version", "built are: native, sns");
  return format;
}

}  // namespace

std::vector<Endpoint> make_webhook(const ConfigNode& node, const NotifierContext& context,
                                   Diagnostics& out) {
  ConfigReader read(node, "webhook", out);
  Endpoint endpoint;
  Options options;
  auto target = read_secret_url(read, "url", context);
  options.format = read_format(read);
  options.headers = read_headers(read, context);
  read_common_options(read, endpoint.retry_for);
  read.finish();
  if (!target) return {};
  options.target = std::move(*target);
  endpoint.id = endpoint_id_of_secret(context.topic, "webhook", options.target.url.reveal());
  endpoint.label = "webhook " + options.target.host;
  options.subscription_name = name_uuid(endpoint.id);
  endpoint.notifier = std::make_shared<Webhook>(std::move(options));
  return {std::move(endpoint)};
}

}  // namespace tocsin
