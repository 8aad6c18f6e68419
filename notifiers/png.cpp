// SPDX-License-Identifier: Apache-2.0
#include "notifiers/png.hpp"

#include <zlib.h>

#include <algorithm>
#include <string_view>

#include "tocsin/result.hpp"

namespace tocsin {
namespace {

void append_number(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

void append_chunk(std::string& out, std::string_view type, std::string_view data) {
  append_number(out, static_cast<std::uint32_t>(data.size()));
  const std::string body = std::string(type).append(data);
  out += body;
  const auto* bytes = reinterpret_cast<const Bytef*>(body.data());
  append_number(out, static_cast<std::uint32_t>(crc32(0, bytes, static_cast<uInt>(body.size()))));
}

// Every row behind the byte that says how it is filtered: not at all.
std::string compressed_rows(const PaletteImage& image) {
  std::string rows;
  rows.reserve(image.pixels.size() + image.height);
  for (std::size_t y = 0; y < image.height; ++y) {
    rows += '\0';
    rows.append(reinterpret_cast<const char*>(&image.pixels[y * image.width]), image.width);
  }
  std::string out(compressBound(rows.size()), '\0');
  uLongf size = out.size();
  const int done = compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                             reinterpret_cast<const Bytef*>(rows.data()), rows.size(), 9);
  TOCSIN_ASSERT(done == Z_OK);
  out.resize(size);
  return out;
}

}  // namespace

void PaletteImage::fill(std::uint32_t x, std::uint32_t y, std::uint32_t w, std::uint32_t h,
                        std::uint8_t colour) {
  const std::uint32_t right = std::min(width, x + w);
  for (std::uint32_t row = y; row < std::min(height, y + h); ++row)
    for (std::uint32_t column = x; column < right; ++column)
      pixels[std::size_t{row} * width + column] = colour;
}

std::string encode_png(const PaletteImage& image) {
  std::string header;
  append_number(header, image.width);
  append_number(header, image.height);
  header += std::string_view("\x08\x03\x00\x00\x00", 5);  // 8 bits, palette, no interlace
  std::string colours;
  std::string alphas;
  for (const Colour& c : image.palette) {
    for (const std::uint8_t part : {c.red, c.green, c.blue}) colours += static_cast<char>(part);
    alphas += static_cast<char>(c.alpha);
  }
  std::string out("\x89PNG\r\n\x1a\n");
  append_chunk(out, "IHDR", header);
  append_chunk(out, "PLTE", colours);
  append_chunk(out, "tRNS", alphas);
  append_chunk(out, "IDAT", compressed_rows(image));
  append_chunk(out, "IEND", {});
  return out;
}

}  // namespace tocsin
