// SPDX-License-Identifier: Apache-2.0
#include "notifiers/trend_chart.hpp"

#include <algorithm>
#include <cmath>

#include "notifiers/png.hpp"

namespace tocsin {
namespace {

enum Ink : std::uint8_t { kPaper, kCalm, kBreaching, kLine };
constexpr std::uint32_t kBarMost = 72;  // few bars are no walls
constexpr std::uint32_t kStroke = 3;
constexpr std::uint32_t kDash = 14;

// What of the picture's height lies below a value.
class Scale {
 public:
  explicit Scale(const Trend& trend) {
    for (const TrendPoint& p : trend.points)
      if (p.value) include(*p.value);
    if (trend.threshold) include(*trend.threshold);
    if (most_ == least_) most_ = 1;
  }
  // The row of a value, 0 at the top.
  std::uint32_t row(double value) const {
    const double share = (value / 2 - least_ / 2) / (most_ / 2 - least_ / 2);
    const double room = kChartHeight - 2 * kStroke;
    return static_cast<std::uint32_t>(std::lround((1 - share) * room)) + kStroke;
  }

 private:
  void include(double value) {
    if (!std::isfinite(value)) return;
    least_ = std::min(least_, value);
    most_ = std::max(most_, value);
  }
  double least_ = 0, most_ = 0;
};

void draw_bar(PaletteImage& image, const Scale& scale, const TrendPoint& p, std::uint32_t x,
              std::uint32_t width) {
  const std::uint32_t zero = scale.row(0);
  const std::uint32_t tip = scale.row(*p.value);
  const std::uint32_t top = std::min(zero, tip);
  // A zero is a stroke on the ground, not nothing: that is a missing value.
  const std::uint32_t height = std::max(kStroke, std::max(zero, tip) - top);
  image.fill(x, std::min<std::uint32_t>(top, kChartHeight - kStroke), width, height,
             p.breaching ? kBreaching : kCalm);
}

}  // namespace

std::string trend_chart(const Trend& trend) {
  if (trend.points.empty()) return {};
  PaletteImage image;
  image.width = kChartWidth;
  image.height = kChartHeight;
  image.palette = {{0, 0, 0, 0}, {0x8A, 0x97, 0xA8}, {0xD1, 0x32, 0x12}, {0x8A, 0x97, 0xA8}};
  image.pixels.assign(std::size_t{image.width} * image.height, kPaper);
  const Scale scale(trend);
  const auto count = static_cast<std::uint32_t>(std::min(trend.points.size(), kTrendPoints));
  const std::uint32_t pitch = std::min(kBarMost, image.width / count);
  const std::uint32_t gap = std::max<std::uint32_t>(2, pitch / 6);
  std::uint32_t x = 0;
  for (const TrendPoint& p : std::vector(trend.points.end() - count, trend.points.end())) {
    if (p.value && std::isfinite(*p.value)) draw_bar(image, scale, p, x, pitch - gap);
    x += pitch;
  }
  if (trend.threshold && std::isfinite(*trend.threshold))
    for (std::uint32_t at = 0; at < x; at += 2 * kDash)
      image.fill(at, scale.row(*trend.threshold) - 1, kDash, kStroke, kLine);
  return encode_png(image);
}

}  // namespace tocsin
