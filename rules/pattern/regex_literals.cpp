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

// The longest run of characters that must follow each other.
std::string longest_run(const std::vector<RegexPiece>& side) {
  std::string best, run;
  const auto end_run = [&] {
    if (run.size() > best.size()) best = run;
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
  return best;
}

}  // namespace

std::optional<std::vector<std::string>> regex_literals(std::string_view body) {
  const std::variant<RegexSyntax, PatternError> parsed = parse_regex(body);
  const auto* syntax = std::get_if<RegexSyntax>(&parsed);
  if (!syntax) return std::nullopt;
  std::vector<std::string> literals;
  for (const auto& side : syntax->sides) {
    std::string run = longest_run(side);
    if (run.empty()) return std::nullopt;
    literals.push_back(run.substr(0, kLiteralBytesMax));
  }
  return literals;
}

}  // namespace tocsin
