// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/json_event.hpp"

#include <string>

#include "support/catch.hpp"

using namespace tocsin;

namespace {

bool is_json(std::string_view message) {
  JsonReader reader;
  return reader.read(message) != nullptr;
}
bool is_value(const std::string& value) { return is_json("{\"a\":" + value + "}"); }

// The decoded text of member "a".
std::string text_of(const std::string& value) {
  JsonReader reader;
  const JsonNode* root = reader.read("{\"a\":" + value + "}");
  const JsonNode* node = root ? root->member("a") : nullptr;
  return node ? std::string(node->text) : "(none)";
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

}  // namespace

TEST_CASE("an event is exactly one JSON object or array", "[pattern][json]") {
  for (const char* text : {"{}", "[]", " \t\r\n{\"a\":1}\n", "[1,[2,{\"b\":null}]]", "{\"a\":{}}"})
    CHECK(is_json(text));
  for (const char* text : {"",
                           " ",
                           "1",
                           "\"a\"",
                           "null",
                           "{} {}",
                           "{}x",
                           "x{}",
                           "[]]",
                           "{\"a\":1}}",
                           "{",
                           "[",
                           "[1",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":1",
                           "{\"a\":1,",
                           "[1,",
                           "{]",
                           "[}",
                           "{\"a\":[1}",
                           "[{\"a\":1]",
                           "\xEF\xBB\xBF{}",
                           "\v{}",
                           "{}\f"})
    CHECK_FALSE(is_json(text));
}

TEST_CASE("what lenient parsers let through is not JSON", "[pattern][json]") {
  for (const char* text : {"{\"a\":1,}",
                           "[1,]",
                           "[,1]",
                           "[1,,2]",
                           "{,}",
                           "{\"a\" 1}",
                           "{\"a\"::1}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\":1 \"b\":2}",
                           "[1 2]",
                           "[\"a\"\"b\"]",
                           "[1\"a\"]",
                           "[\"a\"1]",
                           "{\"a\":\"b\":\"c\"}",
                           "{\"a\": \"c\":\t\"d\"}",
                           "{1:2}",
                           "{\"a\":1}//",
                           "/**/{}",
                           "{\"a\":1,\"b\"}",
                           "[\"a\":1]",
                           "[:]",
                           "{\"a\":{\"b\":1}",
                           "[[]",
                           "[tru]",
                           "[true false]",
                           "[truex]",
                           "[nul]",
                           "[TRUE]",
                           "[undefined]"})
    CHECK_FALSE(is_json(text));
}

TEST_CASE("numbers follow the grammar and keep their text", "[pattern][json]") {
  for (const char* number : {"0", "-0", "10", "-1.5", "0.0", "1e5", "1E-5", "1.5e+10",
                             "123456789012345678901234567890", "1e999", "-1e-999"}) {
    CHECK(is_value(number));
    CHECK(text_of(number) == number);
  }
  for (const char* number : {"01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "1_0", "-01", "--1",
                             "1.e1", "NaN", "Infinity", "-Infinity", "1a", "1 2"})
    CHECK_FALSE(is_value(number));
}

TEST_CASE("string escapes are decoded, bad ones and control characters refused",
          "[pattern][json]") {
  CHECK(text_of(R"("a\"\\\/\b\f\n\r\tz")") == "a\"\\/\b\f\n\r\tz");
  CHECK(text_of(R"("\u0041\u00e9\u20AC")") == "A\xC3\xA9\xE2\x82\xAC");
  CHECK(text_of(R"("\ud83d\ude00")") == "\xF0\x9F\x98\x80");
  CHECK(text_of(R"("\u0000")") == std::string(1, '\0'));
  for (const char* bad :
       {R"("\x")", R"("\u12")", R"("\u12g4")", R"("\")", R"("\ud83d\u")", R"("\a")"})
    CHECK_FALSE(is_value(bad));
  CHECK_FALSE(is_value("\"a\nb\""));
  CHECK_FALSE(is_value("\"a\tb\""));
  CHECK_FALSE(is_value(std::string("\"a\0b\"", 5)));
  CHECK(is_value("\"\x7F\""));
}

TEST_CASE("a lone surrogate escape becomes U+FFFD and the event stays JSON", "[pattern][json]") {
  const std::string replacement = "\xEF\xBF\xBD";
  CHECK(text_of(R"("\ud800")") == replacement);
  CHECK(text_of(R"("\udc00x")") == replacement + "x");
  CHECK(text_of(R"("\ud800\ud83d\ude00")") == replacement + "\xF0\x9F\x98\x80");
  CHECK(text_of(R"("\ud800\n")") == replacement + "\n");
  CHECK(text_of(R"("\ud800\u0041")") == replacement + "A");
}

TEST_CASE("invalid UTF-8 is no JSON, wherever it stands", "[pattern][json]") {
  CHECK_FALSE(is_value("\"\xFF\""));
  CHECK_FALSE(is_value("\"\xC3\""));
  CHECK_FALSE(is_value("\"\xED\xA0\x80\""));
  CHECK_FALSE(is_value("\"\xC0\xAF\""));
  CHECK_FALSE(is_json("{\"\xFF\":1}"));
}

TEST_CASE("the last of duplicate names wins with its whole subtree", "[pattern][json]") {
  JsonReader reader;
  const JsonNode* root = reader.read(R"({"a":{"x":1},"b":2,"a":{"y":3},"\u0062":4})");
  REQUIRE(root);
  CHECK(root->member("a")->member("x") == nullptr);
  CHECK(root->member("a")->member("y")->text == "3");
  CHECK(root->member("b")->text == "4");
  std::size_t members = 0;
  for (const JsonNode* child = root->first_child; child; child = child->next) ++members;
  CHECK(members == 2);
}

TEST_CASE("duplicates are found among many members too", "[pattern][json]") {
  std::string text = "{";
  for (int i = 0; i < 40; ++i)
    text += "\"k" + std::to_string(i % 25) + "\":" + std::to_string(i) + ",";
  text += "\"end\":true}";
  JsonReader reader;
  const JsonNode* root = reader.read(text);
  REQUIRE(root);
  CHECK(root->member("k0")->text == "25");
  CHECK(root->member("k14")->text == "39");
  CHECK(root->member("k15")->text == "15");
  CHECK(root->member("k24")->text == "24");
  CHECK(root->member("end")->boolean);
  CHECK(root->first_child->name == "k0");
}

TEST_CASE("a thousand levels are read, more are refused", "[pattern][json]") {
  CHECK(is_json(nested(1000)));
  CHECK_FALSE(is_json(nested(1001)));
  CHECK_FALSE(is_json(nested(100'000)));
  CHECK_FALSE(is_json(std::string(100'000, '[')));
  CHECK_FALSE(is_json("{\"a\":" + nested(1000) + "}"));
}

TEST_CASE("very many members are built in linear time", "[pattern][json]") {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  text += "\"last\":1}";
  JsonReader reader;
  const JsonNode* root = reader.read(text);
  REQUIRE(root);
  CHECK(root->member("last")->text == "1");
  CHECK(root->member("k199999")->text == "0");
}

TEST_CASE("a reader goes on after a broken and after a huge event", "[pattern][json]") {
  JsonReader reader;
  CHECK(reader.read("{\"a\":[1,2") == nullptr);
  CHECK(reader.read("[" + std::string(6'000'000, ' ') + "1]")->element(0)->text == "1");
  const JsonNode* root = reader.read("{\"a\":[1,{\"b\":\"x\\ty\"}]}");
  REQUIRE(root);
  CHECK(root->member("a")->element(1)->member("b")->text == "x\ty");
  CHECK(root->member("a")->element(2) == nullptr);
  CHECK(root->element(0) == nullptr);
  CHECK(root->member("a")->member("b") == nullptr);
}
