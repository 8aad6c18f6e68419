// SPDX-License-Identifier: Apache-2.0
// What systemd is told (sd_notify). Without systemd every call does nothing. Any thread.
#pragma once
#include <optional>
#include <string>

#include "tocsin/time.hpp"

namespace tocsin::service_notify {

// Configuration loaded, state open, sockets bound. Also ends a reload.
void ready(const std::string& status);
// A reload begins; ready() ends it, also when the old rules stay.
void reloading();
void stopping();
// The one line that `systemctl status` shows.
void status(const std::string& text);
// Feeds the watchdog. Call it only for proof of progress, never from a bare timer.
void watchdog();
// How often the watchdog wants to be fed (half of WatchdogSec=); nothing: it is off.
std::optional<Duration> watchdog_interval();

}  // namespace tocsin::service_notify
