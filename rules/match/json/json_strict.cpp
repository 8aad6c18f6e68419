// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/json_strict.hpp"

#include <bitset>

#include "rules/pattern/json_string.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kDepthMax = 1000;

class StrictWalk {
 public:
  explicit StrictWalk(const JsonTokens& tokens)
      : tokens_(tokens), escapes_(tokens.text.find('\\') != std::string_view::npos) {}

  bool run() {
    if (tokens_.first(0) != '{' && tokens_.first(0) != '[') return false;
    while (true) {
      if (!value()) return false;
      if (opened_) continue;
      while (depth_ > 0 && tokens_.first(at_) == closing()) {
        --depth_;
        ++at_;
      }
      if (depth_ == 0) return at_ == tokens_.count;
      if (tokens_.first(at_) != ',') return false;
      ++at_;
      if (is_object_[depth_] && !name()) return false;
    }
  }

 private:
  char closing() const { return is_object_[depth_] ? '}' : ']'; }

  // A scalar, an empty container, or the beginning of another one up to its first value.
  bool value() {
    const char c = tokens_.first(at_);
    opened_ = false;
    if (c == '{' || c == '[') return open(c == '{');
    if (at_ >= tokens_.count) return false;
    if (!scalar(c)) return false;
    ++at_;
    return true;
  }

  bool open(bool object) {
    if (depth_ == kDepthMax) return false;
    is_object_[++depth_] = object;
    ++at_;
    if (tokens_.first(at_) == closing()) return true;
    opened_ = true;
    return !object || name();
  }

  bool name() {
    if (tokens_.first(at_) != '"' || tokens_.first(at_ + 1) != ':' || !string()) return false;
    at_ += 2;
    return true;
  }

  bool scalar(char first) { return first == '"' ? string() : is_json_literal(tokens_.token(at_)); }

  // The bytes between two tokens begin and end with the quotes: what could stand behind the second
  // one would be a token of its own.
  bool string() const {
    if (!escapes_) return true;
    const std::string_view token = tokens_.token(at_);
    return has_valid_escapes(token.substr(1, token.size() - 2));
  }

  const JsonTokens& tokens_;
  const bool escapes_;
  std::size_t at_ = 0, depth_ = 0;
  bool opened_ = false;  // a container with a value to come
  std::bitset<kDepthMax + 1> is_object_;
};

}  // namespace

bool is_strict_json(const JsonTokens& tokens) { return StrictWalk(tokens).run(); }

bool is_json_literal(std::string_view token) {
  return token == "true" || token == "false" || token == "null" || is_json_number(token);
}

}  // namespace tocsin
