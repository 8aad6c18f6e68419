// SPDX-License-Identifier: Apache-2.0
// How rows of engine state are written: bytes, varints, zigzag varints, doubles as they lie in
// memory (little endian). docs/state-format.md, section "Engine rows". A reader never runs past its
// row: after a fault it yields zeros and ok() is false, so that a damaged row costs that row only.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tocsin/time.hpp"

namespace tocsin {

class RowWriter {
 public:
  void byte(unsigned value) { out_ += static_cast<char>(value); }
  void flag(bool value) { byte(value ? 1 : 0); }
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<unsigned>(value & 0x7F) | 0x80U);
    byte(static_cast<unsigned>(value));
  }
  void integer(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void instant(Instant t) { integer(to_ms(t)); }
  void real(double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 8; ++i) byte(static_cast<unsigned>((bits >> (8 * i)) & 0xFF));
  }
  void text(std::string_view value) {
    number(value.size());
    out_ += value;
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class RowReader {
 public:
  explicit RowReader(std::string_view bytes) : rest_(bytes) {}

  unsigned byte() {
    if (rest_.empty()) return fail();
    const auto value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  bool flag() { return byte() != 0; }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const unsigned b = byte();
      value |= static_cast<std::uint64_t>(b & 0x7F) << shift;
      if (b < 0x80) return value;
    }
    return fail();
  }
  std::int64_t integer() {
    const std::uint64_t v = number();
    return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
  }
  Instant instant() { return instant_from_ms(integer()); }
  double real() {
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits |= static_cast<std::uint64_t>(byte()) << (8 * i);
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) return fail(), std::string();
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  // A count of things that take at least `least` bytes each: a damaged one is a fault, not an
  // allocation.
  std::size_t count(std::size_t least) {
    const std::uint64_t n = number();
    if (n > rest_.size() / (least == 0 ? 1 : least)) return fail();
    return static_cast<std::size_t>(n);
  }
  bool at_end() const { return rest_.empty(); }
  bool ok() const { return ok_; }

 private:
  unsigned fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace tocsin
