// SPDX-License-Identifier: Apache-2.0
// The target of a request, taken apart: "/api/v1/alarms/a%2Fb?limit=5".
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

struct ApiTarget {
  std::vector<std::string> segments;  // percent-decoded, so one may hold a '/'
  std::multimap<std::string, std::string> query;

  // `path` as in the table of routes: a segment "{}" matches any that is not empty.
  bool matches(std::string_view path) const;
  // The segments that stand at the "{}" of a path that matches.
  std::vector<std::string> names(std::string_view path) const;
};

// Nothing: no path, a broken %XX, or a NUL.
std::optional<ApiTarget> parse_target(std::string_view target);

// For a path: all but letters, digits and -._~ as %XX.
std::string percent_encode(std::string_view text);

// A Host header that names this machine by address or as localhost, with or without a port.
bool is_own_host(std::string_view host);

}  // namespace tocsin
