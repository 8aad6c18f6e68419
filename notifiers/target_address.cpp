// SPDX-License-Identifier: Apache-2.0
#include "notifiers/target_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace tocsin {
namespace {

using Bytes = std::span<const unsigned char>;

struct Range4 {
  std::uint32_t base;
  int bits;
  AddressClass kind;
};
constexpr std::uint32_t ip(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a << 24 | b << 16 | c << 8 | d;
}
// The first row that holds an address decides.
constexpr Range4 kRanges4[] = {
    {ip(169, 254, 0, 0), 16, AddressClass::forbidden},
    {ip(100, 100, 100, 200), 32, AddressClass::forbidden},  // Alibaba's metadata service
    {ip(0, 0, 0, 0), 8, AddressClass::restricted},
    {ip(10, 0, 0, 0), 8, AddressClass::restricted},
    {ip(100, 64, 0, 0), 10, AddressClass::restricted},
    {ip(127, 0, 0, 0), 8, AddressClass::restricted},
    {ip(172, 16, 0, 0), 12, AddressClass::restricted},
    {ip(192, 0, 0, 0), 24, AddressClass::restricted},
    {ip(192, 168, 0, 0), 16, AddressClass::restricted},
    {ip(198, 18, 0, 0), 15, AddressClass::restricted},
    {ip(224, 0, 0, 0), 3, AddressClass::restricted},
};

struct Range6 {
  std::array<unsigned char, 16> base;
  std::size_t bits;
  AddressClass kind;
};
constexpr Range6 kRanges6[] = {
    {{0xfe, 0x80}, 10, AddressClass::forbidden},
    {{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
     128,
     AddressClass::forbidden},            // Amazon's metadata service
    {{}, 127, AddressClass::restricted},  // unspecified and loopback
    {{0xfc}, 7, AddressClass::restricted},
    {{0xfe, 0xc0}, 10, AddressClass::restricted},
    {{0xff}, 8, AddressClass::restricted},
};

// Prefixes behind which the last or middle four bytes are an IPv4 address.
struct Carrier {
  std::array<unsigned char, 12> prefix;
  std::size_t bits;
  std::size_t offset;
};
constexpr Carrier kCarriers[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12},  // IPv4-mapped
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12},                    // NAT64
    {{0x20, 0x02}, 16, 2},                                 // 6to4
};

bool has_prefix(Bytes address, Bytes prefix, std::size_t bits) {
  for (std::size_t i = 0; i < bits; ++i) {
    const unsigned char bit = static_cast<unsigned char>(0x80 >> (i % 8));
    if ((address[i / 8] & bit) != (prefix[i / 8] & bit)) return false;
  }
  return true;
}

AddressClass classify4(Bytes a) {
  const std::uint32_t value = ip(a[0], a[1], a[2], a[3]);
  for (const Range4& range : kRanges4)
    if ((value ^ range.base) >> (32 - range.bits) == 0) return range.kind;
  return AddressClass::open;
}

AddressClass classify6(Bytes a) {
  for (const Carrier& carrier : kCarriers)
    if (has_prefix(a, carrier.prefix, carrier.bits)) return classify4(a.subspan(carrier.offset, 4));
  for (const Range6& range : kRanges6)
    if (has_prefix(a, range.base, range.bits)) return range.kind;
  return AddressClass::open;
}

}  // namespace

AddressClass classify_address(Bytes address) {
  if (address.size() == 4) return classify4(address);
  if (address.size() == 16) return classify6(address);
  return AddressClass::forbidden;
}

bool is_forbidden_literal(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1)
    return classify_address(Bytes(bytes).first(4)) == AddressClass::forbidden;
  const std::string without_zone = host.substr(0, host.find('%'));
  return inet_pton(AF_INET6, without_zone.c_str(), bytes.data()) == 1 &&
         classify_address(bytes) == AddressClass::forbidden;
}

}  // namespace tocsin
