// SPDX-License-Identifier: Apache-2.0
#include "notifiers/tls_reader.hpp"

#include <fstream>
#include <map>
#include <sstream>

#include "notifiers/channels.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "support/receivers.hpp"

namespace tocsin {
namespace {

using test::map;
using test::scalar;
using Codes = std::vector<std::string>;

// Two key pairs, a key with a password, and a text that is none, by the names of their files.
const std::map<std::string, std::string>& files() {
  static const auto made = [] {
    const TempDir dir;
    std::map<std::string, std::string> texts;
    const auto read = [&](const std::string& name, const std::string& path) {
      std::ifstream in(path);
      std::ostringstream text;
      text << in.rdbuf();
      texts[name] = text.str();
    };
    for (const char* name : {"one", "two"}) {
      const auto pair = test::make_certificate(dir);
      read(std::string(name) + ".pem", pair.certificate_file);
      read(std::string(name) + ".key", pair.key_file);
      REQUIRE(test::run({"openssl", "pkey", "-in", pair.key_file, "-aes256", "-passout",
                         "pass:hunter2", "-out", dir.path("locked")}) == 0);
    }
    read("locked.key", dir.path("locked"));
    texts["text"] = "hello";
    return texts;
  }();
  return made;
}

NotifierContext context() {
  NotifierContext c;
  c.read_file = [](const std::string& path) -> Result<std::string> {
    const auto found = files().find(path);
    if (found == files().end()) return Error{"not-found", path + ": no such file"};
    return found->second;
  };
  c.resolve_secret = [](const std::string& text) -> Result<Secret> {
    return Secret(text == "${credential:key}" ? files().at("one.key") : text);
  };
  return c;
}

struct Read {
  SharedTlsOptions options;
  Codes codes;
};

Read read(const ConfigNode& tls) {
  Diagnostics out;
  const ConfigNode all = map({{"tls", tls}});
  ConfigReader reader(all, "x", out);
  Read done{read_tls(reader, context()), {}};
  for (const Diagnostic& d : out.list()) done.codes.push_back(d.code);
  return done;
}

}  // namespace

TEST_CASE("files and credentials in PEM are read with the configuration", "[notifiers][tls]") {
  const Read r = read(map({{"ca", scalar("two.pem")},
                           {"certificate", scalar("one.pem")},
                           {"key", scalar("${credential:key}")}}));
  CHECK(r.codes.empty());
  REQUIRE(r.options);
  CHECK(r.options->ca == files().at("two.pem"));
  CHECK(r.options->key.reveal() == files().at("one.key"));
}

TEST_CASE("what would fail with the first alarm is told before", "[notifiers][tls]") {
  const auto pair = [](const char* certificate, const char* key) {
    return read(map({{"certificate", scalar(certificate)}, {"key", scalar(key)}})).codes;
  };
  CHECK(pair("one.pem", "one.key").empty());
  CHECK(pair("one.pem", "two.key") == Codes{"bad-value"});
  CHECK(pair("one.pem", "locked.key") == Codes{"bad-value"});
  CHECK(pair("text", "one.key") == Codes{"bad-value"});
  CHECK(pair("absent.pem", "one.key") == Codes{"not-found"});
  CHECK(read(map({{"ca", scalar("text")}})).codes == Codes{"bad-value"});
  CHECK(read(map({{"certificate", scalar("one.pem")}})).codes == Codes{"missing-key"});
  CHECK(read(map({})).codes == Codes{"missing-key"});
  CHECK(read(map({{"verify", scalar("false")}})).codes == Codes{"unknown-key"});
  CHECK(read(scalar("yes")).codes == Codes{"bad-type"});
}

TEST_CASE("every channel that speaks HTTP takes `tls`, and only with https", "[notifiers][tls]") {
  const ConfigNode tls = map({{"ca", scalar("one.pem")}});
  Diagnostics out;
  const auto made = make_webhook(map({{"url", scalar("https://hooks.example.com/")}, {"tls", tls}}),
                                 context(), out);
  REQUIRE(made.size() == 1);
  CHECK(std::get<HttpRequest>(made[0].notifier->request({}, {})).tls->ca == files().at("one.pem"));
  make_teams(map({{"webhook_url", scalar("https://t.example.com/")}, {"tls", tls}}), context(),
             out);
  make_pagerduty(map({{"routing_key", scalar(std::string(32, 'k'))}, {"tls", tls}}), context(),
                 out);
  CHECK(out.list().empty());
  make_webhook(map({{"url", scalar("http://hooks.example.com/")}, {"tls", tls}}), context(), out);
  REQUIRE(out.list().size() == 1);
  CHECK(out.list()[0].code == "conflict");
}

}  // namespace tocsin
