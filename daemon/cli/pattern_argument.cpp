// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/pattern_argument.hpp"

#include <algorithm>
#include <cstdio>

#include "daemon/cli/terminal.hpp"
#include "rules/ruleset/diagnostic_text.hpp"

namespace tocsin {
namespace {

// Where in `pattern` byte `column` (from 1) is, as line and column.
SourceLocation locate(const std::string& pattern, int column) {
  const std::size_t before =
      std::min(pattern.size(), static_cast<std::size_t>(std::max(column, 1) - 1));
  const auto begin = pattern.begin();
  const auto at = begin + static_cast<std::ptrdiff_t>(before);
  const auto lines = std::count(begin, at, '\n');
  const std::size_t line_begin = before == 0 ? 0 : pattern.rfind('\n', before - 1) + 1;
  return {"PATTERN", static_cast<int>(lines) + 1, static_cast<int>(before - line_begin) + 1};
}

}  // namespace

std::shared_ptr<const Pattern> compile_argument(const std::string& text) {
  auto compiled = Pattern::compile(text, {.quotas = false});
  if (auto* pattern = std::get_if<std::shared_ptr<const Pattern>>(&compiled)) return *pattern;
  const PatternError& error = std::get<PatternError>(compiled);
  Diagnostic d;
  d.code = "bad-pattern";
  d.where = locate(text, error.column);
  d.length = error.length;
  d.text = error.text;
  d.hint = error.hint;
  const std::string shown = render(d, text, wants_colour(Stream::standard_error));
  std::fwrite(shown.data(), 1, shown.size(), stderr);
  return nullptr;
}

std::optional<PatternError> cloudwatch_refusal(const std::string& text) {
  auto compiled = Pattern::compile(text, {.quotas = true});
  if (auto* error = std::get_if<PatternError>(&compiled)) return std::move(*error);
  return std::nullopt;
}

}  // namespace tocsin
