// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/peer.hpp"

#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "rules/message/text.hpp"

namespace tocsin {

Peer peer_of(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  std::array<char, 4096> memory{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(peer.uid, &entry, memory.data(), memory.size(), &found) == 0 && found != nullptr)
    return {found->pw_name, peer.uid == 0};
  return {"uid " + std::to_string(peer.uid), peer.uid == 0};
}

std::string caller_of(const Peer& peer, std::string_view claimed) {
  constexpr std::size_t kNameMost = 64;
  const std::string name = cut_code_points(to_one_line(claimed), kNameMost);
  if (!peer.is_root || name.empty()) return peer.name.empty() ? "somebody" : peer.name;
  return name + " (as " + peer.name + ")";
}

}  // namespace tocsin
