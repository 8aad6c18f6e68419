// SPDX-License-Identifier: Apache-2.0
// The events of `tocsin explain --event FILE`: what EventReader reads, and one JSON event written
// over several lines.
#pragma once
#include <memory>
#include <string>

#include "daemon/inputs/event_reader.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

// Up to here a file is looked at as a whole, to see whether it is one JSON event.
inline constexpr std::size_t kWholeEventBytesMax = std::size_t{1} << 20;

struct ExplainedEvents {
  std::string whole;                    // the one event, if it is JSON over several lines
  std::unique_ptr<EventReader> reader;  // else
};

// `path` may be "-". Errors as EventReader::open's.
Result<ExplainedEvents> open_explained_events(const std::string& path);

}  // namespace tocsin
