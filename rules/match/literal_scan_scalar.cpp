// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literal_tables.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

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

std::size_t find_whole(const LiteralTables& tables, std::string_view text, std::size_t from,
                       std::size_t at, std::vector<std::uint32_t>* found) {
  const std::size_t close = text.substr(at, kWholeBytesMax).find('"', 1);
  if (close == kNone) return kNone;
  const std::uint64_t hash = hash_of_whole(text, at, close + 1);
  return tables.may_hold(hash) ? tables.compare(text, from, at, hash, found) : kNone;
}

LiteralScan::Find scan(const LiteralTables& tables, std::string_view text, std::size_t from,
                       std::vector<std::uint32_t>* found) {
  LineCount lines(text, from);
  for (std::size_t at = from; at < text.size(); ++at) {
    if (const std::uint8_t buckets = buckets_at(tables, text, at); buckets != 0) {
      std::size_t begin = kNone;
      if ((buckets & tables.buckets[0]) != 0) begin = find_whole(tables, text, from, at, found);
      if (begin == kNone) begin = find_by_keys(tables, text, from, at, buckets, found);
      if (begin != kNone) return lines.found(from, begin, at);
    }
    if (text[at] == '\n') {
      ++lines.breaks;
      lines.begin = at + 1;
    }
  }
  return lines.end();
}

}  // namespace

const LiteralScanner* scalar_scanner() {
  static constexpr LiteralScanner scanner = {scan};
  return &scanner;
}

}  // namespace tocsin
