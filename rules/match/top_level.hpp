// SPDX-License-Identifier: Apache-2.0
// One member of an event's root object, without parsing the event where the bytes alone tell.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rules/pattern/event_view.hpp"

namespace tocsin {

// The string or number (source text) under `name` in the root object; nullopt: absent, of another
// kind, no object. A name of the same spelling further in never counts. `name` is made of
// characters that JSON writes as they are. Where one look suffices, what stands behind the member
// is not judged: an event cut in the middle still has a time.
std::optional<std::string> top_level_scalar(EventView& event, std::string_view name);

}  // namespace tocsin
