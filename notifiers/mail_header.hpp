// SPDX-License-Identifier: Apache-2.0
// Header fields and addresses of mail: what may go over the wire, and how. Pure. RFC 5322, RFC
// 2047.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "tocsin/result.hpp"

namespace tocsin {

// "Name: value" as it goes over the wire, without the last line break: what is not ASCII as encoded
// words, folded so that no line is longer than 998 bytes. Error: a control character (a line break
// would start a header of somebody else's making), bytes that are not UTF-8, or a name that is
// none.
Result<std::string> encode_mail_header(std::string_view name, std::string_view value);

// "ops@example.com", and "Ops <ops@example.com>" where a display name may stand.
struct MailAddress {
  std::string display_name;
  std::string address;
};
std::optional<MailAddress> parse_mail_address(std::string_view text);
// For a From or To header, not yet encoded.
std::string format_mail_address(const MailAddress& address);

// `text` as the right side of a Message-ID: letters, digits, dots and hyphens; "tocsin" if nothing
// is left.
std::string mail_domain(std::string_view text);

}  // namespace tocsin
