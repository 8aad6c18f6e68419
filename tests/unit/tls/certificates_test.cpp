// SPDX-License-Identifier: Apache-2.0
#include "daemon/tls/certificates.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

const Instant kNow = instant_from_ms(1'773'488'470'000);
const std::vector<std::string> kHosts{"alarms.example.com", "127.0.0.1"};

DaemonCertificates opened(const TempDir& folder, Instant now = kNow,
                          const std::vector<std::string>& hosts = kHosts) {
  Result<DaemonCertificates> made = open_certificates(folder.path(""), hosts, now);
  INFO((made ? "" : made.error().text));
  REQUIRE(made);
  return std::move(*made);
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

}  // namespace

TEST_CASE("keys are made at the first start, for the owner alone, and kept", "[tls]") {
  const TempDir folder;
  const DaemonCertificates first = opened(folder);
  CHECK(mode_of(folder.path("tls")) == 0700);
  for (const char* name : {"authority.key", "https.key", "signing.key", "signing.pem"})
    CHECK(mode_of(folder.path("tls/" + std::string(name))) == 0600);
  const DaemonCertificates second = opened(folder, kNow + hours{24});
  CHECK(second.authority == first.authority);
  CHECK(second.https.certificate == first.https.certificate);
  CHECK(second.signing.certificate == first.signing.certificate);
  CHECK(second.signing.key.reveal() == first.signing.key.reveal());
  CHECK(check_pair(second.signing));
  CHECK(check_pair(second.https));
}

TEST_CASE("a certificate is renewed before it ends, with the same key and authority", "[tls]") {
  const TempDir folder;
  const DaemonCertificates first = opened(folder);
  const auto ends = read_certificate(first.signing.certificate)->until;
  CHECK(opened(folder, ends - days{31}).signing.certificate == first.signing.certificate);
  const DaemonCertificates later = opened(folder, ends - days{29});
  CHECK(later.authority == first.authority);
  CHECK(later.signing.certificate != first.signing.certificate);
  CHECK(later.signing.key.reveal() == first.signing.key.reveal());
  CHECK(read_certificate(later.https.certificate)->until > ends + days{300});
}

TEST_CASE("a server that is called by another name gets a certificate for it", "[tls]") {
  const TempDir folder;
  opened(folder);
  const DaemonCertificates moved = opened(folder, kNow, {"new.example.com", "::1"});
  const auto facts = read_certificate(moved.https.certificate);
  REQUIRE(facts);
  CHECK(facts->hosts == std::vector<std::string>{"new.example.com", "::1"});
}

TEST_CASE("a damaged file is told and not replaced", "[tls]") {
  const TempDir folder;
  opened(folder);
  for (const char* name : {"tls/signing.key", "tls/authority.pem"}) {
    const std::string path = folder.path(name);
    std::stringstream whole;
    whole << std::ifstream(path).rdbuf();
    folder.write(name, "no PEM");
    const auto refused = open_certificates(folder.path(""), kHosts, kNow);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "damaged");
    CHECK(refused.error().text.find(name) != std::string::npos);
    CHECK(refused.error().text.find("no PEM") == std::string::npos);
    folder.write(name, whole.str());
  }
  CHECK(open_certificates(folder.path(""), kHosts, kNow));
}

TEST_CASE("an operator's certificate needs its key", "[tls]") {
  const TempDir folder;
  const DaemonCertificates own = opened(folder);
  const std::string certificate = folder.path("tls/https.pem");
  CHECK(read_pair(certificate, folder.path("tls/https.key")));
  CHECK(read_pair(certificate, folder.path("tls/signing.key")).error().code == "wrong-key");
  CHECK(read_pair(certificate, certificate).error().code == "bad-key");
  CHECK(read_pair(folder.path("absent.pem"), certificate).error().code == "io-error");
}

TEST_CASE("the same text is signed the same way, by either digest", "[tls]") {
  const auto key = SigningKey::from_pem(*make_key(KeyKind::rsa));
  REQUIRE(key);
  const std::string one = key->sign("text", SignatureVersion::v2);
  CHECK(one.size() == 256);
  CHECK(key->sign("text", SignatureVersion::v2) == one);
  CHECK(key->sign("text", SignatureVersion::v1) != one);
  CHECK(SigningKey::from_pem(*make_key(KeyKind::ec)).error().code == "bad-key");
}

}  // namespace tocsin
