// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <string>

#include "rules/pattern/characters.hpp"
#include "rules/pattern/fields.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

// Section 6.2, letter by letter.
std::vector<std::pair<std::string, std::size_t>> plainly_split(std::string_view message) {
  std::vector<std::pair<std::string, std::size_t>> fields;
  std::size_t at = 0;
  while (true) {
    while (at < message.size() && kWhiteSpace.find(message[at]) != std::string_view::npos) ++at;
    if (at == message.size()) return fields;
    const char close = message[at] == '"' ? '"' : message[at] == '[' ? ']' : '\0';
    const std::size_t partner =
        close == '\0' ? std::string_view::npos : message.find(close, at + 1);
    if (partner != std::string_view::npos) {
      fields.emplace_back(message.substr(at + 1, partner - at - 1), at);
      at = partner + 1;
      continue;
    }
    const std::size_t begin = at;
    while (at < message.size() && kWhiteSpace.find(message[at]) == std::string_view::npos) ++at;
    fields.emplace_back(message.substr(begin, at - begin), begin);
  }
}

std::vector<std::pair<std::string, std::size_t>> as_pairs(const std::vector<Field>& fields) {
  std::vector<std::pair<std::string, std::size_t>> pairs;
  for (const Field& field : fields) pairs.emplace_back(field.text, field.begin);
  return pairs;
}

}  // namespace

TEST_CASE("splitting step by step gives the fields of splitting letter by letter",
          "[pattern][fields]") {
  std::mt19937 random(3);
  const std::string_view letters("aaaaaaaaaaaaaa  \t\r\n\v\f\"[]\x08\x0e\x1f\x85\xa0\xff\0", 32);
  std::vector<Field> fields;
  for (int round = 0; round < 20'000; ++round) {
    std::string message(random() % 80, 'x');
    const std::size_t used = round % 3 == 0 ? 14 + random() % 18 : letters.size();
    for (char& c : message) c = letters[random() % used];
    // In memory of its own size, so that a sanitizer sees what is read beyond it.
    const std::vector<char> exact(message.begin(), message.end());
    const std::string_view view(exact.data(), exact.size());
    const auto expected = plainly_split(message);
    split_fields(view, fields);
    REQUIRE(as_pairs(fields) == expected);
    fields.clear();
    FieldSplitter splitter(view);
    for (std::size_t count = 1; count <= expected.size(); ++count) {
      splitter.split(count, fields);
      REQUIRE(fields.size() == count);
    }
    splitter.split(1000, fields);
    REQUIRE(as_pairs(fields) == expected);
  }
}
