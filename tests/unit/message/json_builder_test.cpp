// SPDX-License-Identifier: Apache-2.0
#include "tocsin/json_builder.hpp"

#include <bit>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "support/catch.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

std::string number(double value) {
  std::string out;
  append_json_number(out, value);
  return out;
}

std::string json_of(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace

TEST_CASE("a document is the text of what it was given, in that order", "[message]") {
  const std::vector<std::string> none;
  const std::vector<std::string> two{"a", "\"b\""};
  JsonBuilder out{{"z", 1}, {"a", true}, {"inner", JsonBuilder{{"x", nullptr}}}};
  JsonBuilder list = JsonBuilder::array();
  CHECK(list.empty());
  list.push_back(-7LL);
  list.push_back(std::numeric_limits<std::uint64_t>::max());
  list.push_back(JsonBuilder::pair("name", 2.5));
  out.add("list", list);
  out.add("none", none);
  out.add("two", two);
  out.add("here", std::optional<double>(3));
  out.add("not here", std::optional<double>());
  out.add("as it is", JsonBuilder::raw(R"({"b": [1]})"));
  out.add("nothing", JsonBuilder());
  CHECK(out.text() == R"({"z":1,"a":true,"inner":{"x":null},)"
                      R"("list":[-7,18446744073709551615,["name",2.5]],)"
                      R"("none":[],"two":["a","\"b\""],"here":3.0,"not here":null,)"
                      R"("as it is":{"b": [1]},"nothing":{}})");
}

TEST_CASE("a number reads back as the same number and stays a fraction", "[message]") {
  CHECK(number(0) == "0.0");
  CHECK(number(-0.0) == "-0.0");
  CHECK(number(1) == "1.0");
  CHECK(number(-1200) == "-1200.0");
  CHECK(number(0.1) == "0.1");
  CHECK(number(0.0001) == "0.0001");
  CHECK(number(-0.00001) == "-1e-05");
  CHECK(number(123456.789) == "123456.789");
  CHECK(number(999999999999999) == "999999999999999.0");
  CHECK(number(1e15) == "1e+15");
  CHECK(number(1.5e300) == "1.5e+300");
  CHECK(number(std::numeric_limits<double>::infinity()) == "null");
  CHECK(number(std::numeric_limits<double>::quiet_NaN()) == "null");
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    CAPTURE(value);
    const Json back = Json::parse(number(value));
    REQUIRE(back.is_number_float());
    REQUIRE(back.get<double>() == value);
    const double small = static_cast<double>(random() % 1'000'000) / 1000;
    REQUIRE(number(small) == Json(small).dump());
  }
}

TEST_CASE("any bytes become one JSON string that reads back as them", "[message]") {
  CHECK(json_of("a\"b\\c\n\t\r\b\x1f\x7f") == R"("a\"b\\c\n\t\r\u0008\u001f\u007f")");
  CHECK(json_of("漢字 \U0001f514 é") == "\"漢字 \U0001f514 é\"");
  CHECK(json_of(std::string("a\0b", 3)) == R"("a\u0000b")");
  CHECK(json_of("\xC3") == "\"\xEF\xBF\xBD\"");
  CHECK(json_of("\xED\xA0\x80x") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx\"");
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 12, '\0');
    for (char& c : text) c = static_cast<char>(random() % 3 == 0 ? random() : 'a' + random() % 26);
    CAPTURE(text);
    REQUIRE(Json::accept(json_of(text)));
    if (json_of(text).find("\xEF\xBF\xBD") == std::string::npos)
      REQUIRE(Json::parse(json_of(text)).get<std::string>() == text);
  }
}

}  // namespace tocsin
