// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/json_document.hpp"
#include "rules/ruleset/source_text.hpp"
#include "rules/ruleset/yaml_document.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

// "line:column code" of every diagnostic, in order.
std::string faults(std::string_view text, ConfigNode (*read)(std::string_view, const std::string&,
                                                             Diagnostics&) = read_yaml) {
  Diagnostics out;
  read(text, "f", out);
  std::string list;
  for (const Diagnostic& d : out.list())
    list += (list.empty() ? "" : ", ") + std::to_string(d.where.line) + ":" +
            std::to_string(d.where.column) + " " + d.code;
  return list;
}

ConfigNode parsed(std::string_view text, ConfigNode (*read)(std::string_view, const std::string&,
                                                            Diagnostics&) = read_yaml) {
  Diagnostics out;
  ConfigNode root = read(text, "f", out);
  for (const Diagnostic& d : out.list()) UNSCOPED_INFO(d.text);
  REQUIRE(out.list().empty());
  return root;
}

}  // namespace

TEST_CASE("scalars keep their text, their place and whether they were quoted", "[ruleset]") {
  const ConfigNode root = parsed("a: 012\nb: yes\nc: 'it''s'\nd: \"x\\ty\"\ne:   [1, \"2\"]\n");
  CHECK(root.find("a")->scalar == "012");
  CHECK_FALSE(root.find("a")->quoted);
  CHECK(root.find("b")->scalar == "yes");
  CHECK(root.find("c")->scalar == "it's");
  CHECK(root.find("c")->quoted);
  CHECK(root.find("d")->scalar == "x\ty");
  CHECK(root.find("e")->items[1].quoted);
  CHECK(root.find("e")->items[1].where.line == 5);
  CHECK(root.find("e")->items[1].where.column == 10);
}

TEST_CASE("all places of a document share the name of its file", "[ruleset]") {
  for (const auto read : {read_yaml, read_json}) {
    const ConfigNode root = parsed("{\"a\": 1, \"b\": [2]}", read);
    const SourceLocation a = root.find("a")->where, b = root.find("b")->items[0].where;
    CHECK(a.file == "f");
    CHECK(&a.file.text() == &b.file.text());
  }
}

TEST_CASE("columns count bytes, CRLF and a byte order mark do not disturb them", "[ruleset]") {
  const ConfigNode root = parsed(
      "\xef\xbb\xbf"
      "ключ: { b: 1 }\r\nc: 2\r\n");
  CHECK(root.entries[0].value.find("b")->where.column == 16);
  CHECK(root.find("c")->where.line == 2);
  CHECK(root.find("c")->where.column == 4);
  CHECK(root.find("c")->scalar == "2");
}

TEST_CASE("a duplicate key is an error at the second that names the first", "[ruleset]") {
  Diagnostics out;
  read_yaml("a: 1\nb: 2\na: 3\n", "f", out);
  REQUIRE(out.list().size() == 1);
  CHECK(out.list()[0].where.line == 3);
  CHECK(out.list()[0].code == "duplicate-key");
  CHECK(out.list()[0].hint == "first on line 1");
}

TEST_CASE("what YAML allows and people do not expect is refused at its place", "[ruleset]") {
  CHECK(faults("base: &b { x: 1 }\nuse:\n  <<: *b\n") == "3:3 bad-key");
  CHECK(faults("? [a, b]\n: 1\n") == "1:3 bad-key");
  CHECK(faults("a: !!binary aGk=\n") == "1:4 bad-yaml");
  CHECK(faults("a: 1\n---\nb: 2\n") == "2:1 bad-yaml");
  CHECK(faults("~: 1\n") == "1:1 bad-key");
  CHECK(faults("a: &x [*x]\n") == "1:8 bad-yaml");
  CHECK(faults("a: *nowhere\n") == "1:4 bad-yaml");
}

TEST_CASE("one document with its markers is fine and an empty one is null", "[ruleset]") {
  CHECK(parsed("%YAML 1.2\n---\na: 1\n...\n").find("a")->scalar == "1");
  CHECK(parsed("").is_null());
  CHECK(parsed("# only a comment\n").is_null());
}

TEST_CASE("bytes that are no text are refused before the parser sees them", "[ruleset]") {
  using namespace std::string_literals;
  CHECK(faults("a: 1\nb: x\xff\n") == "2:5 bad-encoding");
  CHECK(faults("a: 1\0b: 2\n"s) == "1:5 bad-encoding");
  CHECK(faults("a: 1\x04\nb: [\n") == "1:5 bad-encoding");
  CHECK(faults(std::string((16 << 20) + 1, 'a')) == "0:0 too-large");
  CHECK(faults("\xff\xfe"
               "a\0:\0"s) == "1:1 bad-encoding");
}

TEST_CASE("a tab as indentation says so", "[ruleset]") {
  Diagnostics out;
  read_yaml("a:\n\tb: 1\n", "f", out);
  REQUIRE(out.list().size() == 1);
  CHECK(out.list()[0].hint == "indent with spaces: there is a tab before the text");
}

TEST_CASE("an alias bomb and deep nesting end early", "[ruleset]") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string one = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j ? ", " : "") + one;
    bomb += "]\n";
  }
  CHECK(faults(bomb).find("too-large") != std::string::npos);
  CHECK(faults("a: " + std::string(63, '[') + std::string(63, ']')).empty());
  CHECK(faults("a: " + std::string(64, '[') + std::string(64, ']')) == "1:67 too-deep");
  CHECK(faults(std::string(100'000, '[')).find("too-deep") != std::string::npos);
  CHECK(faults(std::string(100'000, '['), read_json) == "1:65 too-deep");
  CHECK(parsed("a: &x { k: 1 }\nb: *x\n").find("b")->find("k")->scalar == "1");
}

TEST_CASE("JSON gives the same tree with places", "[ruleset]") {
  const ConfigNode root =
      parsed("{\n  \"a\": [1, \"2\", true, null],\n  \"b\": {\"c\": -1.5e3}\n}\n", read_json);
  const ConfigNode& a = *root.find("a");
  REQUIRE(a.items.size() == 4);
  CHECK(a.items[0].scalar == "1");
  CHECK_FALSE(a.items[0].quoted);
  CHECK(a.items[1].quoted);
  CHECK(a.items[1].where.column == 12);
  CHECK(a.items[2].scalar == "true");
  CHECK(a.items[3].is_null());
  CHECK(root.find("b")->find("c")->scalar == "-1.5e3");
  CHECK(root.entries[1].key.where.line == 3);
  CHECK(root.entries[1].key.where.column == 3);
}

TEST_CASE("all escapes of JSON are allowed, lone surrogates become U+FFFD", "[ruleset]") {
  const ConfigNode root =
      parsed(R"({"a": "\u0000\ud83d\ude00\/\\ud800", "b": "x\ud800y\udc00\ud800\ud83d\ude00"})",
             read_json);
  CHECK(root.find("a")->scalar == std::string("\0😀/\\ud800", 1 + 4 + 1 + 6));
  CHECK(root.find("b")->scalar == "x\xef\xbf\xbdy\xef\xbf\xbd\xef\xbf\xbd😀");
}

TEST_CASE("broken JSON is refused at its place", "[ruleset]") {
  CHECK(faults("{\"a\": 1,\n \"a\": 2}", read_json) == "2:2 duplicate-key");
  CHECK(faults("{\"a\": 012}", read_json) == "1:7 bad-json");
  CHECK(faults("{\"a\": nul}", read_json) == "1:7 bad-json");
  CHECK(faults("{\"a\": truex}", read_json) == "1:7 bad-json");
  CHECK(faults("{\"a\": 1} x", read_json) == "1:10 bad-json");
  for (const char* broken : {"{\"a\" 1}", "{\"a\": 1", "{\"a\": [1 2]}", "{\"a\": \"\\x\"}",
                             "{\"a\": \"x}", "", "{", "]", "{\"a\":}", "{,}"}) {
    INFO(broken);
    CHECK(faults(broken, read_json).find("bad-json") != std::string::npos);
  }
}

TEST_CASE("a document is JSON if it begins with a brace", "[ruleset]") {
  CHECK(faults(" {a: 1}", read_document).find("bad-json") != std::string::npos);
  CHECK(parsed("a: 1", read_document).find("a")->scalar == "1");
}

TEST_CASE("a place inside a scalar is found through quotes, escapes and blocks", "[ruleset]") {
  const auto place = [](const std::string& text, std::size_t offset) {
    const ConfigNode root = parsed(text);
    const SourceLocation at = locate_in_scalar(root.entries[0].value, offset, text);
    return std::to_string(at.line) + ":" + std::to_string(at.column);
  };
  CHECK(place("p: abcdef\n", 3) == "1:7");
  CHECK(place("p: 'a''bcd'\n", 3) == "1:9");
  CHECK(place("p: \"a\\\"\\u0041bcd\"\n", 4) == "1:15");
  CHECK(place("p: |\n  first\n  second\n", 8) == "3:5");
  CHECK(place("p: >-\n    first\n", 2) == "2:7");
  CHECK(place("p: 'first\n    second'\n", 8) == "2:7");
  CHECK(place("p: >-\n    ab\n      cd\n    ef\n", 5) == "3:7");
  CHECK(place("p: >-\n    ab\n\n    cd ef\n", 6) == "4:8");
}
