// SPDX-License-Identifier: Apache-2.0
// Who, what, when, where, which: an event as a person asks about it.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/notification.hpp"

namespace tocsin {

// CloudTrail identities of all kinds; sshd and other lines as well as can be. What is not known
// stays empty; nothing here is longer than 300 characters, holds a line break or is invalid UTF-8.
// `time_zone`: IANA.
FiveWs five_ws(const Evidence& event, std::string_view time_zone);

// The first resources in one text: "sg-1, sg-2, and 3 more"; "" if there are none.
std::string which_text(const FiveWs& facts);

}  // namespace tocsin
