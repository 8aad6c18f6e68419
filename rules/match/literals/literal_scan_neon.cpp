// SPDX-License-Identifier: Apache-2.0
// Tested by tests/fuzz/neon_scan.sh, in an emulator where there is no such processor.
#include "rules/match/literals/literal_scan_loop.hpp"

#ifdef __aarch64__
#include <arm_neon.h>
#endif

namespace tocsin {

#ifdef __aarch64__
namespace {

class Neon {
 public:
  explicit Neon(const LiteralTables& tables) {
    for (std::size_t i = 0; i < kWindowBytes; ++i)
      tables_[i] = vld1q_u8_x4(tables.by_class[i].data());
  }

  BlockBits pass(const char* block, std::uint8_t* buckets) const {
    uint8x16_t passed[4], breaks[4], others[4];
    for (std::size_t part = 0; part < 4; ++part) {
      const char* at = block + 16 * part;
      const uint8x16_t bytes = load(at);
      uint8x16_t there = look_up(bytes, 0);
      for (std::size_t i = 1; i < kWindowBytes; ++i)
        there = vandq_u8(there, look_up(load(at + i), i));
      vst1q_u8(buckets + 16 * part, there);
      passed[part] = vtstq_u8(there, there);
      breaks[part] = vceqq_u8(bytes, vdupq_n_u8('\n'));
      others[part] = vbicq_u8(breaks[part], vceqq_u8(load(at + 1), vdupq_n_u8('{')));
    }
    return {bits_of(passed), bits_of(breaks), bits_of(others)};
  }

 private:
  static uint8x16_t load(const char* at) {
    return vld1q_u8(reinterpret_cast<const std::uint8_t*>(at));
  }
  uint8x16_t look_up(uint8x16_t bytes, std::size_t place) const {
    return vqtbl4q_u8(tables_[place], vandq_u8(bytes, vdupq_n_u8(kByteClasses - 1)));
  }
  // Adds neighbours three times: eight lanes of a bit each become a byte.
  static std::uint64_t bits_of(const uint8x16_t lanes[4]) {
    const uint8x16_t weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t first = vpaddq_u8(vandq_u8(lanes[0], weights), vandq_u8(lanes[1], weights));
    const uint8x16_t second = vpaddq_u8(vandq_u8(lanes[2], weights), vandq_u8(lanes[3], weights));
    const uint8x16_t both = vpaddq_u8(first, second);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(both, both)), 0);
  }
  uint8x16x4_t tables_[kWindowBytes];
};

}  // namespace

const LiteralScanner* neon_scanner() {
  static constexpr LiteralScanner scanner = {scan_with<WithPlainRest<Neon>>,
                                             passed_in<WithPlainRest<Neon>>};
  return &scanner;
}
#else
const LiteralScanner* neon_scanner() { return nullptr; }
#endif

}  // namespace tocsin
