// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/literal_scan_loop.hpp"

namespace tocsin {
namespace {

class Bytewise {
 public:
  explicit Bytewise(const LiteralTables& tables) : tables_(tables) {}

  BlockBits pass(const char* block, std::uint8_t* buckets) const {
    BlockBits bits;
    for (std::size_t i = 0; i < kBlockBytes; ++i) {
      std::uint8_t there = tables_.by_byte[0][static_cast<unsigned char>(block[i])];
      for (std::size_t k = 1; k < kWindowBytes && there != 0; ++k)
        there &= tables_.by_byte[k][static_cast<unsigned char>(block[i + k])];
      buckets[i] = there;
      bits.passed |= std::uint64_t{there != 0} << i;
      const bool is_break = block[i] == '\n';
      bits.breaks |= std::uint64_t{is_break} << i;
      bits.others |= std::uint64_t{is_break && block[i + 1] != '{'} << i;
    }
    return bits;
  }

 private:
  const LiteralTables& tables_;
};

}  // namespace

const LiteralScanner* scalar_scanner() {
  static constexpr LiteralScanner scanner = {scan_with<WithPlainRest<Bytewise>>,
                                             passed_in<WithPlainRest<Bytewise>>};
  return &scanner;
}

}  // namespace tocsin
