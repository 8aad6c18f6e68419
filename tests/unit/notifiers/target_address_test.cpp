// SPDX-License-Identifier: Apache-2.0
#include "notifiers/target_address.hpp"

#include <arpa/inet.h>

#include <array>

#include "notifiers/endpoint_name.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

AddressClass classify(const char* text) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, text, bytes.data()) == 1)
    return classify_address(std::span<const unsigned char>(bytes).first(4));
  REQUIRE(inet_pton(AF_INET6, text, bytes.data()) == 1);
  return classify_address(bytes);
}

}  // namespace

TEST_CASE("link-local and metadata addresses are forbidden, however they are written",
          "[notifiers][target]") {
  for (const char* text :
       {"169.254.169.254", "169.254.0.1", "100.100.100.200", "fe80::1", "febf::1", "fd00:ec2::254",
        "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1"})
    CHECK(classify(text) == AddressClass::forbidden);
}

TEST_CASE("loopback and private addresses are restricted", "[notifiers][target]") {
  for (const char* text : {"127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1",
                           "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "::1",
                           "::", "fc00::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1"})
    CHECK(classify(text) == AddressClass::restricted);
}

TEST_CASE("all others are open", "[notifiers][target]") {
  for (const char* text : {"1.1.1.1", "172.32.0.1", "169.253.255.255", "100.128.0.1", "192.169.0.1",
                           "2606:4700::1111", "::ffff:8.8.8.8"})
    CHECK(classify(text) == AddressClass::open);
}

TEST_CASE("a host that is a forbidden address is known before any look-up", "[notifiers][target]") {
  CHECK(is_forbidden_literal("169.254.169.254"));
  CHECK(is_forbidden_literal("fe80::1%eth0"));
  CHECK_FALSE(is_forbidden_literal("127.0.0.1"));
  CHECK_FALSE(is_forbidden_literal("metadata.example.com"));
}

TEST_CASE("only the scheme and the host of a URL are taken to be shown", "[notifiers][target]") {
  const auto target = parse_web_target("HTTPS://user:pass@hooks.example.com:8443/a/SECRET?b#c");
  REQUIRE(target.ok());
  CHECK(target->scheme == "https");
  CHECK(target->host == "hooks.example.com");
  CHECK(parse_web_target("http://[::1]:80/x")->host == "::1");
  for (const char* text : {"", "example.com", "ftp://x/", "https://", "https:///x", "https://u@/x",
                           "http://a b/", "http://a\r\nb/", "http://a\\b", "http://[::1"})
    CHECK_FALSE(parse_web_target(text).ok());
}

TEST_CASE("an endpoint's id is stable and does not contain its secret", "[notifiers][target]") {
  const std::string id = endpoint_id_of_secret("t", "slack", "https://hooks/SECRET");
  CHECK(id == endpoint_id_of_secret("t", "slack", "https://hooks/SECRET"));
  CHECK(id != endpoint_id_of_secret("t", "slack", "https://hooks/OTHER"));
  CHECK(id.find("SECRET") == std::string::npos);
  CHECK(name_uuid("a").size() == 36);
}

}  // namespace tocsin
