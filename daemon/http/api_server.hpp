// SPDX-License-Identifier: Apache-2.0
// The daemon's HTTP API on a unix socket (mode 0660) and, for what only reads, on TCP.
// contract.md section 6; docs/api.md lists the routes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "daemon/http/api_source.hpp"
#include "daemon/tls/x509.hpp"
#include "tocsin/file_descriptor.hpp"
#include "tocsin/result.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

struct ApiOptions {
  std::string listen = "127.0.0.1:8686";  // address:port, port 0 picks one; "off": none
  std::string socket;                     // path; empty: none
  std::size_t connections_max = 64;       // over all; a further one is closed at once
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 64 * 1024;
  Duration idle_timeout = seconds{30};  // to read a request, and between two of a connection
};

// A TCP socket that listens and is not served yet.
struct Listener {
  FileDescriptor socket;
  std::uint16_t port = 0;
};
// `listen`: address:port, port 0 picks one. Errors: in-use, cannot-listen, bad-value.
Result<Listener> listen_on_tcp(const std::string& listen);

// Serves from construction to destruction on threads of its own.
class ApiServer {
 public:
  // Binds both. A socket file that nobody answers on is replaced, one that somebody answers on is
  // an error (in-use). `source` outlives the server.
  static Result<std::unique_ptr<ApiServer>> start(const ApiOptions& options, ApiSource& source);
  virtual ~ApiServer() = default;          // ends connections, removes the socket file
  virtual std::uint16_t port() const = 0;  // of TCP; 0 if it is off

  // Serves https too, or if it does already, with this certificate from the next connection on:
  // only what is for anyone from anywhere, on connections that are counted by themselves. A
  // listener without a socket: the one before stays. Any thread. Errors: bad-certificate,
  // cannot-listen.
  virtual Status serve_https(Listener listener, const PemPair& certificate) = 0;
};

}  // namespace tocsin
