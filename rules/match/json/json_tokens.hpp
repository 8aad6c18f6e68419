// SPDX-License-Identifier: Apache-2.0
// Where the tokens of an event begin: the half of JSON parsing that looks at every byte, done by
// simdjson with the widest vectors the machine has. Everything above walks from token to token.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tocsin {

// Brackets, braces, colons, commas, and the first bytes of strings and of everything else that is
// no white space. Text and offsets are somebody else's.
struct JsonTokens {
  std::string_view text;
  const std::uint32_t* offsets = nullptr;  // `count` ascending ones, and text.size()
  std::size_t count = 0;
  bool has_escapes = false;  // a backslash stands in the text

  // The first byte of a token; NUL behind the last.
  char first(std::size_t i) const { return i < count ? text[offsets[i]] : '\0'; }
  // A token to its end, without white space. Of a string both quotes belong to it.
  std::string_view token(std::size_t i) const {
    std::size_t end = offsets[i + 1];
    while (is_json_white(text[end - 1])) --end;
    return text.substr(offsets[i], end - offsets[i]);
  }
  static bool is_json_white(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
};

// Memory reused from event to event; one per thread.
class JsonTokenizer {
 public:
  JsonTokenizer();
  ~JsonTokenizer();
  JsonTokenizer(JsonTokenizer&&) noexcept;

  // False: no JSON, for one of the reasons that the bytes alone tell: bad UTF-8, a string without
  // end, a control character in a string, nothing there. What is valid holds until the next call
  // and as long as `text`, of which not a byte more is read.
  bool read(std::string_view text, JsonTokens& tokens);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin
