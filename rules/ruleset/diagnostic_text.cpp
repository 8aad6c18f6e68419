// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/diagnostic_text.hpp"

#include <algorithm>

#include "rules/ruleset/masked_line.hpp"
#include "rules/ruleset/source_text.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kLineShownMax = 120;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The part of a line that is shown, and where the caret comes to stand in it (bytes from 0).
struct Excerpt {
  std::string text;
  std::size_t caret = 0;
};

Excerpt cut_around(const std::string& line, std::size_t caret, std::size_t length) {
  if (line.size() <= kLineShownMax) return {line, caret};
  std::size_t begin = 0;
  const std::size_t wanted_end = caret + std::min(length, kLineShownMax / 2);
  if (wanted_end > kLineShownMax) begin = std::min(wanted_end - kLineShownMax + 20, caret);
  while (begin > 0 && continues_character(line[begin])) --begin;
  std::size_t end = std::min(line.size(), begin + kLineShownMax);
  while (end < line.size() && continues_character(line[end])) ++end;
  const std::string head = begin > 0 ? "..." : "";
  return {head + line.substr(begin, end - begin) + (end < line.size() ? "..." : ""),
          caret - begin + head.size()};
}

// Blanks as wide as `text`: one a character, tabs stay tabs.
std::string blanks_for(std::string_view text) {
  std::string blanks;
  for (const char c : text)
    if (!continues_character(c)) blanks += c == '\t' ? '\t' : ' ';
  return blanks;
}

std::string place_text(const SourceLocation& where) {
  std::string text = where.file;
  if (where.line > 0) text += ":" + std::to_string(where.line);
  if (where.line > 0 && where.column > 0) text += ":" + std::to_string(where.column);
  return text.empty() ? text : text + ": ";
}

std::string source_lines(const Diagnostic& d, std::string_view line, std::string_view on,
                         std::string_view off) {
  const std::size_t caret =
      std::min(line.size(), static_cast<std::size_t>(std::max(d.where.column, 1)) - 1);
  const std::size_t length = std::max<std::size_t>(
      1, std::min(static_cast<std::size_t>(std::max(d.length, 1)), line.size() - caret));
  const Excerpt shown = cut_around(masked_line(line), caret, length);
  const std::size_t underlined =
      std::min(length, shown.text.size() - std::min(shown.caret, shown.text.size()));
  const std::string_view under = std::string_view(shown.text).substr(shown.caret, underlined);
  std::string number = std::to_string(d.where.line);
  number.insert(0, number.size() < 5 ? 5 - number.size() : 0, ' ');
  std::string text = number + " | " + shown.text + "\n";
  text += std::string(number.size(), ' ') + " | " +
          blanks_for(std::string_view(shown.text).substr(0, shown.caret));
  text += std::string(on) + std::string(std::max<std::size_t>(1, blanks_for(under).size()), '^') +
          std::string(off);
  return text + (d.hint.empty() ? "" : "  " + d.hint) + "\n";
}

}  // namespace

std::string render(const Diagnostic& d, std::string_view source, bool colour) {
  return render_line(d, LineIndex(without_bom(source)).line(d.where.line), colour);
}

std::string render_line(const Diagnostic& d, std::string_view line, bool colour) {
  const bool error = d.level == DiagnosticLevel::error;
  const std::string_view on = !colour ? "" : error ? "\x1b[1;31m" : "\x1b[1;35m";
  const std::string_view off = colour ? "\x1b[0m" : "";
  std::string text = place_text(d.where) + std::string(on) + (error ? "error[" : "warning[") +
                     d.code + "]" + std::string(off) + ": " + d.text + "\n";
  if (!line.empty()) return text + source_lines(d, line, on, off);
  return text + (d.hint.empty() ? "" : "      = " + d.hint + "\n");
}

}  // namespace tocsin
