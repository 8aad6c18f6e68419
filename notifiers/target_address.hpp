// SPDX-License-Identifier: Apache-2.0
// Which addresses a webhook may reach, so that nobody makes Tocsin post to what only this host can
// reach. Judged on the address that is connected to, not on the name. Pure. contract.md section 2.
#pragma once
#include <span>
#include <string>

namespace tocsin {

// open: anybody's. restricted: loopback, private, shared, unique-local, multicast, reserved: only
// where the configuration file says so. forbidden: link-local and the metadata services of clouds,
// never.
enum class AddressClass { open, restricted, forbidden };

// `address`: 4 or 16 bytes in network order. IPv4 addresses that are carried in IPv6 ones are
// judged as IPv4.
AddressClass classify_address(std::span<const unsigned char> address);

// Whether `host` is itself an address (no name) that is forbidden.
bool is_forbidden_literal(const std::string& host);

}  // namespace tocsin
