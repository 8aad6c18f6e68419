// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/api_server.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <charconv>
#include <optional>
#include <thread>
#include <utility>

#include "daemon/http/api_routes.hpp"
#include "daemon/http/peer.hpp"

namespace tocsin {
namespace {

namespace net = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Unix = net::local::stream_protocol;
using Tcp = net::ip::tcp;

constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::size_t kHandlerThreads = 2;
constexpr std::chrono::seconds kHandshakeMax{10};
constexpr std::chrono::seconds kFarewellMax{2};

Error bind_error(const std::string& where, const error_code& error) {
  const bool used = error == net::error::address_in_use;
  return Error{used ? "in-use" : "cannot-listen",
               "api: cannot listen on " + where + ": " + error.message()};
}

Result<Tcp::endpoint> parse_endpoint(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  std::string host = listen.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  if (host.size() > 1 && host.front() == '[') host = host.substr(1, host.size() - 2);
  error_code error;
  const net::ip::address address = net::ip::make_address(host, error);
  std::uint16_t port = 0;
  const std::string digits = colon == std::string::npos ? "" : listen.substr(colon + 1);
  const char* end = digits.data() + digits.size();
  const auto [rest, problem_found] = std::from_chars(digits.data(), end, port);
  const bool numbered = problem_found == std::errc{} && rest == end;
  if (error || !numbered) return Error{"bad-value", "api: `" + listen + "` is no address and port"};
  return Tcp::endpoint(address, port);
}

template <class Acceptor>
error_code listen_on(Acceptor& acceptor, const typename Acceptor::endpoint_type& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(net::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
  return error;
}

// A socket file that outlived its process refuses connections; only that one may be removed.
bool is_left_over(net::io_context& context, const std::string& path) {
  error_code error;
  Unix::socket probe(context);
  probe.connect(Unix::endpoint(path), error);
  return error == net::error::connection_refused;
}

ApiResponse response_to_bad_request(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return problem(431, "too-large", "the request's headers are too large");
  if (error == http::error::body_limit)
    return problem(413, "too-large", "the request's body is too large");
  return problem(400, "bad-request", "this is no HTTP request: " + error.message());
}

http::response<http::string_body> to_message(ApiResponse answered, unsigned version,
                                             bool keep_alive) {
  http::response<http::string_body> message;
  message.version(version);
  message.result(static_cast<unsigned>(answered.status));
  message.set(http::field::server, "tocsin");
  message.set(http::field::content_type, answered.content_type);
  message.set(http::field::cache_control, "no-store");
  message.set("X-Content-Type-Options", "nosniff");
  if (!answered.allow.empty()) message.set(http::field::allow, answered.allow);
  message.keep_alive(keep_alive);
  message.body() = std::move(answered.body);
  message.prepare_payload();
  return message;
}

// Throws what a broken certificate makes of it.
std::shared_ptr<ssl::context> tls_context(const PemPair& pair) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                       ssl::context::no_tlsv1_1);
  context->use_certificate_chain(net::buffer(pair.certificate));
  context->use_private_key(net::buffer(pair.key.reveal()), ssl::context::pem);
  return context;
}

// Where a request came from.
struct Caller {
  bool trusted = false;
  bool outside = false;
  Peer peer = {};
};

class BeastApiServer : public ApiServer {
 public:
  BeastApiServer(const ApiOptions& options, ApiSource& source)
      : options_(options), source_(source) {}
  ~BeastApiServer() override;

  Status bind_socket();
  Status bind_tcp();
  void run();
  std::uint16_t port() const override { return port_; }
  Status serve_https(Listener listener, const PemPair& certificate) override;

 private:
  // `open`: the connections of its kind.
  template <class Protocol, class Serve>
  net::awaitable<void> accept(typename Protocol::acceptor& acceptor, std::size_t& open,
                              Serve serve);
  template <class Protocol>
  net::awaitable<void> serve(typename Protocol::socket socket);
  net::awaitable<void> serve_tls(Tcp::socket socket);
  template <class Stream>
  net::awaitable<void> converse(Stream& stream, Caller caller);
  net::awaitable<ApiResponse> handle(ApiRequest request);

  const ApiOptions options_;
  ApiSource& source_;
  // Handlers may wait for the store or for a test message; they must not hold up /healthz.
  net::thread_pool handlers_{kHandlerThreads};
  net::io_context context_{1};
  Unix::acceptor unix_{context_};
  Tcp::acceptor tcp_{context_};
  Tcp::acceptor https_{context_};
  std::shared_ptr<ssl::context> tls_;  // only on the context's thread
  std::uint16_t port_ = 0;
  bool owns_socket_ = false;
  std::size_t connections_ = 0, https_connections_ = 0;  // only on the context's thread
  std::thread thread_;
};

BeastApiServer::~BeastApiServer() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
  handlers_.join();
  if (owns_socket_) ::unlink(options_.socket.c_str());
}

Status BeastApiServer::bind_socket() {
  const std::string& path = options_.socket;
  if (path.empty()) return success();
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return Error{"bad-value", "api: the path of the socket is too long: " + path};
  const Unix::endpoint endpoint(path);
  error_code error = listen_on(unix_, endpoint);
  if (error == net::error::address_in_use && is_left_over(context_, path)) {
    ::unlink(path.c_str());
    unix_.close();
    error = listen_on(unix_, endpoint);
  }
  if (error) return bind_error(path, error);
  owns_socket_ = true;
  ::chmod(path.c_str(), 0660);
  return success();
}

Status BeastApiServer::bind_tcp() {
  if (options_.listen.empty() || options_.listen == "off") return success();
  Result<Tcp::endpoint> endpoint = parse_endpoint(options_.listen);
  if (!endpoint) return endpoint.error();
  if (const error_code error = listen_on(tcp_, *endpoint))
    return bind_error(options_.listen, error);
  error_code ignored;
  port_ = tcp_.local_endpoint(ignored).port();
  return success();
}

void BeastApiServer::run() {
  const auto serve_unix = [this](Unix::socket s) { return serve<Unix>(std::move(s)); };
  const auto serve_tcp = [this](Tcp::socket s) { return serve<Tcp>(std::move(s)); };
  if (unix_.is_open())
    net::co_spawn(context_, accept<Unix>(unix_, connections_, serve_unix), net::detached);
  if (tcp_.is_open())
    net::co_spawn(context_, accept<Tcp>(tcp_, connections_, serve_tcp), net::detached);
  thread_ = std::thread([this] { context_.run(); });
}

Status BeastApiServer::serve_https(Listener listener, const PemPair& certificate) {
  std::shared_ptr<ssl::context> tls;
  try {
    tls = tls_context(certificate);
  } catch (const std::exception& e) {
    return Error{"bad-certificate", std::string("https: ") + e.what()};
  }
  auto shared = std::make_shared<Listener>(std::move(listener));
  net::post(context_, [this, tls = std::move(tls), shared] {
    tls_ = tls;
    if (!shared->socket || https_.is_open()) return;
    error_code error;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(shared->socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
    https_.assign(address.ss_family == AF_INET6 ? Tcp::v6() : Tcp::v4(), shared->socket.release(),
                  error);
    const auto serve_https = [this](Tcp::socket s) { return serve_tls(std::move(s)); };
    if (!error)
      net::co_spawn(context_, accept<Tcp>(https_, https_connections_, serve_https), net::detached);
  });
  return success();
}

template <class Protocol, class Serve>
net::awaitable<void> BeastApiServer::accept(typename Protocol::acceptor& acceptor,
                                            std::size_t& open, Serve serve) {
  for (;;) {
    error_code error;
    typename Protocol::socket socket =
        co_await acceptor.async_accept(net::redirect_error(net::use_awaitable, error));
    if (error) {
      // Out of file descriptors, most likely: accepting again at once would only spin.
      net::steady_timer pause(context_, kAcceptPause);
      co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
    } else if (open < options_.connections_max) {
      ++open;
      net::co_spawn(context_, serve(std::move(socket)),
                    [&open](const std::exception_ptr&) { --open; });
    }
  }
}

template <class Protocol>
net::awaitable<void> BeastApiServer::serve(typename Protocol::socket socket) {
  Caller caller{.trusted = std::is_same_v<Protocol, Unix>};
  if constexpr (std::is_same_v<Protocol, Unix>) caller.peer = peer_of(socket.native_handle());
  beast::basic_stream<Protocol> stream(std::move(socket));
  co_await converse(stream, std::move(caller));
  error_code ignored;
  stream.socket().shutdown(net::socket_base::shutdown_send, ignored);
}

net::awaitable<void> BeastApiServer::serve_tls(Tcp::socket socket) {
  const std::shared_ptr<ssl::context> tls = tls_;  // a renewed one must not take it away
  ssl::stream<beast::tcp_stream> stream(beast::tcp_stream(std::move(socket)), *tls);
  error_code error;
  beast::get_lowest_layer(stream).expires_after(kHandshakeMax);
  co_await stream.async_handshake(ssl::stream_base::server,
                                  net::redirect_error(net::use_awaitable, error));
  if (error) co_return;
  Caller caller{.outside = true};
  co_await converse(stream, std::move(caller));
  beast::get_lowest_layer(stream).expires_after(kFarewellMax);
  co_await stream.async_shutdown(net::redirect_error(net::use_awaitable, error));
}

template <class Stream>
net::awaitable<void> BeastApiServer::converse(Stream& stream, Caller caller) {
  auto& transport = beast::get_lowest_layer(stream);
  beast::flat_buffer buffer(options_.header_bytes_max + options_.body_bytes_max);
  for (bool open = true; open;) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(options_.header_bytes_max));
    parser.body_limit(options_.body_bytes_max);
    transport.expires_after(options_.idle_timeout);
    error_code error;
    co_await http::async_read(stream, buffer, parser,
                              net::redirect_error(net::use_awaitable, error));
    if (error == http::error::end_of_stream || error == beast::error::timeout) co_return;
    if (error && error.category() != http::make_error_code(http::error::bad_method).category())
      co_return;
    ApiResponse answered;
    if (error) {
      answered = response_to_bad_request(error);
      open = false;
    } else {
      const auto& request = parser.get();
      // Named, as g++ 12 destroys an aggregate made inside a co_await expression twice.
      ApiRequest asked{.method = std::string(request.method_string()),
                       .target = std::string(request.target()),
                       .host = std::string(request[http::field::host]),
                       .trusted = caller.trusted,
                       .outside = caller.outside,
                       .caller = caller_of(caller.peer, std::string(request[kUserHeader])),
                       .body = request.body()};
      answered = co_await handle(std::move(asked));
      open = request.keep_alive();
    }
    const bool head = !error && parser.get().method() == http::verb::head;
    http::response<http::string_body> message = to_message(
        std::move(answered), error ? 11u : static_cast<unsigned>(parser.get().version()), open);
    http::response_serializer<http::string_body> serializer(message);
    serializer.split(head);
    transport.expires_after(options_.idle_timeout);
    if (head)
      co_await http::async_write_header(stream, serializer,
                                        net::redirect_error(net::use_awaitable, error));
    else
      co_await http::async_write(stream, serializer,
                                 net::redirect_error(net::use_awaitable, error));
    if (error) co_return;
  }
}

net::awaitable<ApiResponse> BeastApiServer::handle(ApiRequest request) {
  const auto work = [](ApiRequest asked, ApiSource& source) -> net::awaitable<ApiResponse> {
    co_return answer(asked, source);
  };
  co_return co_await net::co_spawn(handlers_, work(std::move(request), source_),
                                   net::use_awaitable);
}

}  // namespace

Result<Listener> listen_on_tcp(const std::string& listen) {
  Result<Tcp::endpoint> endpoint = parse_endpoint(listen);
  if (!endpoint) return endpoint.error();
  net::io_context context;
  Tcp::acceptor acceptor(context);
  if (const error_code error = listen_on(acceptor, *endpoint)) return bind_error(listen, error);
  error_code error;
  const std::uint16_t port = acceptor.local_endpoint(error).port();
  const int socket = acceptor.release(error);
  if (error) return bind_error(listen, error);
  return Listener{FileDescriptor(socket), port};
}

Result<std::unique_ptr<ApiServer>> ApiServer::start(const ApiOptions& options, ApiSource& source) {
  try {
    auto server = std::make_unique<BeastApiServer>(options, source);
    if (Status bound = server->bind_socket(); !bound) return bound.error();
    if (Status bound = server->bind_tcp(); !bound) return bound.error();
    server->run();
    return std::unique_ptr<ApiServer>(std::move(server));
  } catch (const std::exception& e) {  // no thread or no epoll to be had
    return Error{"cannot-listen", std::string("api: ") + e.what()};
  }
}

}  // namespace tocsin
