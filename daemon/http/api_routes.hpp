// SPDX-License-Identifier: Apache-2.0
// The API's routes: a request as values in, a response as values out. Knows no socket.
#pragma once
#include <string>
#include <string_view>

#include "daemon/http/api_source.hpp"

namespace tocsin {

struct ApiRequest {
  std::string method;    // "GET"
  std::string target;    // path and query, as sent
  std::string host;      // the Host header; empty: none
  bool trusted = false;  // came over the unix socket
  bool outside = false;  // came over https, from anywhere
  std::string caller{};  // who is at the other end of it: a user's name, else "uid 1000"
  std::string body{};    // bounded by ApiOptions
};

struct ApiResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string allow;  // of a 405
};

// Never fails: what goes wrong is a response with an application/problem+json body.
ApiResponse answer(const ApiRequest& request, ApiSource& source);

// {"type":"about:blank","title","status","code","detail"} (RFC 9457).
ApiResponse problem(int status, std::string_view code, std::string_view detail);

}  // namespace tocsin
