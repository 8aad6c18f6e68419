// SPDX-License-Identifier: Apache-2.0
#include "notifiers/journal_send.hpp"

#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

namespace tocsin {
namespace {

constexpr const char* kSocket = "/run/systemd/journal/socket";

}  // namespace

Response send_to_journal(const JournalRequest& request) {
  // libsystemd takes a journal that is not there for success.
  if (access(kSocket, W_OK) != 0)
    return {.failure = Response::Failure::connect_refused, .detail = std::strerror(errno)};
  std::vector<std::string> lines;
  for (const auto& [name, value] : request.fields) lines.push_back(name + "=" + value);
  std::vector<iovec> parts;
  for (std::string& line : lines) parts.push_back({line.data(), line.size()});
  const int error = sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
  if (error < 0) return {.failure = Response::Failure::other, .detail = std::strerror(-error)};
  return {.status = 200};
}

}  // namespace tocsin
