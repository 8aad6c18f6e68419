// SPDX-License-Identifier: Apache-2.0
// One pass over a block of bytes that finds the next place where one of many literals stands: what
// lets a log group skip the lines that no pattern can match. How: literal_tables.hpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

struct LiteralTables;
struct LiteralScanner;

// Immutable, any thread; copies share their tables.
class LiteralScan {
 public:
  // The instructions that the pass is written in; all find the same.
  enum class Isa { scalar, avx512 };
  // What this processor has, slowest first.
  static std::vector<Isa> available();

  // `literals`: none empty, any bytes; one's number is its index. `escapes`: a \u counts as a find
  // too, since JSON may write any character so.
  explicit LiteralScan(std::vector<std::string> literals, bool escapes = false,
                       Isa isa = available().back());

  struct Find {
    std::size_t at = std::string_view::npos;  // where a literal (or \u) begins; npos: nowhere
    std::size_t line_breaks = 0;              // '\n' between `from` and `at` (npos: and the end)
    std::size_t line_begin = 0;               // behind the last of them; `from` if there is none
  };
  // A literal that begins at or behind `from`, such that none of those ends before it begins.
  Find next(std::string_view text, std::size_t from) const;

  // Appends the numbers of all literals that stand in `text`, each once, ascending.
  void collect(std::string_view text, std::vector<std::uint32_t>& found) const;

  const std::vector<std::string>& literals() const { return *literals_; }

 private:
  std::shared_ptr<const std::vector<std::string>> literals_;
  std::shared_ptr<const LiteralTables> tables_;
  const LiteralScanner* scanner_;
};

}  // namespace tocsin
