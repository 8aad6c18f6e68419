// SPDX-License-Identifier: Apache-2.0
#include "rules/message/address_range.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <string>

namespace tocsin {

std::optional<AddressRange::Address> AddressRange::parse_address(std::string_view text) {
  // Longer is no address, and a NUL would hide what follows it.
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  const std::string terminated(text);
  Address address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
    return address;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
    return address;
  }
  return std::nullopt;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto base = parse_address(text.substr(0, slash));
  if (!base) return std::nullopt;
  AddressRange range;
  range.base_ = *base;
  const std::string_view bits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), range.prefix_);
  if (error != std::errc{} || end != bits.data() + bits.size()) return std::nullopt;
  if (range.prefix_ > base->bits) return std::nullopt;
  return range;
}

bool AddressRange::contains(std::string_view address) const {
  const auto other = parse_address(address);
  if (!other || other->bits != base_.bits) return false;
  for (std::size_t bit = 0; bit < prefix_; ++bit) {
    const unsigned mask = 0x80u >> (bit % 8);
    if (((base_.bytes[bit / 8] ^ other->bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace tocsin
