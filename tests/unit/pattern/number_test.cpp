// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/number.hpp"

#include "support/catch.hpp"

using namespace tocsin;

TEST_CASE("a number has the form that patterns give it", "[pattern][number]") {
  for (const char* text :
       {"0", "007", "-1", "+1", "1.", ".5", "-.5", "1.5", "1e5", "1E+5", "1.e-3"})
    CHECK(is_number(text));
  for (const char* text : {"", "-", ".", "e5", "1e", "1e+", "0x10", "1 ", " 1", "1.2.3", "NaN",
                           "inf", "1,000", "--1", "1-"})
    CHECK_FALSE(is_number(text));
}

TEST_CASE("numbers compare by value, however they are written", "[pattern][number]") {
  CHECK((compare_numbers("3", "3.0") == 0));
  CHECK((compare_numbers("100", "1e2") == 0));
  CHECK((compare_numbers("0.001", "1e-3") == 0));
  CHECK((compare_numbers("+1", "1") == 0));
  CHECK((compare_numbers("-0", "0.000e7") == 0));
  CHECK((compare_numbers("0001.50", "15e-1") == 0));
  CHECK((compare_numbers("-1", "1") < 0));
  CHECK((compare_numbers("-2", "-1") < 0));
  CHECK((compare_numbers("9", "10") < 0));
  CHECK((compare_numbers("0.1", "0.09") > 0));
  CHECK((compare_numbers("-0.1", "0") < 0));
  CHECK((compare_numbers("1e3", "999.9") > 0));
}

TEST_CASE("no digit is lost in a comparison", "[pattern][number]") {
  CHECK((compare_numbers("9007199254740993", "9007199254740992") > 0));
  CHECK((compare_numbers("123456789012345678901234567890", "123456789012345678901234567891") < 0));
  CHECK((compare_numbers("0.1000000000000000000000001", "0.1") > 0));
  CHECK((compare_numbers("1e400", "1e401") < 0));
  CHECK((compare_numbers("1e-400", "0") > 0));
  CHECK((compare_numbers(std::string(100'000, '9'), "1e100000") < 0));
}

TEST_CASE("exponents of any size are bounded, not overflowed", "[pattern][number]") {
  CHECK((compare_numbers("1e99999999999999999999999", "1e5") > 0));
  CHECK((compare_numbers("-1e99999999999999999999999", "1e5") < 0));
  CHECK((compare_numbers("1e-99999999999999999999999", "0") > 0));
  CHECK((compare_numbers("0e99999999999999999999999", "0") == 0));
  CHECK((compare_numbers("2e99999999999999999999999", "1e99999999999999999999999") > 0));
}

TEST_CASE("a sample is a finite double", "[pattern][number]") {
  CHECK(parse_number("+1.5e2") == 150.0);
  CHECK(parse_number(".5") == 0.5);
  CHECK(parse_number("5.") == 5.0);
  CHECK(parse_number("-0") == 0.0);
  CHECK(parse_number("1e-400") == 0.0);
  CHECK(parse_number("0e999999") == 0.0);
  CHECK(parse_number("1.7976931348623157e308") == 1.7976931348623157e308);
  CHECK_FALSE(parse_number("1e309"));
  CHECK_FALSE(parse_number("-1e309"));
  CHECK_FALSE(parse_number("inf"));
  CHECK_FALSE(parse_number("nan"));
  CHECK_FALSE(parse_number("0x1p3"));
  CHECK_FALSE(parse_number(""));
  CHECK_FALSE(parse_number("12 "));
}

TEST_CASE("a parsed number compares as its text does, and knows when it is whole",
          "[pattern][number]") {
  const std::vector<std::string> texts = {"0",
                                          "-0",
                                          "0e99",
                                          "404",
                                          "404.0",
                                          "4.04e2",
                                          "-404",
                                          "+404",
                                          "0.5",
                                          ".5",
                                          "5e-1",
                                          "1e18",
                                          "1e17",
                                          "999999999999999999",
                                          "123456789012345678901",
                                          "100e-2",
                                          "00007",
                                          "-1e17",
                                          "7.000000000000000000000000001",
                                          "1e-400",
                                          "1e400",
                                          "0000000000000000000000404"};
  for (const std::string& a : texts)
    for (const std::string& b : texts) {
      INFO(a << " " << b);
      const Number left = *Number::parse(a), right = *Number::parse(b);
      CHECK((left <=> right) == compare_numbers(a, b));
      if (left.integer() && compare_numbers(a, b) == 0) CHECK(left.integer() == right.integer());
    }
  CHECK(Number::parse("-4.04e2")->integer() == -404);
  CHECK(Number::parse("1e17")->integer() == 100'000'000'000'000'000);
  CHECK(Number::parse("999999999999999999")->integer() == 999'999'999'999'999'999);
  CHECK(Number::parse("-0.0")->integer() == 0);
  CHECK(!Number::parse("0.5")->integer());
  CHECK(!Number::parse("1e400")->integer());
  for (const char* text : {"", "+", ".", "1e", "1 ", "x", "0x10", "1.2.3", "\xff"})
    CHECK(!Number::parse(text));
}
