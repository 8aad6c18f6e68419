// SPDX-License-Identifier: Apache-2.0
// Asks the running daemon over its unix socket.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tocsin/result.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

inline constexpr Duration kAnswerTimeout = seconds{30};

struct ApiAnswer {
  int status = 0;
  std::string body;
};

// One request, one answer. `body`: JSON, or nothing. Root under sudo(8) says for whom it asks.
// Errors: no-daemon (nobody answers on the socket), no-permission, timeout, bad-answer; the text
// says what to do.
Result<ApiAnswer> ask_daemon(const std::string& socket, const std::string& method,
                             const std::string& target, const std::string& body = {},
                             Duration timeout = kAnswerTimeout);

// `given` (--socket), else $TOCSIN_SOCKET, else /run/tocsin/tocsin.sock.
std::string api_socket(const std::optional<std::string>& given);

// As ask_daemon, with the answer's JSON; whatever is no 2xx is an Error with the code and detail
// of the daemon's problem document.
Result<nlohmann::ordered_json> ask_for_json(const std::string& socket, const std::string& method,
                                            const std::string& target, const std::string& body = {},
                                            Duration timeout = kAnswerTimeout);

}  // namespace tocsin
