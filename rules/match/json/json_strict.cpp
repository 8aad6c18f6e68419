// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/json_strict.hpp"

#include <algorithm>
#include <array>

#include "rules/pattern/json_string.hpp"

namespace tocsin {
namespace {

class StrictWalk {
 public:
  explicit StrictWalk(const JsonTokens& tokens) : tokens_(tokens) {}

  // The value that begins at token `at`, which lies in `base` objects and arrays.
  bool run(std::size_t at, const std::size_t base) {
    std::size_t depth = base;
    while (true) {
      const char c = tokens_.first(at);
      if (c == '{' || c == '[') {
        if (depth == kJsonDepthMax) return false;
        closers_[++depth] = c == '{' ? '}' : ']';
        if (tokens_.first(++at) != closers_[depth]) {
          if (c == '{' && !name(at)) return false;
          continue;
        }
      } else {
        if (!scalar(at, c)) return false;
        ++at;
      }
      while (depth > base && tokens_.first(at) == closers_[depth]) {
        --depth;
        ++at;
      }
      if (depth == base) return true;
      if (tokens_.first(at++) != ',') return false;
      if (closers_[depth] == '}' && !name(at)) return false;
    }
  }

 private:
  // Moves behind a name and its colon.
  bool name(std::size_t& at) const {
    if (tokens_.first(at) != '"' || tokens_.first(at + 1) != ':' || !string(at)) return false;
    at += 2;
    return true;
  }

  bool scalar(std::size_t at, char first) const {
    if (first == '"') return string(at);
    return at < tokens_.count && is_json_literal(tokens_.token(at));
  }

  // The bytes between two tokens begin and end with the quotes: what could stand behind the second
  // one would be a token of its own.
  bool string(std::size_t at) const {
    if (!tokens_.has_escapes) return true;
    const std::string_view token = tokens_.token(at);
    return has_valid_escapes(token.substr(1, token.size() - 2));
  }

  const JsonTokens tokens_;
  std::array<char, kJsonDepthMax + 1> closers_;  // by depth, of what is open
};

}  // namespace

bool are_strict_json(const JsonTokens& tokens, std::span<const JsonValuePlace> values) {
  StrictWalk walk(tokens);
  return std::all_of(values.begin(), values.end(), [&](const JsonValuePlace& value) {
    return walk.run(value.token, value.depth);
  });
}

bool is_json_literal(std::string_view token) {
  switch (token.front()) {
    case 't':
      return token == "true";
    case 'f':
      return token == "false";
    case 'n':
      return token == "null";
    default:
      return is_json_number(token);
  }
}

}  // namespace tocsin
