// SPDX-License-Identifier: Apache-2.0
// Who is at the other end of a unix socket, by what the kernel says of the process that connected.
#pragma once
#include <string>

namespace tocsin {

// The user's name; "uid 1000" for one without a name, "" if the kernel does not say.
std::string peer_name(int socket);

}  // namespace tocsin
