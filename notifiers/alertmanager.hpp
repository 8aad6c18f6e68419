// SPDX-License-Identifier: Apache-2.0
// Alarms as Prometheus' Alertmanager speaks of them: the alert of (alarm, key) and the two
// documents that hold alerts. Pure. spec/notifications.md section 7.
#pragma once
#include <string>

#include "tocsin/notification.hpp"

namespace tocsin {

// What Alertmanager's own webhooks post ("version": "4"), one alert.
std::string alertmanager_webhook_payload(const Notification& n);

// What its API v2 takes at /api/v2/alerts, one alert. Firing alerts name an end a year away:
// without one Alertmanager resolves what is not sent again within minutes.
std::string alertmanager_api_payload(const Notification& n);

}  // namespace tocsin
