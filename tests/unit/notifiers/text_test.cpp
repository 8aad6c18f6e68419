// SPDX-License-Identifier: Apache-2.0
#include "notifiers/text.hpp"

#include "notifiers/slack.hpp"
#include "support/catch.hpp"

namespace tocsin {

TEST_CASE("invalid bytes become replacement characters and controls spaces", "[notifiers][text]") {
  CHECK(printable("a\xff\x01\tb\nc\x7f") == "a\xEF\xBF\xBD \tb\nc ");
  CHECK(one_line("a\r\nb\tc") == "a  b c");
  CHECK(one_line("\xE2\x80\xA8\xC2\x85x") == "  x");
  CHECK(printable("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate
  CHECK(printable("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");                  // overlong
}

TEST_CASE("text is cut at code points and says so", "[notifiers][text]") {
  CHECK(truncate("héllo", 5) == "héllo");
  CHECK(truncate("héllo!", 5) == "hé...");
  CHECK(truncate("", 3).empty());
  CHECK(truncate("äöüßé", 4) == "ä...");
}

TEST_CASE("Slack text is escaped and never cut inside of an escape", "[notifiers][slack]") {
  CHECK(slack_text("a & b <c>", 100) == "a &amp; b &lt;c&gt;");
  CHECK(slack_text("<!channel>", 100) == "&lt;!channel&gt;");
  for (std::size_t max = 3; max < 40; ++max) {
    const std::string cut = slack_text("&&&&&&&&<<<<<<<<", max);
    CHECK(cut.size() <= max);
    const auto dots = cut.find("...");
    const std::string kept = cut.substr(0, dots);
    CHECK((kept.empty() || kept.back() == ';'));
  }
}

TEST_CASE("HTML is escaped in text and in attributes", "[notifiers][text]") {
  CHECK(escape_html("<a href=\"x\">'&'</a>") ==
        "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

TEST_CASE("times are written as each reader expects them", "[notifiers][text]") {
  const Instant t = instant_from_ms(1'773'488'462'123);
  CHECK(format_iso(t) == "2026-03-14T11:41:02.123Z");
  CHECK(format_long(t) == "Saturday 14 March, 2026 11:41:02 UTC");
  CHECK(format_mail_date(t) == "Sat, 14 Mar 2026 11:41:02 +0000");
  CHECK(format_iso(kNever) == "9999-12-31T23:59:59.999Z");
  CHECK(format_iso(instant_from_ms(-1)) == "1969-12-31T23:59:59.999Z");
}

}  // namespace tocsin
