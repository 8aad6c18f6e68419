// SPDX-License-Identifier: Apache-2.0
// Small pictures of few colours as PNG. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace tocsin {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  std::uint8_t alpha = 255;
};

// One byte a pixel: an index of the palette.
struct PaletteImage {
  std::uint32_t width = 0, height = 0;  // at least 1
  std::vector<Colour> palette;          // 1 to 256
  std::vector<std::uint8_t> pixels;     // width * height, by rows

  // Fills what of the rectangle lies within the picture.
  void fill(std::uint32_t x, std::uint32_t y, std::uint32_t w, std::uint32_t h,
            std::uint8_t colour);
};

std::string encode_png(const PaletteImage& image);

}  // namespace tocsin
