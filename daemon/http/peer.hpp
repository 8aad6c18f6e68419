// SPDX-License-Identifier: Apache-2.0
// Who is at the other end of a unix socket, by what the kernel says of the process that connected.
#pragma once
#include <string>
#include <string_view>

namespace tocsin {

struct Peer {
  std::string name;      // the user's; "uid 1000" for one without a name
  bool is_root = false;  // may speak for another
};

// An empty name: the kernel does not say.
Peer peer_of(int socket);

// A header in which root says for whom it asks, as under sudo(8).
inline constexpr const char* kUserHeader = "Tocsin-User";

// Who asks, for history and people: the peer, or "alice (as root)".
std::string caller_of(const Peer& peer, std::string_view claimed);

}  // namespace tocsin
