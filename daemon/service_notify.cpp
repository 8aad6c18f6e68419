// SPDX-License-Identifier: Apache-2.0
#include "daemon/service_notify.hpp"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <cstdint>

#include "rules/message/text.hpp"

namespace tocsin::service_notify {
namespace {

void send(const std::string& message) { sd_notify(0, message.c_str()); }

// A line break would start another assignment.
std::string status_line(const std::string& text) { return "STATUS=" + to_one_line(text); }

std::uint64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
}

}  // namespace

void ready(const std::string& text) { send("READY=1\n" + status_line(text)); }

// Type=notify-reload (systemd 253) needs the time to tell this reload from an earlier one.
void reloading() {
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_microseconds()) +
       "\nSTATUS=reloading");
}

void stopping() { send("STOPPING=1\nSTATUS=stopping"); }

void status(const std::string& text) { send(status_line(text)); }

void watchdog() { send("WATCHDOG=1"); }

std::optional<Duration> watchdog_interval() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return Duration{static_cast<std::int64_t>(microseconds / 2'000)};
}

}  // namespace tocsin::service_notify
