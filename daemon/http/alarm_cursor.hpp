// SPDX-License-Identifier: Apache-2.0
// Where the next page of a listing begins, as text for a query: letters and digits only. Its form
// is nobody else's business.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "daemon/store/alarm_query.hpp"

namespace tocsin {

std::string cursor_text(const AlarmCursor& cursor);
// Nothing: this is no such text.
std::optional<AlarmCursor> parse_cursor(std::string_view text);

// "ALARM", "OK", "INSUFFICIENT_DATA".
std::optional<AlarmState> parse_state(std::string_view text);

}  // namespace tocsin
