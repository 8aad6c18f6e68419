// SPDX-License-Identifier: Apache-2.0
// One pass over a block of bytes that finds the next place where one of many literals stands: what
// lets a log group skip the lines that no pattern can match. How: literal_tables.hpp.
#pragma once
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

struct LiteralTables;
struct LiteralScanner;
struct ValueBeginning;

// A number in JSON stands behind one of these; so does a string with its text.
inline constexpr std::string_view kValueSeparators = "\":,[ \t\r\n";
// A name does behind one of these.
inline constexpr std::string_view kNameSeparators = "{, \t\r\n";

// What must stand behind a literal for it to be found. Immutable, any thread.
class LiteralCondition {
 public:
  virtual ~LiteralCondition() = default;
  // `end`: behind the literal. Linear in what it reads of `text`.
  virtual bool holds(std::string_view text, std::size_t end) const = 0;
  // Of a literal that is a name in its quotes, looked for where it is a member's: what each string
  // that this holds of begins with, if it has no escape. nullptr: no more is known. Lives as long.
  virtual const std::vector<ValueBeginning>* beginnings() const { return nullptr; }
};

// Bytes to find, at least one.
struct Literal {
  Literal(std::string bytes, bool value = false)  // NOLINT: implicit, most literals are their text
      : text(std::move(bytes)), begins_value(value) {}
  Literal(const char* bytes) : Literal(std::string(bytes)) {}  // NOLINT

  std::string text;
  bool begins_value;  // begins with any one of kValueSeparators, `text` follows
  std::shared_ptr<const LiteralCondition> condition;  // nullptr: none

  auto operator<=>(const Literal&) const = default;
};

// Immutable, any thread; copies share their tables.
class LiteralScan {
 public:
  // The instructions that the pass is written in; all find the same.
  enum class Isa { scalar, neon, avx2, avx512 };
  // What this processor has, slowest first.
  static std::vector<Isa> available();

  // A literal's number is its index. `escapes`: a \u counts as a find too, since JSON may write any
  // character so.
  explicit LiteralScan(std::vector<Literal> literals, bool escapes = false,
                       Isa isa = available().back());
  // A template, so that a list in braces is one of Literals.
  template <std::same_as<std::string> Text>
  explicit LiteralScan(const std::vector<Text>& texts, bool escapes = false,
                       Isa isa = available().back())
      : LiteralScan(std::vector<Literal>(texts.begin(), texts.end()), escapes, isa) {}

  struct Find {
    std::size_t at = std::string_view::npos;  // where a literal (or \u) begins; npos: nowhere
    std::size_t line_breaks = 0;              // '\n' between `from` and `at` (npos: and the end)
    std::size_t line_begin = 0;               // behind the last of them; `from` if there is none
    bool other_lines = false;                 // false: behind each of them stands a '{', or the end
  };
  // A literal that begins at or behind `from`, such that none of those ends before it begins.
  Find next(std::string_view text, std::size_t from) const;

  // False: no literal stands in the text; true says nothing. Quick where the text is short and more
  // can be read: `readable` bytes from its begin on. Not for literals that begin values.
  bool may_stand_in(std::string_view text, std::size_t readable) const;

  // Appends the numbers of all literals that stand in `text`, each once, ascending.
  void collect(std::string_view text, std::vector<std::uint32_t>& found) const;

  const std::vector<Literal>& literals() const { return *literals_; }

 private:
  std::shared_ptr<const std::vector<Literal>> literals_;
  std::shared_ptr<const LiteralTables> tables_;
  const LiteralScanner* scanner_;
};

}  // namespace tocsin
