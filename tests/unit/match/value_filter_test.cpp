// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/value_filter.hpp"

#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace tocsin;

namespace {

constexpr std::uint64_t kName = 0x22656d61;  // ame"

// `json`: what stands behind the name.
bool may_hold(const ValueFilter& filter, std::string json, std::uint64_t name = kName) {
  json.resize(json.size() + ValueFilter::kReach, '}');
  return filter.may_hold(name, json.data());
}

ValueFilter filter_of(const std::vector<ValueBeginning>& values) {
  ValueFilter filter;
  for (const ValueBeginning& value : values) filter.add(kName, value);
  filter.seal();
  return filter;
}

std::string random_text(std::mt19937& random, std::size_t length) {
  std::string out;
  while (out.size() < length) out += "abcdefgh/-:"[random() % 11];
  return out;
}

}  // namespace

TEST_CASE("a value that is looked for is never denied", "[match][prefilter]") {
  std::mt19937 random(3);
  for (std::size_t length = 0; length < 40; ++length) {
    const std::string whole = random_text(random, length), prefix = random_text(random, length);
    const ValueFilter filter =
        filter_of({ValueBeginning::whole(whole), ValueBeginning::prefix(prefix)});
    INFO(whole << ", " << prefix);
    CHECK(may_hold(filter, ":\"" + whole + "\""));
    CHECK(may_hold(filter, ": \"" + whole + "\","));
    for (const std::size_t more : {0, 1, 2, 7, 8, 9, 30})
      CHECK(may_hold(filter, ":\"" + prefix + random_text(random, more) + "\""));
  }
}

TEST_CASE("a value with an end that is looked for is never denied, most others are",
          "[match][prefilter]") {
  std::mt19937 random(5);
  int kept = 0;
  for (std::size_t length = 1; length < 40; ++length) {
    const std::string suffix = random_text(random, length);
    const ValueFilter filter = filter_of({ValueBeginning::suffix(suffix)});
    for (const std::size_t more : {0, 1, 2, 7, 8, 9, 30}) {
      const std::string json = "{\"some name\":\"" + random_text(random, more) + suffix + '"';
      INFO(json << " ends with " << suffix);
      CHECK(filter.may_end(kName, json.data() + json.size()));
      const std::string other = "{\"some name\":\"" + random_text(random, more) + suffix + "x\"";
      kept += filter.may_end(kName, other.data() + other.size());
    }
  }
  CHECK(kept < 80);
}

TEST_CASE("what stands behind a name in another way is not judged", "[match][prefilter]") {
  const ValueFilter filter = filter_of({ValueBeginning::whole("kim")});
  for (const char* const json : {" :\"lee\"", ":  \"lee\"", ":\t\"lee\"", ":5", ": 5", ":null", "}",
                                 ":\"l\\u0065e\"", ":\"joanna\\/bob\""}) {
    INFO(json);
    CHECK(may_hold(filter, json));
  }
}

TEST_CASE("most other values are denied, and those of other names", "[match][prefilter]") {
  std::vector<ValueBeginning> values;
  for (int i = 0; i < 1000; ++i)
    values.push_back(ValueBeginning::whole("Describe" + std::to_string(i * 37)));
  const ValueFilter filter = filter_of(values);
  int kept = 0, others = 0;
  for (int i = 0; i < 1000; ++i) {
    kept += may_hold(filter, ":\"Describe" + std::to_string(i * 37 + 1) + "\"");
    others += may_hold(filter, ":\"Describe" + std::to_string(i * 37) + "\"", kName + 1);
  }
  CHECK(kept < 150);
  CHECK(others < 150);
}
