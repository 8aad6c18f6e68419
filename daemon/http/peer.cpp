// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/peer.hpp"

#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace tocsin {

std::string peer_name(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  std::array<char, 4096> memory{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(peer.uid, &entry, memory.data(), memory.size(), &found) == 0 && found != nullptr)
    return found->pw_name;
  return "uid " + std::to_string(peer.uid);
}

}  // namespace tocsin
