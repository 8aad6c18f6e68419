// SPDX-License-Identifier: Apache-2.0
#include "notifiers/channels.hpp"

namespace tocsin {
namespace {

constexpr NotifierType kTypes[] = {
    {"webhook", "posts JSON to a URL: Tocsin's own or the SNS envelope", make_webhook, true},
    {"slack", "posts to a Slack incoming webhook, or keeps a message per alarm as a bot",
     make_slack},
    {"email", "sends mail, text and HTML, through an SMTP server", make_email},
    {"email-json", "mails the SNS document as JSON, for programs", make_email_json},
    {"pagerduty", "opens and resolves incidents through PagerDuty's Events API v2", make_pagerduty},
    {"teams", "posts an Adaptive Card to a Microsoft Teams workflow", make_teams},
    {"alertmanager", "sends alerts to a Prometheus Alertmanager", make_alertmanager},
    {"file", "appends a line of JSON to a file", make_file, true},
    {"exec", "runs a command with the message on its standard input", make_exec, true},
    {"journal", "writes an entry with fields to the systemd journal", make_journal},
};

}  // namespace

std::span<const NotifierType> notifier_types() { return kTypes; }

}  // namespace tocsin
