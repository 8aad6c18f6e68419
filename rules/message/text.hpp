// SPDX-License-Identifier: Apache-2.0
// Bytes from outside made fit for people and JSON: valid UTF-8, no control characters, bounded
// lengths.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

// What stands for text that was left out.
inline constexpr std::string_view kEllipsis = "...";

// Invalid UTF-8 becomes U+FFFD, one for each byte that fits nowhere.
std::string to_valid_utf8(std::string_view text);

// For subjects and sentences: valid UTF-8 on one line. Control characters, U+2028, U+2029 and the
// invisible characters that turn the direction of writing become spaces; runs of spaces become one,
// none stays at the ends.
std::string to_one_line(std::string_view text);

// At most `limit` bytes, cut before a whole UTF-8 character, "..." included if something was cut.
// `text` need not be valid.
std::string cut_bytes(std::string_view text, std::size_t limit);

// At most `limit` code points of valid UTF-8, "..." included if something was cut.
std::string cut_code_points(std::string_view text, std::size_t limit);

std::size_t count_code_points(std::string_view valid_utf8);

// The shortest decimal text that reads back as the same double: "2", "0.5", "1000000", "1e+30".
// Without an exponent where people read none.
std::string format_number(double value);
// A measured value for people, who do not read 16 digits: whole numbers whole, of others the 6
// digits that count, "987.984"; but so many that one sees on which side of `beside` it is.
std::string format_value(double value, std::optional<double> beside = {});

}  // namespace tocsin
