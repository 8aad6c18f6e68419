// SPDX-License-Identifier: Apache-2.0
// How an endpoint is called: for the store (stable over reloads), for people (no secret), for SNS.
// Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "tocsin/result.hpp"

namespace tocsin {

// The parts of an http or https URL that may be shown.
struct WebTarget {
  std::string scheme;  // lower case
  std::string host;    // without userinfo; of an IPv6 address without brackets
};
// Errors (text is for the user; it never repeats the URL): not http or https, no host, control
// characters, spaces.
Result<WebTarget> parse_web_target(std::string_view url);

// Endpoint::id where the target may be shown ("security/email/ops@example.com") and where it is a
// secret
// ("security/slack/3f2a..."): 128 bits of its SHA-256, so that the same URL keeps its outbox over a
// reload.
std::string endpoint_id(std::string_view topic, std::string_view type, std::string_view target);
std::string endpoint_id_of_secret(std::string_view topic, std::string_view type,
                                  std::string_view secret_target);

// A stable UUID (version 8) made of `name`: the last part of a subscription ARN.
std::string name_uuid(std::string_view name);
// 128 bits of SHA-256 in lower-case hex.
std::string name_hash(std::string_view name);

}  // namespace tocsin
