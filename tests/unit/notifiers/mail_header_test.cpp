// SPDX-License-Identifier: Apache-2.0
#include "notifiers/mail_header.hpp"

#include "support/catch.hpp"

namespace tocsin {

TEST_CASE("a header with a line break is refused, whatever the break", "[notifiers][mail]") {
  for (const char* value : {"a\r\nBcc: x@y", "a\nb", "a\rb", "a\x01", "a\x7f"})
    CHECK_FALSE(encode_mail_header("Subject", value).ok());
  CHECK_FALSE(encode_mail_header("Subject\r\nBcc", "x").ok());
  CHECK_FALSE(encode_mail_header("", "x").ok());
  CHECK_FALSE(encode_mail_header("Subject", "\xff").ok());
}

TEST_CASE("ASCII stays as it is and is folded at spaces", "[notifiers][mail]") {
  CHECK(encode_mail_header("Subject", "ALARM: \"x\"").value() == "Subject: ALARM: \"x\"");
  const std::string words = "word " + std::string(60, 'a') + " " + std::string(60, 'b');
  CHECK(encode_mail_header("Subject", words).value() ==
        "Subject: word " + std::string(60, 'a') + "\r\n " + std::string(60, 'b'));
  const std::string id = "<" + std::string(90, 'a') + "@x>";
  CHECK(encode_mail_header("References", id).value() == "References: " + id);
}

TEST_CASE("what is not ASCII becomes encoded words of whole characters", "[notifiers][mail]") {
  CHECK(encode_mail_header("Subject", "é").value() == "Subject: =?UTF-8?B?w6k=?=");
  CHECK(encode_mail_header("Subject", "=?x").value() == "Subject: =?UTF-8?B?PT94?=");
  std::string long_text;
  for (int i = 0; i < 200; ++i) long_text += "é";
  const std::string header = encode_mail_header("Subject", long_text).value();
  for (std::size_t at = 0; at < header.size();) {
    const auto end = std::min(header.find("\r\n", at), header.size());
    CHECK(end - at <= 78);
    at = end + 2;
  }
}

TEST_CASE("no header line is longer than a mail server takes", "[notifiers][mail]") {
  const std::string header = encode_mail_header("Subject", std::string(5000, 'x')).value();
  CHECK(header.find("\r\n ") < 100);
}

TEST_CASE("addresses are read with and without a name", "[notifiers][mail]") {
  CHECK(parse_mail_address("ops@example.com")->address == "ops@example.com");
  const auto named = parse_mail_address(" \"Ops, Prod\" <ops@example.com> ");
  REQUIRE(named);
  CHECK(named->display_name == "Ops, Prod");
  CHECK(named->address == "ops@example.com");
  for (const char* text : {"", "ops", "@x", "a@", "a b@x", "a@b@c", "a@b>", "<a@b", "a@b\r\nRCPT",
                           "a@b,c@d", "x\"y <a@b>"})
    CHECK_FALSE(parse_mail_address(text));
}

TEST_CASE("only the name of an address is encoded", "[notifiers][mail]") {
  CHECK(encode_mail_header("From", "\"Tocsin\" <t@x.de>").value() == "From: \"Tocsin\" <t@x.de>");
  CHECK(encode_mail_header("From", "Glöckner <t@x.de>").value() ==
        "From: =?UTF-8?B?R2zDtmNrbmVy?=\r\n <t@x.de>");
}

TEST_CASE("any text becomes the right side of a Message-ID", "[notifiers][mail]") {
  CHECK(mail_domain("host-1.example.com") == "host-1.example.com");
  CHECK(mail_domain("..a b>..c.") == "ab.c");
  CHECK(mail_domain("<>") == "tocsin");
}

}  // namespace tocsin
