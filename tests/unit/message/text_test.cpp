// SPDX-License-Identifier: Apache-2.0
#include "rules/message/text.hpp"

#include <limits>

#include "support/catch.hpp"

namespace tocsin {

TEST_CASE("numbers are written without an exponent where people read none", "[message]") {
  CHECK(format_number(0) == "0");
  CHECK(format_number(2) == "2");
  CHECK(format_number(-0.5) == "-0.5");
  CHECK(format_number(1e6) == "1000000");
  CHECK(format_number(0.00001) == "0.00001");
  CHECK(format_number(1e30) == "1e+30");
  CHECK(format_number(1e-30) == "1e-30");
  CHECK(format_number(987.9838056680161) == "987.9838056680161");
}

TEST_CASE("measured values have the digits that people read", "[message]") {
  CHECK(format_value(987.9838056680161) == "987.984");
  CHECK(format_value(-0.1 - 0.2) == "-0.3");
  CHECK(format_value(1.0 / 3) == "0.333333");
  CHECK(format_value(0.000012345678) == "0.0000123457");
  CHECK(format_value(1234567.891) == "1234568");
  CHECK(format_value(123456789) == "123456789");
  CHECK(format_value(999.9999999) == "1000");
  CHECK(format_value(5e-324) == "5e-324");
  CHECK(format_value(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(format_value(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(format_value(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

TEST_CASE("a rounded value stands on its own side of the threshold", "[message]") {
  CHECK(format_value(5.0000001, 5) == "5.0000001");
  CHECK(format_value(4.99999999, 5) == "4.99999999");
  CHECK(format_value(5.0000001, 6) == "5");
  CHECK(format_value(900.1234567, 900) == "900.123");
  CHECK(format_value(0.1 + 0.2, 0.3) == "0.30000000000000004");
}

}  // namespace tocsin
