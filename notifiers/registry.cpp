// SPDX-License-Identifier: Apache-2.0
#include "notifiers/channels.hpp"

namespace tocsin {
namespace {

constexpr NotifierType kTypes[] = {
    {"webhook", "posts JSON to a URL: Tocsin's own or the SNS envelope", make_webhook},
    {"slack", "posts to a Slack incoming webhook", make_slack},
    {"email", "sends mail, text and HTML, through an SMTP server", make_email},
};

}  // namespace

std::span<const NotifierType> notifier_types() { return kTypes; }

}  // namespace tocsin
