// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/fields.hpp"

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Finds closing delimiters. What was not found once is not there further on either: without
// remembering that, a line of opening brackets would be searched to its end for each of them.
class Closer {
 public:
  Closer(std::string_view message, char open, char close)
      : message_(message), open_(open), close_(close) {}
  std::size_t find(std::size_t begin) {
    if (message_[begin] != open_ || exhausted_) return kNone;
    const std::size_t end = message_.find(close_, begin + 1);
    exhausted_ = end == kNone;
    return end;
  }

 private:
  std::string_view message_;
  char open_, close_;
  bool exhausted_ = false;
};

}  // namespace

void split_fields(std::string_view message, std::vector<Field>& out) {
  out.clear();
  Closer quotes(message, '"', '"'), brackets(message, '[', ']');
  std::size_t at = 0;
  while ((at = message.find_first_not_of(kWhiteSpace, at)) != kNone) {
    std::size_t end = quotes.find(at);
    if (end == kNone) end = brackets.find(at);
    if (end != kNone) {
      out.push_back({message.substr(at + 1, end - at - 1), at});
      at = end + 1;
      continue;
    }
    end = std::min(message.find_first_of(kWhiteSpace, at), message.size());
    out.push_back({message.substr(at, end - at), at});
    at = end;
  }
}

}  // namespace tocsin
