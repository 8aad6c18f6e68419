// SPDX-License-Identifier: Apache-2.0
// Small text tools of the channels: valid UTF-8, cutting by code points, escaping, dates. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "tocsin/escape.hpp"  // IWYU pragma: export
#include "tocsin/time.hpp"
#include "tocsin/utf8.hpp"  // IWYU pragma: export

namespace tocsin {

// `text` with every invalid byte replaced by U+FFFD and every control character but line feed and
// tab by a space.
std::string printable(std::string_view text);
// The same on one line: line feed and tab are spaces too. Fit for a header or a title.
std::string one_line(std::string_view text);

// At most `max` code points (at least 3), the last three "..." if something was cut.
std::string truncate(std::string_view text, std::size_t max);

// ASCII letters only.
std::string lower_case(std::string_view text);

// "2026-03-14T11:41:02.123Z".
std::string format_iso(Instant t);
// "Saturday 14 March, 2026 11:41:02 UTC", as CloudWatch writes to people.
std::string format_long(Instant t);
// "Sat, 14 Mar 2026 11:41:02 +0000", RFC 5322.
std::string format_mail_date(Instant t);

}  // namespace tocsin
