// SPDX-License-Identifier: Apache-2.0
#include "tocsin/config_reader.hpp"

#include "support/catch.hpp"

using namespace tocsin;

namespace {

ConfigNode scalar(std::string text, bool quoted = false) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::scalar;
  node.scalar = std::move(text);
  node.quoted = quoted;
  node.where = {"f.yaml", 1, 1};
  return node;
}

ConfigNode map_of(std::vector<std::pair<std::string, ConfigNode>> entries) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::map;
  for (auto& [key, value] : entries) node.entries.emplace_back(scalar(key), std::move(value));
  return node;
}

enum class Colour { red, green };
constexpr std::pair<std::string_view, Colour> kColours[] = {{"red", Colour::red},
                                                            {"green", Colour::green}};

}  // namespace

TEST_CASE("durations are sums of units from large to small or bare seconds", "[config]") {
  CHECK(parse_duration("90s") == seconds{90});
  CHECK(parse_duration("1h30m") == minutes{90});
  CHECK(parse_duration("7d") == days{7});
  CHECK(parse_duration("250ms") == milliseconds{250});
  CHECK(parse_duration("300") == seconds{300});
  CHECK(parse_duration("0.5") == milliseconds{500});
  for (const char* wrong : {"", "m", "5 m", "5M", "30m1h", "5m5m", "-5m", "1e99",
                            "99999999999999999999d", "5m1", "012"})
    CHECK_FALSE(parse_duration(wrong));
  for (const char* text : {"1h30m", "7d", "90ms", "1d1ms"})
    CHECK(format_duration(*parse_duration(text)) == text);
}

TEST_CASE("sizes have binary units only", "[config]") {
  CHECK(parse_byte_size("64KiB") == 65536u);
  CHECK(parse_byte_size("12") == 12u);
  for (const char* wrong : {"64KB", "64K", "", "KiB", "1.5MiB", "-1", "99999999999TiB"})
    CHECK_FALSE(parse_byte_size(wrong));
  CHECK(format_byte_size(1 << 20) == "1MiB");
}

TEST_CASE("a number with leading zeros is refused instead of guessed", "[config]") {
  Diagnostics out;
  CHECK_FALSE(config::integer(scalar("012"), "n", {}, out));
  REQUIRE(out.list().size() == 1);
  CHECK(out.list()[0].hint == "leading zeros are ambiguous: write 12");
  CHECK(config::integer(scalar("0"), "n", {}, out) == 0);
  CHECK_FALSE(config::number(scalar("5", true), "n", {}, out));
  CHECK_FALSE(config::number(scalar("nan"), "n", {}, out));
  CHECK_FALSE(config::number(scalar("0x10"), "n", {}, out));
  CHECK(config::number(scalar("-.5"), "n", {}, out) == -.5);
}

TEST_CASE("only true and false are booleans", "[config]") {
  Diagnostics out;
  CHECK(config::boolean(scalar("true"), "b", out) == true);
  for (const char* wrong : {"yes", "on", "True", "1"})
    CHECK_FALSE(config::boolean(scalar(wrong), "b", out));
  CHECK_FALSE(config::boolean(scalar("true", true), "b", out));
  CHECK(out.list().size() == 5);
}

TEST_CASE("a reader reports unknown, missing, mistyped and out-of-range keys and keeps defaults",
          "[config]") {
  const ConfigNode map = map_of({{"treshold", scalar("1")},
                                 {"count", scalar("11")},
                                 {"wait", scalar("soon")},
                                 {"colour", scalar("gren")},
                                 {"size", scalar("1MiB")}});
  Diagnostics out;
  double threshold = 7;
  int count = 3;
  Duration wait{5};
  Colour colour = Colour::red;
  std::size_t size = 0;
  ConfigReader read(map, "thing", out);
  CHECK_FALSE(read.require("threshold", threshold));
  CHECK_FALSE(read.optional("count", count, {.least = 1, .most = 10}));
  CHECK_FALSE(read.optional("wait", wait, {.least = seconds{1}}));
  CHECK_FALSE(read.optional_name("colour", colour, kColours));
  CHECK(read.optional_size("size", size));
  read.finish();
  CHECK(threshold == 7);
  CHECK(count == 3);
  CHECK(wait == Duration{5});
  CHECK(size == 1u << 20);
  REQUIRE(out.list().size() == 5);
  CHECK(out.list()[0].text == "thing needs `threshold`");
  CHECK(out.list()[1].text == "`count` must be at most 10");
  CHECK(out.list()[2].code == "bad-value");
  CHECK(out.list()[3].hint == "did you mean \"green\"?");
  CHECK(out.list()[4].code == "unknown-key");
  CHECK(out.list()[4].hint == "did you mean \"threshold\"?");
}

TEST_CASE("what is not built yet is an error, never ignored", "[config]") {
  const ConfigNode map = map_of({{"repeat", scalar("1h")}});
  Diagnostics out;
  ConfigReader read(map, "alarm \"a\"", out);
  read.not_built("repeat");
  read.finish();
  REQUIRE(out.list().size() == 1);
  CHECK(out.list()[0].code == "not-built");
}

TEST_CASE("a swap of neighbours is one slip and far names are not suggested", "[config]") {
  CHECK(edit_distance("pattren", "pattern") == 1);
  const std::vector<std::string> names{"pattern", "log_group"};
  CHECK(nearest_name("pattren", names) == "pattern");
  CHECK(nearest_name("evidence", names).empty());
  CHECK(suggest("evidence", names) == "known are: pattern, log_group");
}
