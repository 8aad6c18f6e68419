// SPDX-License-Identifier: Apache-2.0
#include "notifiers/json_post.hpp"

#include <utility>

#include "notifiers/endpoint_name.hpp"
#include "notifiers/http_outcome.hpp"

namespace tocsin {
namespace {

class JsonPost final : public Notifier {
 public:
  JsonPost(SecretUrl target, JsonBody body) : target_(std::move(target)), body_(std::move(body)) {}

  Request request(const Notification& n, const Attempt& attempt) const override {
    HttpRequest request;
    request.url = target_.url;
    request.tls = target_.tls;
    request.headers = {{"content-type", "application/json; charset=utf-8"}};
    request.body = body_(n, attempt);
    return request;
  }
  Delivery outcome(const Response& answer, Instant now) const override {
    return http_outcome(answer, now, target_.host);
  }

 private:
  SecretUrl target_;
  JsonBody body_;
};

}  // namespace

std::shared_ptr<const Notifier> make_json_post(SecretUrl target, JsonBody body) {
  return std::make_shared<JsonPost>(std::move(target), std::move(body));
}

std::vector<Endpoint> make_webhook_url_channel(std::string_view type, JsonBody body,
                                               const ConfigNode& options,
                                               const NotifierContext& context, Diagnostics& out) {
  ConfigReader read(options, std::string(type), out);
  Endpoint endpoint;
  auto target = read_secret_url(read, "webhook_url", context);
  read_http_options(read, context, endpoint);
  read.finish();
  if (!target) return {};
  endpoint.id = endpoint_id_of_secret(context.topic, type, target->url.reveal());
  endpoint.label = std::string(type) + " " + target->host;
  endpoint.notifier = make_json_post(std::move(*target), std::move(body));
  return {std::move(endpoint)};
}

}  // namespace tocsin
