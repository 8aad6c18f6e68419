// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648 section 4, padded). Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

std::string to_base64(std::string_view bytes);
// None: it is empty or no base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace tocsin
