// SPDX-License-Identifier: Apache-2.0
// A range of IP addresses as CIDR text, "10.0.0.0/24" or "2001:db8::/32": the operator `cidr` of
// filter policies.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace tocsin {

class AddressRange {
 public:
  // An address, one slash, a number of bits; bits of the address behind them are ignored. nullopt:
  // it is not that.
  static std::optional<AddressRange> parse(std::string_view text);
  // Whether `address` is an address of the range's family and within it.
  bool contains(std::string_view address) const;

 private:
  struct Address {
    std::array<unsigned char, 16> bytes{};
    std::size_t bits = 0;  // 32 or 128
  };
  static std::optional<Address> parse_address(std::string_view text);

  Address base_;
  std::size_t prefix_ = 0;  // leading bits that count
};

}  // namespace tocsin
