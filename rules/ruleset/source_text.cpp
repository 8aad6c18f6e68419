// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/source_text.hpp"

#include <simdjson.h>

#include <algorithm>

#include "tocsin/config_values.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kBom = "\xef\xbb\xbf";

// The first byte that belongs to no valid character; `text` is known to have one.
std::size_t first_invalid_byte(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t length = 1;
    while (length <= 4 &&
           !simdjson::validate_utf8(text.data() + at, std::min(length, text.size() - at)))
      ++length;
    if (length > 4) return at;
    at += length;
  }
  return 0;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// How many bytes of the file stand for one character of the value.
std::size_t unit_length(std::string_view source, std::size_t at, char quote) {
  if (quote == '\'') return source.substr(at, 2) == "''" ? 2 : 1;
  if (quote != '"' || source[at] != '\\' || at + 1 >= source.size()) return 1;
  const char kind = source[at + 1];
  return kind == 'x' ? 4 : kind == 'u' ? 6 : kind == 'U' ? 10 : 2;
}

// Where character `offset` of `value` stands, if its first may stand at `at`. Folding, indentation
// and line breaks change only white space: where one line of the file is left, blanks are skipped
// on both sides.
std::size_t follow(std::string_view source, std::size_t at, std::string_view value,
                   std::size_t offset, char quote) {
  for (std::size_t i = 0; i < offset && at < source.size();) {
    if (source[at] != '\n' && source[at] != '\r') {
      at += unit_length(source, at, quote);
      ++i;
      continue;
    }
    while (at < source.size() && is_blank(source[at])) ++at;
    while (i < offset && is_blank(value[i])) ++i;
  }
  return at;
}

}  // namespace

std::string_view without_bom(std::string_view text) {
  return text.substr(text.substr(0, kBom.size()) == kBom ? kBom.size() : 0);
}

bool check_source(std::string_view text, const std::string& file, Diagnostics& out) {
  if (text.size() > kSourceBytesMax) {
    out.error("too-large", {file, 0, 0},
              "the file is larger than " + format_byte_size(kSourceBytesMax));
    return false;
  }
  text = without_bom(text);
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    out.error("bad-encoding", LineIndex(text).at(first_invalid_byte(text), file),
              "the text is not UTF-8");
    return false;
  }
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    return (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
  });
  if (control == text.end()) return true;
  out.error("bad-encoding",
            LineIndex(text).at(static_cast<std::size_t>(control - text.begin()), file),
            "a control character (" + std::to_string(static_cast<int>(*control)) + ") in the text");
  return false;
}

LineIndex::LineIndex(std::string_view text) : text_(text), starts_{0} {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    starts_.push_back(at + 1);
}

SourceLocation LineIndex::at(std::size_t offset, const FileName& file) const {
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const std::size_t start = *(next - 1);
  return {file, static_cast<int>(next - starts_.begin()), static_cast<int>(offset - start) + 1};
}

std::size_t LineIndex::offset(const SourceLocation& where) const {
  if (where.line < 1 || static_cast<std::size_t>(where.line) > starts_.size()) return text_.size();
  const std::size_t start = starts_[static_cast<std::size_t>(where.line) - 1];
  return std::min(text_.size(), start + static_cast<std::size_t>(std::max(where.column, 1)) - 1);
}

std::string_view LineIndex::line(int number) const {
  if (number < 1 || static_cast<std::size_t>(number) > starts_.size()) return {};
  const std::size_t start = starts_[static_cast<std::size_t>(number) - 1];
  std::string_view line = text_.substr(start, text_.find('\n', start) - start);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

SourceLocation locate_in_scalar(const ConfigNode& node, std::size_t offset,
                                std::string_view source) {
  source = without_bom(source);
  const LineIndex index(source);
  const std::size_t begin = index.offset(node.where);
  if (node.where.line < 1 || begin >= source.size()) return node.where;
  offset = std::min(offset, node.scalar.size());
  const char first = source[begin];
  std::size_t at = begin;
  const bool block = node.quoted && (first == '|' || first == '>');
  const bool quotes = node.quoted && (first == '"' || first == '\'');
  if (block)
    at = std::min(source.find_first_not_of(" \t\r\n", source.find('\n', begin)), source.size());
  else if (quotes)
    ++at;
  at = follow(source, at, node.scalar, offset, quotes ? first : '\0');
  return index.at(std::min(at, source.size()), node.where.file);
}

}  // namespace tocsin
