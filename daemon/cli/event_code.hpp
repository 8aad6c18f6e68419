// SPDX-License-Identifier: Apache-2.0
// Matched events as bytes, on their way from matching to evaluation: a few dozen of them instead of
// several blocks of memory. The code is the same in memory and in a temporary file, and never
// leaves the process.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/match.hpp"

namespace tocsin {

// Appends an event's id and samples.
void encode_event(const MatchedEvent& event, std::string& bytes);
// The same, out of what encode_event() has appended, into `event`, whose memory is used again and
// whose message is cleared. Nothing appended: an event without id and samples.
void decode_event(std::string_view bytes, MatchedEvent& event);

}  // namespace tocsin
