// SPDX-License-Identifier: Apache-2.0
#include "rules/explain/raw_json.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

// Steps through valid JSON; on anything else it may end early, but never beyond the text.
class RawJson {
 public:
  RawJson(std::string_view text, const ast::Selector& selector)
      : text_(text), selector_(selector) {}

  std::vector<ast::Range> find() && {
    select(skip_white(0), 0);
    return std::move(found_);
  }

 private:
  char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  std::size_t skip_white(std::size_t i) const {
    while (i < text_.size() && is_white(text_[i])) ++i;
    return i;
  }
  // Behind the string that begins at `i`.
  std::size_t skip_string(std::size_t i) const {
    for (++i; i < text_.size() && text_[i] != '"'; ++i)
      if (text_[i] == '\\') ++i;
    return std::min(i + 1, text_.size());
  }
  // Behind the value that begins at `i`.
  std::size_t skip_value(std::size_t i) const {
    std::size_t depth = 0;
    do {
      const char c = at(i);
      if (c == '"') {
        i = skip_string(i);
      } else if (c == '{' || c == '[') {
        ++depth;
        ++i;
      } else if (c == '}' || c == ']') {
        if (depth == 0) return i;
        --depth;
        ++i;
      } else if (depth == 0) {
        while (i < text_.size() && !is_white(text_[i]) && text_[i] != ',' && text_[i] != '}' &&
               text_[i] != ']')
          ++i;
      } else {
        ++i;
      }
    } while (depth > 0 && i < text_.size());
    return i;
  }

  // The value at `i`, for the selector from `segment` on.
  void select(std::size_t i, std::size_t segment) {
    if (segment == selector_.segments.size()) {
      found_.push_back({i, skip_value(i) - i});
      return;
    }
    if (at(i) == '{') return select_member(i, segment);
    if (at(i) == '[') select_element(i, segment);
  }

  void select_member(std::size_t i, std::size_t segment) {
    const auto* member = std::get_if<ast::Member>(&selector_.segments[segment]);
    const bool every = std::holds_alternative<ast::EveryChild>(selector_.segments[segment]);
    std::optional<std::size_t> last;  // of the same name: it counts
    for (i = skip_white(i + 1); at(i) == '"'; i = skip_white(i + 1)) {
      const std::size_t name_end = skip_string(i);
      const std::string_view name = text_.substr(i + 1, name_end - i - 2);
      const std::size_t value = skip_white(skip_white(name_end) + 1);
      if (every) select(value, segment + 1);
      if (member && member->name == name) last = value;
      i = skip_white(skip_value(value));
      if (at(i) != ',') break;
    }
    if (last) select(*last, segment + 1);
  }

  void select_element(std::size_t i, std::size_t segment) {
    const auto* element = std::get_if<ast::Element>(&selector_.segments[segment]);
    const bool every = std::holds_alternative<ast::EveryChild>(selector_.segments[segment]);
    i = skip_white(i + 1);
    for (std::size_t index = 0; i < text_.size() && at(i) != ']'; ++index) {
      if (every || (element && element->index == index)) select(i, segment + 1);
      i = skip_white(skip_value(i));
      if (at(i) != ',') break;
      i = skip_white(i + 1);
    }
  }

  std::string_view text_;
  const ast::Selector& selector_;
  std::vector<ast::Range> found_;
};

}  // namespace

std::vector<ast::Range> locate_selected(std::string_view text, const ast::Selector& selector) {
  return RawJson(text, selector).find();
}

}  // namespace tocsin
