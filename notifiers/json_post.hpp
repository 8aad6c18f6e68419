// SPDX-License-Identifier: Apache-2.0
// What most chat and incident services want: JSON, posted to one URL. Pure.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "notifiers/channels.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

using JsonBody = std::function<std::string(const Notification&, const Attempt&)>;

std::shared_ptr<const Notifier> make_json_post(SecretUrl target, JsonBody body);

// A channel `type` whose one option of its own is the secret `webhook_url`.
std::vector<Endpoint> make_webhook_url_channel(std::string_view type, JsonBody body,
                                               const ConfigNode& options,
                                               const NotifierContext& context, Diagnostics& out);

}  // namespace tocsin
