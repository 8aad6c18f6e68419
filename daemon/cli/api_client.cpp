// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/api_client.hpp"

#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>

#include "daemon/http/peer.hpp"

namespace tocsin {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Unix = net::local::stream_protocol;

constexpr std::uint64_t kAnswerBytesMax = 256u << 20;

Error connect_error(const std::string& socket, const error_code& error) {
  if (error == net::error::access_denied)
    return Error{"no-permission", "cannot open " + socket +
                                      ": permission denied; run as root or as a member of the "
                                      "socket's group"};
  if (error == beast::error::timeout)
    return Error{"timeout", "the daemon behind " + socket + " does not answer"};
  return Error{"no-daemon", "no daemon answers on " + socket + " (" + error.message() +
                                "); is tocsind running? --socket or $TOCSIN_SOCKET names another"};
}

// The steps of one exchange, each begun by the one before.
class Exchange {
 public:
  Exchange(net::io_context& context, http::request<http::string_body> request, Duration timeout)
      : stream_(context), request_(std::move(request)) {
    parser_.body_limit(kAnswerBytesMax);
    stream_.expires_after(timeout);
  }

  void begin(const std::string& socket) {
    stream_.async_connect(Unix::endpoint(socket), [this](error_code error) {
      connected_ = !error;
      if (failed_ = error; error) return;
      http::async_write(stream_, request_, [this](error_code written, std::size_t) {
        if (failed_ = written; written) return;
        http::async_read(stream_, buffer_, parser_,
                         [this](error_code read, std::size_t) { failed_ = read; });
      });
    });
  }

  bool connected() const { return connected_; }
  const error_code& failure() const { return failed_; }
  ApiAnswer take() {
    http::response<http::string_body> response = parser_.release();
    return {static_cast<int>(response.result_int()), std::move(response.body())};
  }

 private:
  beast::basic_stream<Unix> stream_;
  http::request<http::string_body> request_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
  bool connected_ = false;
  error_code failed_;
};

}  // namespace

Result<ApiAnswer> ask_daemon(const std::string& socket, const std::string& method,
                             const std::string& target, const std::string& body, Duration timeout) {
  if (socket.size() >= sizeof(sockaddr_un::sun_path))
    return Error{"bad-value", "the path of the socket is too long: " + socket};
  try {
    http::request<http::string_body> request(http::string_to_verb(method), target, 11);
    request.set(http::field::host, "tocsin");
    request.set(http::field::connection, "close");
    const char* behind_sudo = ::geteuid() == 0 ? std::getenv("SUDO_USER") : nullptr;
    if (behind_sudo != nullptr) request.set(kUserHeader, behind_sudo);
    if (!body.empty()) {
      request.set(http::field::content_type, "application/json");
      request.body() = body;
    }
    request.prepare_payload();
    net::io_context context(1);
    Exchange exchange(context, std::move(request), timeout);
    exchange.begin(socket);
    context.run();
    if (exchange.failure() && !exchange.connected())
      return connect_error(socket, exchange.failure());
    if (exchange.failure() == beast::error::timeout)
      return Error{"timeout", "the daemon behind " + socket + " does not answer"};
    if (exchange.failure())
      return Error{"bad-answer",
                   "the answer from " + socket + " broke off: " + exchange.failure().message()};
    return exchange.take();
  } catch (const std::exception& e) {  // the library has overloads that cannot say no otherwise
    return Error{"bad-answer", e.what()};
  }
}

std::string api_socket(const std::optional<std::string>& given) {
  if (given && !given->empty()) return *given;
  const char* set = std::getenv("TOCSIN_SOCKET");
  return set != nullptr && *set != '\0' ? set : "/run/tocsin/tocsin.sock";
}

Result<nlohmann::ordered_json> ask_for_json(const std::string& socket, const std::string& method,
                                            const std::string& target, const std::string& body,
                                            Duration timeout) {
  Result<ApiAnswer> answer = ask_daemon(socket, method, target, body, timeout);
  if (!answer) return answer.error();
  auto json = nlohmann::ordered_json::parse(answer->body, nullptr, false);
  const bool understood = !json.is_discarded() && json.is_object();
  if (answer->status / 100 == 2 && understood) return json;
  if (!understood || !json.contains("detail") || !json["detail"].is_string())
    return Error{"bad-answer", "the daemon behind " + socket + " answered " +
                                   std::to_string(answer->status) + " without a reason"};
  const auto code = json.find("code");
  return Error{code != json.end() && code->is_string() ? code->get<std::string>() : "failed",
               json["detail"].get<std::string>()};
}

}  // namespace tocsin
