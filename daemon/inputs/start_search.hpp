// SPDX-License-Identifier: Apache-2.0
// Where to begin in a file that has never been read.
#pragma once
#include <cstdint>

#include "rules/match/time/event_time.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// The end of the file's last whole line: a line that is being written is not cut. Looks back at
// most `line_bytes_max`.
std::uint64_t last_line_begin(int file, std::uint64_t size, std::size_t line_bytes_max);

// The first line whose time is not before `since`, by bisection: the file is taken to be in order
// of time. `modified` settles a missing year. A file without any time is read from its beginning.
std::uint64_t first_line_since(int file, std::uint64_t size, const EventTime& event_time,
                               Instant since, Instant modified);

}  // namespace tocsin
