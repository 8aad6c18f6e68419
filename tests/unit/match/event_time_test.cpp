// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time/event_time.hpp"

#include "support/catch.hpp"

using namespace tocsin;

namespace {

struct Reading {
  TimeSpec spec{"", 0, "auto", "UTC"};
  std::string input = "file";
  std::string near = "2026-06-15T12:00:00Z";

  std::string operator()(std::string_view line) const {
    const Result<EventTime> time = EventTime::compile(spec, input);
    REQUIRE(time.ok());
    const Instant found = time->find(line, *parse_rfc3339(near));
    return found == kNoTime ? "none" : format_rfc3339(found);
  }
};

Reading with(std::string format, std::string zone = "UTC") {
  return {{"", 0, std::move(format), std::move(zone)}};
}
Reading at_field(std::string field, std::string format = "auto") {
  return {{std::move(field), 0, std::move(format), "UTC"}};
}
Reading at_column(int column, std::string format = "auto") {
  return {{"", column, std::move(format), "UTC"}};
}
Reading of_trail() { return {{"", 0, "auto", "local"}, "cloudtrail"}; }

}  // namespace

TEST_CASE("an ISO 8601 time near the start of a line is its time", "[match][time]") {
  const Reading read;
  CHECK(read("2026-01-31T23:59:58.123Z hello") == "2026-01-31T23:59:58.123Z");
  CHECK(read("[2026-01-31 23:59:58,5] hello") == "2026-01-31T23:59:58.500Z");
  CHECK(read("INFO 2026-01-31T23:59:58+01:00 x") == "2026-01-31T22:59:58.000Z");
  CHECK(read("2026-01-31 23:59:58 -0530 x") == "2026-02-01T05:29:58.000Z");
  CHECK(read("2026-01-31T23:59Z") == "2026-01-31T23:59:00.000Z");
  CHECK(read("<165>1 2026-01-31T23:59:58.000003-07:00 host app") == "2026-02-01T06:59:58.000Z");
  CHECK(read("2026-01-31T23:59:58Zulu") == "2026-01-31T23:59:58.000Z");
  CHECK(read("2026-01-31T23:59:58Z") == "2026-01-31T23:59:58.000Z");
  CHECK(read("2016-12-31T23:59:60Z leap") == "2017-01-01T00:00:00.000Z");
  CHECK(read("0000-01-01T00:00:00Z") == "0000-01-01T00:00:00.000Z");
  CHECK(read("9999-12-31T23:59:59.999Z") == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("what is no date of the calendar is no time", "[match][time]") {
  const Reading read;
  CHECK(read("2026-02-30T00:00:00Z") == "none");
  CHECK(read("2026-13-01T00:00:00Z") == "none");
  CHECK(read("2026-01-01T24:00:00Z") == "none");
  CHECK(read("2026-01-01T00:60:00Z") == "none");
  CHECK(read("2026-01-01") == "none");
  CHECK(read("version 1.2.3-4") == "none");
  CHECK(read("") == "none");
  CHECK(read(std::string(300, 'x') + " 2026-01-01T00:00:00Z") == "none");
  CHECK(read("\xff\xfe\0\x80") == "none");
}

TEST_CASE("a syslog time has no year: the one closest before the file's time is meant",
          "[match][time]") {
  Reading read;
  read.near = "2026-01-02T00:00:00Z";
  CHECK(read("Dec 31 23:59:59 host sshd[1]: x") == "2025-12-31T23:59:59.000Z");
  CHECK(read("Jan  1 00:00:00 host x") == "2026-01-01T00:00:00.000Z");
  CHECK(read("<34>Jan 1 00:00:00 host x") == "2026-01-01T00:00:00.000Z");
  CHECK(read("Jan  2 01:59:00 a clock ahead") == "2026-01-02T01:59:00.000Z");
  CHECK(read("Jan  2 02:01:00 too far ahead") == "2025-01-02T02:01:00.000Z");
  CHECK(read("Feb 29 12:00:00 the last leap day") == "2024-02-29T12:00:00.000Z");
  CHECK(read("Feb 30 12:00:00 x") == "none");
  CHECK(read("Jan 05 2024 10:00:00.250: cisco") == "2024-01-05T10:00:00.250Z");
  read.near = "1903-05-01T00:00:00Z";
  CHECK(read("Feb 29 12:00:00 x") == "1896-02-29T12:00:00.000Z");
}

TEST_CASE("an access log's time stands in brackets, and a date in the request does not count",
          "[match][time]") {
  const Reading read;
  CHECK(read(R"(1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET /x?d=2024-01-02T03:04:05Z")") ==
        "2000-10-10T20:55:36.000Z");
  CHECK(read("h - - [10/Oct/2000:13:55:36] x") == "2000-10-10T13:55:36.000Z");
}

TEST_CASE("a leading number of 10, 13, 16 or 19 digits is an epoch", "[match][time]") {
  const Reading read;
  CHECK(read("1700000000 x") == "2023-11-14T22:13:20.000Z");
  CHECK(read("1700000000.25 x") == "2023-11-14T22:13:20.250Z");
  CHECK(read("1700000000123 x") == "2023-11-14T22:13:20.123Z");
  CHECK(read("1700000000123456") == "2023-11-14T22:13:20.123Z");
  CHECK(read("1700000000123456789") == "2023-11-14T22:13:20.123Z");
  CHECK(read("x 1700000000") == "none");
  CHECK(read("170000000 x") == "none");
  CHECK(read("1700000000abc") == "none");
  CHECK(read("99999999999999999999999999") == "none");
  CHECK(read("9999999999999 x") == "2286-11-20T17:46:39.999Z");
}

TEST_CASE("an explicit epoch unit takes any number of digits that fits", "[match][time]") {
  CHECK(with("epoch")("0 x") == "1970-01-01T00:00:00.000Z");
  CHECK(with("epoch")("253402300799") == "9999-12-31T23:59:59.000Z");
  CHECK(with("epoch")("253402300800") == "none");
  CHECK(with("epoch_ms")("1 x") == "1970-01-01T00:00:00.001Z");
  CHECK(with("epoch_us")("1999 x") == "1970-01-01T00:00:00.001Z");
  CHECK(with("epoch_ns")("9223372036854775807") == "2262-04-11T23:47:16.854Z");
  CHECK(with("epoch_ms")("9999999999999999999") == "none");
  CHECK(with("epoch")("2026-01-01T00:00:00Z") == "none");
}

TEST_CASE("a JSON line has its time under one of the usual names, at the top", "[match][time]") {
  const Reading read;
  CHECK(read(R"({"msg":"x","timestamp":"2026-01-01T00:00:01Z"})") == "2026-01-01T00:00:01.000Z");
  CHECK(read(R"({"time":1700000000.5})") == "2023-11-14T22:13:20.500Z");
  CHECK(read(R"({"@timestamp":"2026-01-01T00:00:01.5+02:00"})") == "2025-12-31T22:00:01.500Z");
  CHECK(read(R"({"ts":1700000000123})") == "2023-11-14T22:13:20.123Z");
  CHECK(read(R"({"a":{"time":1700000000}})") == "none");
  CHECK(read(R"({"msg":"at 2026-01-01T00:00:01Z"})") == "none");
}

TEST_CASE("a trail's event has its time in eventTime of its root", "[match][time]") {
  const Reading read = of_trail();
  CHECK(read(R"({"eventVersion":"1","eventTime":"2026-01-01T00:00:01Z","x":1})") ==
        "2026-01-01T00:00:01.000Z");
  CHECK(read(R"( {"eventTime" : "2026-01-01T00:00:01Z"} )") == "2026-01-01T00:00:01.000Z");
}

TEST_CASE("a look-alike of eventTime further in does not fool", "[match][time]") {
  const Reading read = of_trail();
  CHECK(read(R"({"requestParameters":{"eventTime":"1999-01-01T00:00:00Z"},"eventName":"x"})") ==
        "none");
  CHECK(read(R"({"requestParameters":{"eventTime":"1999-01-01T00:00:00Z"},)"
             R"("eventTime":"2026-01-01T00:00:01Z"})") == "2026-01-01T00:00:01.000Z");
  CHECK(read(R"({"eventTime":"2026-01-01T00:00:01Z",)"
             R"("requestParameters":{"eventTime":"1999-01-01T00:00:00Z"}})") ==
        "2026-01-01T00:00:01.000Z");
  CHECK(read(R"({"a":"\"eventTime\":\"1999-01-01T00:00:00Z\""})") == "none");
  CHECK(read(R"({"a":"eventTime","b":"1999-01-01T00:00:00Z"})") == "none");
  CHECK(read(R"([{"eventTime":"1999-01-01T00:00:00Z"}])") == "none");
  CHECK(read(R"({"a":["eventTime",{"eventTime":"1999-01-01T00:00:00Z"}]})") == "none");
}

TEST_CASE("a time's name may have characters that JSON writes in two ways", "[match][time]") {
  const Reading read = at_field("$.['a/b']");
  CHECK(read(R"({"a/b":"2026-01-01T00:00:01Z"})") == "2026-01-01T00:00:01.000Z");
  CHECK(read(R"({"a\\/b":"2026-01-01T00:00:01Z"})") == "none");
  CHECK(read(R"({"a\/b":"2026-01-01T00:00:01Z"})") == "2026-01-01T00:00:01.000Z");
}

TEST_CASE("eventTime may be written with escapes, and the last of two wins", "[match][time]") {
  const Reading read = of_trail();
  CHECK(read(R"({"\u0065ventTime":"2026-01-01T00:00:01Z"})") == "2026-01-01T00:00:01.000Z");
  CHECK(read(R"({"eventTime":"2026-01-01T00:00:01\u005a"})") == "2026-01-01T00:00:01.000Z");
  CHECK(read(R"({"eventTime":"1999-01-01T00:00:00Z","eventTime":"2026-01-01T00:00:01Z"})") ==
        "2026-01-01T00:00:01.000Z");
  CHECK(read(R"({"eventTime":null})") == "none");
  CHECK(read(R"({"eventTime":["2026-01-01T00:00:01Z"]})") == "none");
  CHECK(read("eventTime 2026-01-01T00:00:01Z") == "none");
}

TEST_CASE("a field may be nested, a number or a string", "[match][time]") {
  CHECK(at_field("$.a.b")(R"({"a":{"b":"2026-01-01T00:00:01Z"}})") == "2026-01-01T00:00:01.000Z");
  CHECK(at_field("$.a[1]")(R"({"a":[0,1700000000]})") == "2023-11-14T22:13:20.000Z");
  CHECK(at_field("$.t", "epoch_ms")(R"({"t":1700000000123})") == "2023-11-14T22:13:20.123Z");
  CHECK(at_field("$.t", "epoch_ms")(R"({"t":"1700000000123"})") == "2023-11-14T22:13:20.123Z");
  CHECK(at_field("$.t")(R"({"t":1e9})") == "none");
}

TEST_CASE("a column counts space-delimited fields from 1", "[match][time]") {
  CHECK(at_column(2)("x 2026-01-01T00:00:01Z y") == "2026-01-01T00:00:01.000Z");
  CHECK(at_column(4)("h - - [10/Oct/2000:13:55:36 -0700] x") == "2000-10-10T20:55:36.000Z");
  CHECK(at_column(2)("x 2026-01-01 00:00:01 y") == "2026-01-01T00:00:01.000Z");
  CHECK(at_column(9)("x 2026-01-01T00:00:01Z y") == "none");
  CHECK(at_column(1, "epoch")("12 x") == "1970-01-01T00:00:12.000Z");
}

TEST_CASE("a strptime format reads what it says", "[match][time]") {
  CHECK(with("%Y/%m/%d %H:%M:%S")("2026/01/31 23:59:58 [error]") == "2026-01-31T23:59:58.000Z");
  CHECK(with("%d.%m.%y %I:%M %p")("31.01.26 12:05 AM x") == "2026-01-31T00:05:00.000Z");
  CHECK(with("%d-%b-%Y %T.%f")("31-Jan-2026 23:59:58.25 x") == "2026-01-31T23:59:58.250Z");
  CHECK(with("%A, %d %B %Y %R %z")("Saturday, 31 January 2026 23:59 +0100") ==
        "2026-01-31T22:59:00.000Z");
  CHECK(with("%Y-%j")("2024-366") == "2024-12-31T00:00:00.000Z");
  CHECK(with("%Y-%j")("2026-366") == "none");
  CHECK(with("%s")("1700000000 x") == "2023-11-14T22:13:20.000Z");
  CHECK(with("%m/%d %T")("06/14 10:00:00 x") == "2026-06-14T10:00:00.000Z");
  CHECK(with("%F %T")("[2026-01-31 23:59:58] x") == "2026-01-31T23:59:58.000Z");
}

TEST_CASE("a time without a zone is in the group's", "[match][time]") {
  CHECK(with("auto", "Europe/Paris")("2026-01-01 00:00:00 x") == "2025-12-31T23:00:00.000Z");
  CHECK(with("auto", "Europe/Paris")("2026-07-01 00:00:00 x") == "2026-06-30T22:00:00.000Z");
  CHECK(with("auto", "Europe/Paris")("2026-07-01T00:00:00Z") == "2026-07-01T00:00:00.000Z");
  // Twice on the night back to winter time: the earlier. Never on the night to summer time: the
  // change itself.
  CHECK(with("auto", "Europe/Paris")("2025-10-26 02:30:00 x") == "2025-10-26T00:30:00.000Z");
  CHECK(with("auto", "Europe/Paris")("2026-03-29 02:30:00 x") == "2026-03-29T01:00:00.000Z");
}

TEST_CASE("an unknown zone, format or field is refused when compiled", "[match][time]") {
  CHECK_FALSE(EventTime::compile({"", 0, "auto", "Mars/Olympus"}, "file").ok());
  CHECK_FALSE(EventTime::compile({"", 0, "rfc", "UTC"}, "file").ok());
  CHECK_FALSE(EventTime::compile({"", 0, "%Q", "UTC"}, "file").ok());
  CHECK_FALSE(EventTime::compile({"", 0, "%H:%M", "UTC"}, "file").ok());
  CHECK_FALSE(EventTime::compile({"eventTime", 0, "auto", "UTC"}, "file").ok());
  CHECK(EventTime::compile({"", 0, "auto", "local"}, "cloudtrail").ok());
}

TEST_CASE("RFC 3339 times are printed and read back", "[match][time]") {
  CHECK(format_rfc3339(instant_from_ms(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(format_rfc3339(instant_from_ms(-1)) == "1969-12-31T23:59:59.999Z");
  CHECK(format_rfc3339(kNoTime) == "0000-01-01T00:00:00.000Z");
  CHECK(format_rfc3339(kNever) == "9999-12-31T23:59:59.999Z");
  const Instant summer = *parse_rfc3339("2026-07-01T12:00:00.5Z");
  CHECK(format_rfc3339(summer, "Europe/Paris") == "2026-07-01T14:00:00.500+02:00");
  CHECK(format_rfc3339(summer, "America/St_Johns") == "2026-07-01T09:30:00.500-02:30");
  CHECK(format_rfc3339(summer, "nowhere") == "2026-07-01T12:00:00.500Z");
  CHECK(parse_rfc3339(format_rfc3339(summer, "Asia/Kolkata")) == summer);
  CHECK_FALSE(parse_rfc3339("2026-07-01T12:00:00"));
  CHECK_FALSE(parse_rfc3339("2026-07-01T12:00:00Z "));
  CHECK_FALSE(parse_rfc3339(""));
}

TEST_CASE("what was read before does not change what a zone's clock means", "[match][time]") {
  const Reading berlin = with("auto", "Europe/Berlin"), tokyo = with("auto", "Asia/Tokyo");
  for (int round = 0; round < 2; ++round) {
    CHECK(berlin("2026-01-15 12:00:00 x") == "2026-01-15T11:00:00.000Z");
    CHECK(berlin("2026-03-29 01:59:59 x") == "2026-03-29T00:59:59.000Z");
    CHECK(berlin("2026-03-29 03:00:00 x") == "2026-03-29T01:00:00.000Z");
    CHECK(tokyo("2026-07-15 12:00:00 x") == "2026-07-15T03:00:00.000Z");
    CHECK(berlin("2026-07-15 12:00:00 x") == "2026-07-15T10:00:00.000Z");
    CHECK(berlin("2026-10-25 02:30:00 twice") == "2026-10-25T00:30:00.000Z");
    CHECK(berlin("2026-10-25 03:00:00 x") == "2026-10-25T02:00:00.000Z");
    CHECK(berlin("2026-12-15 12:00:00 x") == "2026-12-15T11:00:00.000Z");
  }
}
