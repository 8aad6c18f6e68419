// SPDX-License-Identifier: Apache-2.0
// Random JSON values, and random ways to write the same value: escapes, white space, numbers in
// other forms, names that come twice.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/pattern/json_event.hpp"

namespace tocsin::fuzz {

// The same numbers everywhere for the same seed.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  bool chance(std::size_t percent) { return below(100) < percent; }
  template <class T>
  const T& of(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }
  std::string of(std::initializer_list<const char*> choices) {
    return *(choices.begin() + below(choices.size()));
  }

 private:
  std::mt19937_64 engine_;
};

// How often something was made or seen.
using Tally = std::map<std::string, std::uint64_t>;

struct Value {
  enum class Kind { null, boolean, number, string, object, array };
  Kind kind = Kind::null;
  std::string text;  // string: decoded; number, boolean: as it is written
  std::vector<std::pair<std::string, Value>> members;
  std::vector<Value> elements;
};

Value value_of(const JsonNode& node);
Value random_object(Random& random, int depth);
Value random_scalar(Random& random);
// Names that objects are made of; some need escapes.
const std::vector<std::string>& names();

struct Style {
  std::size_t escapes = 0;  // percent of characters
  bool line_breaks = false;
  bool doubles = false;  // some names come twice
};
std::string write(const Value& value, const Style& style, Random& random, Tally& tally);

}  // namespace tocsin::fuzz
