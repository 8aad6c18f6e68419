// SPDX-License-Identifier: Apache-2.0
#include "notifiers/trend_chart.hpp"

#include <zlib.h>

#include <limits>

#include "support/catch.hpp"

namespace tocsin {
namespace {

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return value;
}

// The pixels, behind a check of every chunk.
std::string pixels_of(const std::string& png) {
  REQUIRE(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  std::string data;
  for (std::size_t at = 8; at < png.size();) {
    const std::uint32_t length = number_at(png, at);
    const std::string body = png.substr(at + 4, length + 4);
    CHECK(number_at(png, at + 8 + length) ==
          crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())));
    if (body.starts_with("IDAT")) data += body.substr(4);
    at += length + 12;
  }
  std::string rows(std::size_t{kChartWidth + 1} * kChartHeight, ' ');
  uLongf size = rows.size();
  REQUIRE(uncompress(reinterpret_cast<Bytef*>(rows.data()), &size,
                     reinterpret_cast<const Bytef*>(data.data()), data.size()) == Z_OK);
  REQUIRE(size == rows.size());
  return rows;
}

char pixel(const std::string& rows, int x, int y) {
  return rows.at(static_cast<std::size_t>(y) * (kChartWidth + 1) + 1 + static_cast<std::size_t>(x));
}

}  // namespace

TEST_CASE("a chart shows low and high, breaching and missing values and the threshold",
          "[notifiers]") {
  Trend trend;
  trend.points = {
      {Instant{}, 1.0, false}, {Instant{}, std::nullopt, false}, {Instant{}, 8.0, true}};
  trend.threshold = 4;
  const std::string rows = pixels_of(trend_chart(trend));
  const int bottom = kChartHeight - 6;
  CHECK(pixel(rows, 20, bottom) == 1);   // a low bar
  CHECK(pixel(rows, 20, 8) == 0);        // has nothing above it
  CHECK(pixel(rows, 100, bottom) == 0);  // nothing was measured
  CHECK(pixel(rows, 160, 8) == 2);       // a high one, breaching
  CHECK(pixel(rows, 5, kChartHeight / 2) == 3);
}

TEST_CASE("a chart takes any values", "[notifiers]") {
  CHECK(trend_chart({}).empty());
  const double huge = std::numeric_limits<double>::max();
  Trend trend;
  for (const double value : {huge, -huge, 0.0, -1.0, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()})
    trend.points.push_back({Instant{}, value, true});
  trend.threshold = -huge;
  pixels_of(trend_chart(trend));
  trend.points.assign(5000, {Instant{}, 0.0, false});
  pixels_of(trend_chart(trend));
  trend.points = {{Instant{}, std::nullopt, false}};
  pixels_of(trend_chart(trend));
}

}  // namespace tocsin
