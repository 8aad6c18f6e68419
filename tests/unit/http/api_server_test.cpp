// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/api_server.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "daemon/cli/api_client.hpp"
#include "fake_source.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

struct Server {
  explicit Server(ApiOptions options = {}) {
    options.listen = "127.0.0.1:0";
    options.socket = socket;
    auto started = ApiServer::start(options, source);
    INFO((started ? "" : started.error().text));
    REQUIRE(started);
    server = std::move(*started);
  }
  TempDir dir;
  std::string socket = dir.path("api.sock");
  FakeSource source;
  std::unique_ptr<ApiServer> server;
};

// A TCP connection that says what it is told and reads to the end.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~RawClient() { ::close(fd_); }
  void say(const std::string& text) { (void)::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  std::string rest() {
    std::string out;
    char part[4096];
    for (ssize_t n; (n = ::recv(fd_, part, sizeof part, 0)) > 0;)
      out.append(part, static_cast<std::size_t>(n));
    return out;
  }

 private:
  int fd_;
};

std::string ask_tcp(const Server& s, const std::string& text) {
  RawClient client(s.server->port());
  client.say(text);
  return client.rest();
}

TEST_CASE("the API answers over its unix socket", "[http]") {
  const Server s;
  struct stat found {};
  REQUIRE(::stat(s.socket.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0660);
  const auto status = ask_for_json(s.socket, "GET", "/api/v1/status");
  REQUIRE(status);
  CHECK((*status)["version"] == "9.9");
  const auto sent = ask_for_json(s.socket, "POST", "/api/v1/notify/security/test");
  REQUIRE(sent);
  CHECK((*sent)["deliveries"][0]["state"] == "delivered");
  const auto missing = ask_for_json(s.socket, "GET", "/api/v1/alarms/none");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "not-found");
  CHECK_THAT(missing.error().text, Contains("none"));
}

TEST_CASE("the API answers over TCP, and several requests on one connection", "[http]") {
  const Server s;
  const std::string answer =
      ask_tcp(s,
              "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
              "HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
              "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK_THAT(answer, StartsWith("HTTP/1.1 200 OK"));
  CHECK_THAT(answer, Contains("application/openmetrics-text"));
  CHECK_THAT(answer, !Contains("# EOF"));
  CHECK_THAT(answer, Catch::Matchers::EndsWith("ok\n"));
}

TEST_CASE("bytes that are no HTTP get a 400 and the connection ends", "[http]") {
  const Server s;
  CHECK_THAT(ask_tcp(s, std::string("\x16\x03\x01\0\xff\r\n\r\n", 9)), StartsWith("HTTP/1.1 400"));
}

TEST_CASE("headers and bodies beyond their limits are refused", "[http]") {
  ApiOptions options;
  options.header_bytes_max = 1024;
  options.body_bytes_max = 1024;
  const Server s(options);
  CHECK_THAT(ask_tcp(s, "GET / HTTP/1.1\r\nX: " + std::string(4000, 'x') + "\r\n\r\n"),
             StartsWith("HTTP/1.1 431"));
  CHECK_THAT(ask_tcp(s, "POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n"),
             StartsWith("HTTP/1.1 413"));
}

TEST_CASE("who says nothing for too long is let go", "[http]") {
  ApiOptions options;
  options.idle_timeout = milliseconds{50};
  const Server s(options);
  CHECK(ask_tcp(s, "GET /heal") == "");
}

TEST_CASE("a connection too many is closed, the others are served", "[http]") {
  ApiOptions options;
  options.connections_max = 1;
  const Server s(options);
  RawClient first(s.server->port());
  first.say("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  RawClient idle(s.server->port());
  const std::string answer = first.rest();
  CHECK_THAT(answer, StartsWith("HTTP/1.1 200"));
}

TEST_CASE("a socket file left by a killed daemon is replaced, a living one is not", "[http]") {
  const TempDir dir;
  const std::string path = dir.path("api.sock");
  {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(fd);
  }
  FakeSource source;
  ApiOptions options;
  options.listen = "off";
  options.socket = path;
  {
    const auto server = ApiServer::start(options, source);
    REQUIRE(server);
    CHECK((*server)->port() == 0);
    CHECK(ask_daemon(path, "GET", "/healthz"));
    const auto second = ApiServer::start(options, source);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == "in-use");
    CHECK(ask_daemon(path, "GET", "/healthz"));
  }
  CHECK(::access(path.c_str(), F_OK) != 0);
}

TEST_CASE("an address that cannot be listened on is an error in words", "[http]") {
  FakeSource source;
  ApiOptions options;
  for (const char* listen : {"nonsense", "300.1.1.1:80", "127.0.0.1:x", "127.0.0.1:99999"}) {
    options.listen = listen;
    const auto server = ApiServer::start(options, source);
    REQUIRE_FALSE(server);
    CHECK_THAT(server.error().text, Contains(listen));
  }
}

TEST_CASE("no daemon is said in words, with what to do", "[http]") {
  const TempDir dir;
  const auto answer = ask_daemon(dir.path("none.sock"), "GET", "/healthz");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "no-daemon");
  CHECK_THAT(answer.error().text, Contains("is tocsind running?"));
}

}  // namespace
}  // namespace tocsin
