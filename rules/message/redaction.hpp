// SPDX-License-Identifier: Apache-2.0
// Secrets leave no trace in what is stored or sent. spec/notifications.md 1.2.
#pragma once
#include <string>
#include <string_view>

namespace tocsin {

inline constexpr std::string_view kRedacted = "[redacted]";

// Whether a value of that name is secret: it holds secret, password, token, credential, private key
// or authorization, in any case.
bool is_secret_name(std::string_view name);

// Whether a value of that name is an access key id.
bool is_access_key_name(std::string_view name);

// "****" and the last 4 characters.
std::string mask_access_key(std::string_view id);

// Text with what looks secret in it replaced: name=value, name: value, --name value and quoted
// forms by is_secret_name, the user's password in a URL, PEM private keys; access key ids are
// masked. Applying it again changes nothing.
std::string redact_text(std::string_view text);

}  // namespace tocsin
