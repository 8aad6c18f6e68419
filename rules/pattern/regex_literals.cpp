// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/regex_literals.hpp"

#include <algorithm>
#include <variant>

#include "rules/pattern/regex_syntax.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kPrintableBegin = 0x20, kPrintableEnd = 0x7F;
// `a{60000}` is no better a literal than its beginning.
constexpr std::size_t kLiteralBytesMax = 64;

// The one printable ASCII character that the piece takes.
std::optional<char> only_character(const RegexPiece& piece) {
  if (piece.kind != RegexPiece::Kind::characters || piece.set.high || piece.set.low.count() != 1)
    return std::nullopt;
  const std::size_t code = piece.set.low._Find_first();
  if (code < kPrintableBegin || code >= kPrintableEnd) return std::nullopt;
  return static_cast<char>(code);
}

// The runs of characters that must follow each other.
std::vector<std::string> runs_of(const std::vector<RegexPiece>& side) {
  std::vector<std::string> runs;
  std::string run;
  const auto end_run = [&] {
    if (!run.empty()) runs.push_back(run.substr(0, kLiteralBytesMax));
    run.clear();
  };
  for (const RegexPiece& piece : side) {
    const std::optional<char> character = only_character(piece);
    if (!character) {
      end_run();
      continue;
    }
    run.append(piece.min, *character);
    if (piece.max == piece.min) continue;
    // More of it may follow: the run ends with the least there is, and what follows starts anew.
    end_run();
    run.assign(piece.min, *character);
  }
  end_run();
  std::stable_sort(runs.begin(), runs.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return runs;
}

}  // namespace

std::optional<std::vector<std::vector<std::string>>> regex_literals(std::string_view body) {
  const std::variant<RegexSyntax, PatternError> parsed = parse_regex(body);
  const auto* syntax = std::get_if<RegexSyntax>(&parsed);
  if (!syntax) return std::nullopt;
  std::vector<std::vector<std::string>> literals;
  for (const auto& side : syntax->sides) {
    literals.push_back(runs_of(side));
    if (literals.back().empty()) return std::nullopt;
  }
  return literals;
}

}  // namespace tocsin
