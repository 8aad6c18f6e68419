// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literal_tables.hpp"

namespace tocsin {
namespace {

// The buckets whose window may stand at `at`; behind the end of the text stand zeros.
std::uint8_t buckets_at(const LiteralTables& tables, std::string_view text, std::size_t at) {
  const auto test = [&](std::size_t i) {
    const unsigned char byte = at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
    return tables.by_byte[i][byte];
  };
  std::uint8_t buckets = test(0);
  for (std::size_t i = 1; i < kWindowBytes && buckets != 0; ++i) buckets &= test(i);
  return buckets;
}

LiteralScan::Find scan(const LiteralTables& tables, std::string_view text, std::size_t from,
                       std::vector<std::uint32_t>* found) {
  LineCount lines(text, from);
  for (std::size_t at = from; at < text.size(); ++at) {
    const std::uint8_t buckets = buckets_at(tables, text, at);
    if (buckets != 0 && tables.may_hold(text, at, buckets)) {
      const std::size_t begin = tables.compare(text, from, at, buckets, found);
      if (begin != std::string_view::npos) return lines.found(from, begin, at);
    }
    if (text[at] == '\n') lines.add(at, 1);
  }
  return lines.end();
}

}  // namespace

const LiteralScanner* scalar_scanner() {
  static constexpr LiteralScanner scanner = {scan};
  return &scanner;
}

}  // namespace tocsin
