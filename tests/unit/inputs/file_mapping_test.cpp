// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/file_mapping.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "daemon/inputs/byte_source.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace tocsin;

namespace {

constexpr std::size_t kSize = 100'000;

std::string some_text() {
  std::string text(kSize, '.');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

}  // namespace

TEST_CASE("a mapping has the bytes of a stretch, as far as the file reaches", "[inputs]") {
  const TempDir dir;
  const std::string text = some_text();
  const FileDescriptor file = open_file(dir.write("file", text)).value();
  for (const std::size_t offset : {0u, 1u, 4095u, 4096u, 5000u, 99'999u, 100'000u, 200'000u})
    for (const std::size_t size : {0u, 1u, 4096u, 10'000u, 1'000'000u}) {
      CAPTURE(offset, size);
      const auto mapping = FileMapping::open(file, offset, size);
      REQUIRE(mapping != nullptr);
      mapping->want(size / 2);
      CHECK((mapping->bytes() == std::string_view(text).substr(std::min(offset, kSize), size)));
      CHECK_FALSE(mapping->is_damaged(file));
    }
}

TEST_CASE("what a truncated file has lost reads as zeros, and the mapping says so", "[inputs]") {
  const TempDir dir;
  const std::string text = some_text();
  const std::string path = dir.write("file", text);
  const FileDescriptor file = open_file(path).value();
  for (const std::size_t left : {50'000u, 4096u, 1u, 0u}) {
    const auto mapping = FileMapping::open(file, 10, kSize);
    const auto other = FileMapping::open(file, 10, kSize);
    std::filesystem::resize_file(path, left);
    CAPTURE(left);
    CHECK(std::accumulate(mapping->bytes().begin(), mapping->bytes().end(), std::size_t{0}) <
          kSize * 'z');
    CHECK(mapping->bytes().back() == '\0');
    CHECK(mapping->is_damaged(file));
    CHECK(other->is_damaged(file));
    dir.write("file", text);
    CHECK(mapping->is_damaged(file));  // for good: zeros were seen
  }
}

TEST_CASE("what is no regular file is not mapped", "[inputs]") {
  const TempDir dir;
  CHECK(FileMapping::open(open_file("/dev/null").value(), 0, 100) == nullptr);
  CHECK(FileMapping::open(open_file(dir.path()).value(), 0, 100) == nullptr);
}
