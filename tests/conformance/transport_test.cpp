// SPDX-License-Identifier: Apache-2.0
// The real transport against real servers on the loopback interface.
#include <fstream>
#include <sstream>

#include "notifiers/curl_transport.hpp"
#include "support/catch.hpp"
#include "support/receivers.hpp"

namespace tocsin {
namespace {

using Failure = Response::Failure;

std::unique_ptr<Transport> transport(CurlTransportOptions options = {}) {
  auto made = make_curl_transport(std::move(options));
  REQUIRE(made.ok());
  return std::move(made).value();
}

Response perform(Transport& t, const Request& request) {
  t.start(1, request);
  for (int turn = 0; turn < 1000; ++turn)
    for (auto& done : t.poll(seconds{20})) return std::move(done.response);
  FAIL("no completion");
  return {};
}

HttpRequest post(const std::string& url) {
  HttpRequest request;
  request.url = Secret(url);
  request.headers = {{"content-type", "application/json"}, {"x-test", "1"}};
  request.body = R"({"a":"\u0000"})";
  return request;
}

MailRequest mail(const std::string& address) {
  MailRequest request;
  request.smtp_url = "smtp://" + address;
  request.starttls = MailRequest::StartTls::none;
  request.from = "tocsin@example.com";
  request.to = "ops@example.com";
  request.headers = {{"From", "\"Glöckner\" <tocsin@example.com>"},
                     {"To", "ops@example.com"},
                     {"Subject",
                      "ALARM: \"Größe\" überschritten, und der Betreff ist sehr lang und hat viele "
                      "Wörter, die nicht ASCII sind"},
                     {"Message-ID", "<1@example.com>"}};
  request.text = "Grüße\n.\n..dots\n" + std::string(3000, 'x') + "\n";
  request.html = "<p>Grüße &amp; mehr</p>\n";
  return request;
}

std::string header(const Response& r, std::string_view name) {
  for (const auto& [key, value] : r.headers)
    if (key == name) return value;
  return "(none)";
}

}  // namespace

TEST_CASE("a request is posted as it is and the answer comes back", "[conformance][transport]") {
  const TempDir dir;
  const test::Receiver receiver = test::http_receiver(dir, {"--answers", "429:Retry-After=3"});
  const auto t = transport();
  const Response r = perform(*t, post("http://" + receiver.address() + "/hook"));
  CHECK(r.status == 429);
  CHECK(r.body == "ok");
  CHECK(header(r, "retry-after") == "3");
  const auto record = receiver.record();
  REQUIRE(record.size() == 1);
  CHECK(record[0]["path"] == "/hook");
  CHECK(record[0]["body"] == R"({"a":"\u0000"})");
  CHECK(record[0]["headers"]["content-type"] == "application/json");
  CHECK(record[0]["headers"]["x-test"] == "1");
  CHECK(record[0]["headers"]["user-agent"] == "tocsin");
}

TEST_CASE("connections are kept for the next request", "[conformance][transport]") {
  const TempDir dir;
  const test::Receiver receiver = test::http_receiver(dir);
  const auto t = transport();
  for (int i = 0; i < 3; ++i)
    CHECK(perform(*t, post("http://" + receiver.address())).status == 200);
  const auto record = receiver.record();
  REQUIRE(record.size() == 3);
  CHECK(record[0]["connection"] == record[2]["connection"]);
}

TEST_CASE(
    "an HTTP/2 receiver gets all requests over one connection, and one that hangs delays no other",
    "[conformance][transport]") {
  if (!test::has_http2_receiver()) return;
  const TempDir dir;
  const auto certificate = test::make_certificate(dir);
  const test::Receiver receiver = test::http2_receiver(dir, certificate);
  const std::string url = "https://" + receiver.address();
  const auto t = transport({.ca_file = certificate.certificate_file});
  CHECK(perform(*t, post(url + "/first")).status == 200);
  t->start(100, post(url + "/hang"));
  for (int i = 0; i < 20; ++i) t->start(i, post(url + "/" + std::to_string(i)));
  std::size_t done = 0;
  while (done < 20)
    for (const auto& [token, response] : t->poll(seconds{20})) {
      CHECK(token != 100);
      CHECK(response.status == 200);
      ++done;
    }
  const auto record = receiver.record();
  CHECK(record.size() == 22);
  for (const auto& request : record) CHECK(request["connection"] == record[0]["connection"]);
}

TEST_CASE("every way to fail has its name", "[conformance][transport]") {
  const TempDir dir;
  const test::Receiver receiver = test::http_receiver(dir);
  const std::string base = "http://" + receiver.address() + "/answer/";
  const auto t = transport({.timeout = milliseconds{500}});
  CHECK(perform(*t, post(base + "hang")).failure == Failure::timeout);
  CHECK(perform(*t, post(base + "reset")).failure == Failure::reset);
  // Port 1 of the loopback interface: nobody listens there.
  CHECK(perform(*t, post("http://127.0.0.1:1/")).failure == Failure::connect_refused);
  CHECK(perform(*t, post("ftp://127.0.0.1/")).failure == Failure::other);
  CHECK(perform(*t, post("https://" + receiver.address() + "/")).failure == Failure::tls);
}

TEST_CASE("a status that came is the answer, whatever the body does", "[conformance][transport]") {
  const TempDir dir;
  const test::Receiver receiver = test::http_receiver(dir);
  const std::string base = "http://" + receiver.address() + "/answer/";
  const auto t = transport({.timeout = milliseconds{500}});
  const Response big = perform(*t, post(base + "big"));
  CHECK(big.status == 200);
  CHECK(big.body.size() == std::size_t{64} << 10);
  CHECK(perform(*t, post(base + "drip")).status == 200);
}

TEST_CASE("a redirect is not followed", "[conformance][transport]") {
  const TempDir dir;
  const test::Receiver receiver = test::http_receiver(dir);
  const std::string url = "http://" + receiver.address();
  const auto t = transport();
  CHECK(perform(*t, post(url + "/answer/302:location=%2Felsewhere")).status == 302);
  CHECK(receiver.record().size() == 1);
}

TEST_CASE("forbidden addresses are never connected to", "[conformance][transport]") {
  const auto t = transport({.timeout = seconds{2}});
  for (const char* url :
       {"http://169.254.169.254/latest/meta-data", "http://2852039166/", "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/", "http://100.100.100.200/"}) {
    INFO(url);
    const Response r = perform(*t, post(url));
    CHECK(r.failure == Failure::refused_target);
    CHECK(r.status == 0);
  }
}

TEST_CASE("a private target is reached only if it was allowed", "[conformance][transport]") {
  const TempDir dir;
  const test::Receiver receiver = test::http_receiver(dir);
  const auto t = transport();
  HttpRequest request = post("http://" + receiver.address());
  request.allow_private = false;
  CHECK(perform(*t, request).failure == Failure::refused_target);
  CHECK(receiver.record().empty());
}

TEST_CASE("a failure never quotes the URL", "[conformance][transport]") {
  const auto t = transport({.timeout = seconds{2}});
  for (const char* url : {"http://127.0.0.1:1/S3CRET", "nonsense://S3CRET", "S3CRET\n"}) {
    const Response r = perform(*t, post(url));
    CHECK(r.status == 0);
    CHECK(r.detail.find("S3CRET") == std::string::npos);
  }
}

TEST_CASE("a certificate that nobody vouches for is a TLS failure, a trusted one is fine",
          "[conformance][transport]") {
  const TempDir dir;
  const auto certificate = test::make_certificate(dir);
  const test::Receiver receiver =
      test::http_receiver(dir, {"--tls", certificate.certificate_file, certificate.key_file});
  const std::string url = "https://" + receiver.address() + "/";
  const auto strict = transport();
  const auto trusting = transport({.ca_file = certificate.certificate_file});
  CHECK(perform(*strict, post(url)).failure == Failure::tls);
  CHECK(perform(*trusting, post(url)).status == 200);
}

namespace {

std::string content(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Two parties that trust each other's certificate and nobody else's.
struct Parties {
  TempDir server_dir, client_dir;
  test::Certificate server = test::make_certificate(server_dir);
  test::Certificate client = test::make_certificate(client_dir);

  std::vector<std::string> server_arguments() const {
    return {"--tls", server.certificate_file, server.key_file, "--client-ca",
            client.certificate_file};
  }
  SharedTlsOptions client_options(bool with_certificate) const {
    TlsOptions options;
    options.ca = content(server.certificate_file);
    if (with_certificate) {
      options.certificate = content(client.certificate_file);
      options.key = Secret(content(client.key_file));
    }
    return std::make_shared<const TlsOptions>(std::move(options));
  }
};

}  // namespace

TEST_CASE("a receiver that demands a client certificate gets that of the subscription",
          "[conformance][transport]") {
  const Parties parties;
  const TempDir dir;
  const test::Receiver receiver = test::http_receiver(dir, parties.server_arguments());
  const auto t = transport();
  HttpRequest request = post("https://" + receiver.address() + "/");
  // Of one transport each request has its own: no connection of another's certificate is used.
  for (const bool with : {true, false, true}) {
    request.tls = parties.client_options(with);
    CHECK(perform(*t, request).status == (with ? 200 : 0));
  }
  request.tls = nullptr;
  CHECK(perform(*t, request).failure == Failure::tls);  // whom nobody of the system vouches for
  CHECK(receiver.record().size() == 2);
}

TEST_CASE("an authority of our own takes the place of the system's and of $SSL_CERT_FILE's",
          "[conformance][transport]") {
  const Parties parties;
  const TempDir dir;
  const test::Receiver receiver =
      test::http_receiver(dir, {"--tls", parties.server.certificate_file, parties.server.key_file});
  const auto t = transport({.ca_file = parties.server.certificate_file});
  HttpRequest request = post("https://" + receiver.address() + "/");
  CHECK(perform(*t, request).status == 200);
  TlsOptions others;
  others.ca = content(parties.client.certificate_file);
  request.tls = std::make_shared<const TlsOptions>(others);
  CHECK(perform(*t, request).failure == Failure::tls);
}

TEST_CASE("a mail server that demands a client certificate gets it", "[conformance][transport]") {
  if (!test::has_smtp_receiver()) return;
  const Parties parties;
  const TempDir dir;
  const test::Receiver receiver = test::smtp_receiver(dir, parties.server_arguments());
  MailRequest letter = mail(receiver.address());
  letter.starttls = MailRequest::StartTls::required;
  for (const bool with : {true, false}) {
    letter.tls = parties.client_options(with);
    // All mail has one server and one certificate, so connections are not told apart by it.
    const auto t = transport();
    CHECK(perform(*t, letter).status == (with ? 250 : 0));
  }
}

TEST_CASE("a hanging receiver delays no other", "[conformance][transport]") {
  const TempDir dir;
  const test::Receiver receiver = test::http_receiver(dir);
  const auto t = transport({.timeout = seconds{10}});
  t->start(1, post("http://" + receiver.address() + "/answer/hang"));
  t->start(2, post("http://" + receiver.address() + "/answer/200"));
  std::vector<Transport::Completion> done;
  while (done.empty()) done = t->poll(seconds{20});
  CHECK(done[0].token == 2);
}

TEST_CASE("a header that breaks the protocol is not sent", "[conformance][transport]") {
  const auto t = transport();
  HttpRequest request = post("http://127.0.0.1:1/");
  request.headers = {{"x", "a\r\nb: c"}};
  CHECK(perform(*t, request).failure == Failure::other);
  MailRequest letter = mail("127.0.0.1:1");
  letter.headers = {{"Subject", "a\nBcc: c"}};
  CHECK(perform(*t, letter).failure == Failure::other);
  letter = mail("127.0.0.1:1");
  letter.to = "a@b>\r\nRCPT TO:<c@d";
  CHECK(perform(*t, letter).failure == Failure::other);
}

TEST_CASE("mail arrives as text and HTML that a mail program reads", "[conformance][transport]") {
  if (!test::has_smtp_receiver()) return;
  const TempDir dir;
  const test::Receiver receiver = test::smtp_receiver(dir);
  const auto t = transport();
  const MailRequest letter = mail(receiver.address());
  CHECK(perform(*t, letter).status == 250);
  const auto record = receiver.record();
  REQUIRE(record.size() == 1);
  CHECK(record[0]["from"] == "tocsin@example.com");
  CHECK(record[0]["to"] == nlohmann::json::array({"ops@example.com"}));
  CHECK(record[0]["type"] == "multipart/alternative");
  CHECK(record[0]["defects"].empty());
  CHECK(record[0]["headers"]["Subject"] == letter.headers[2].second);
  CHECK(record[0]["headers"]["From"] == "Glöckner <tocsin@example.com>");
  CHECK(record[0]["headers"]["Message-ID"] == "<1@example.com>");
  CHECK(record[0]["text"] == letter.text);
  CHECK(record[0]["html"] == letter.html);
}

TEST_CASE("a mail without HTML is a text and nothing else", "[conformance][transport]") {
  if (!test::has_smtp_receiver()) return;
  const TempDir dir;
  const test::Receiver receiver = test::smtp_receiver(dir, {"--answers", "rcpt=451,250"});
  const auto t = transport();
  MailRequest letter = mail(receiver.address());
  letter.html.clear();
  letter.text = "{\"Grüße\":\"" + std::string(100'000, 'x') + "\"}\n.\n..\n";
  const Response refused = perform(*t, letter);
  CHECK(refused.status == 451);
  CHECK(refused.body == "scripted\r\n");
  CHECK(perform(*t, letter).status == 250);
  const auto record = receiver.record();
  REQUIRE(record.size() == 1);
  CHECK(record[0]["type"] == "text/plain");
  CHECK(record[0]["defects"].empty());
  CHECK(record[0]["headers"]["Subject"] == letter.headers[2].second);
  CHECK(record[0]["text"] == letter.text);
  CHECK(record[0]["html"].is_null());
}

TEST_CASE("STARTTLS and AUTH are used, and required where they are required",
          "[conformance][transport]") {
  if (!test::has_smtp_receiver()) return;
  const TempDir dir;
  const auto certificate = test::make_certificate(dir);
  const test::Receiver with_tls =
      test::smtp_receiver(dir, {"--tls", certificate.certificate_file, certificate.key_file,
                                "--auth", "user:correct horse"});
  const test::Receiver without_tls = test::smtp_receiver(dir);
  const auto strict = transport();
  const auto trusting = transport({.ca_file = certificate.certificate_file});
  MailRequest letter = mail(with_tls.address());
  letter.starttls = MailRequest::StartTls::required;
  letter.username = "user";
  letter.password = Secret("correct horse");
  CHECK(perform(*trusting, letter).status == 250);
  REQUIRE(with_tls.record().size() == 1);
  CHECK(with_tls.record()[0]["tls"] == true);
  CHECK(with_tls.record()[0]["user"] == "user");
  CHECK(perform(*strict, letter).failure == Failure::tls);  // nobody vouches for it

  letter.password = Secret("wrong");
  CHECK(perform(*trusting, letter).status == 535);

  MailRequest plain = mail(without_tls.address());
  plain.starttls = MailRequest::StartTls::required;
  CHECK(perform(*trusting, plain).failure == Failure::tls);
  plain.starttls = MailRequest::StartTls::opportunistic;
  CHECK(perform(*trusting, plain).status == 250);
  plain.username = "user";
  plain.password = Secret("correct horse");
  CHECK(perform(*trusting, plain).failure == Failure::tls);
  CHECK(without_tls.record().size() == 1);
}

TEST_CASE("a mail server's refusal comes back with its code", "[conformance][transport]") {
  if (!test::has_smtp_receiver()) return;
  const TempDir dir;
  const test::Receiver receiver =
      test::smtp_receiver(dir, {"--answers", "rcpt=550,rcpt=451,data=452,data=554,close,250"});
  const auto t = transport();
  for (const int status : {550, 451, 452, 554, 0, 250})
    CHECK(perform(*t, mail(receiver.address())).status == status);
  CHECK(receiver.record().size() == 1);
}

}  // namespace tocsin
