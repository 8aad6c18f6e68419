// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/evidence_reader.hpp"

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

struct Lines {
  TempDir dir;
  ReplayFiles read;

  std::string add(const std::string& name, const std::string& content, std::size_t line_max) {
    const std::string path = dir.write(name, content);
    read.files.push_back({.path = path, .line_bytes_max = line_max});
    return path;
  }
};

}  // namespace

TEST_CASE("a line is read again by its offset, as it was cut when it was matched",
          "[cli][replay]") {
  Lines lines;
  const std::string large(10'000, 'x');
  const std::string a = lines.add("a", "one\r\ntwo\n" + large + "\nlast", 1 << 20);
  const std::string b = lines.add("b", "12345\r\n123456\n12345", 5);
  EventTexts texts;
  EvidenceReader reader(lines.read, texts);
  const auto text = [&](const std::string& path, std::uint64_t position) {
    return reader.text({Instant{}, path, position, {}});
  };
  CHECK(text(a, 0) == "one");
  CHECK(text(b, 0) == "12345");
  CHECK(text(a, 5) == "two");
  CHECK(text(a, 9) == large);
  CHECK(text(a, 10'010) == "last");
  CHECK(text(b, 7) == "12345");
  CHECK(text(b, 14) == "12345");
}

TEST_CASE("a text that was put by is told instead of what stands in the file", "[cli][replay]") {
  Lines lines;
  const std::string a = lines.add("a", "one\ntwo\n", 100);
  const std::string b = lines.add("b", "three\n", 100);
  EventTexts texts;
  REQUIRE(texts.add(0, 4, "put by"));
  EvidenceReader reader(lines.read, texts);
  CHECK(reader.text({Instant{}, a, 4, {}}) == "put by");
  CHECK(reader.text({Instant{}, a, 0, {}}).empty());
  CHECK(reader.text({Instant{}, b, 0, {}}) == "three");
}

TEST_CASE("what is gone says nothing", "[cli][replay]") {
  Lines lines;
  const std::string a = lines.add("a", "one\n", 100);
  EventTexts texts;
  EvidenceReader reader(lines.read, texts);
  CHECK(reader.text({Instant{}, a, 1'000, {}}).empty());
  CHECK(reader.text({Instant{}, a + ".other", 0, {}}).empty());
}

}  // namespace tocsin
