// SPDX-License-Identifier: Apache-2.0
// FNV-1a: the same number on every machine and in every build, which std::hash does not promise.
#pragma once
#include <cstdint>
#include <string_view>

namespace tocsin {

inline constexpr std::uint64_t kEmptyHash = 14695981039346656037ULL;  // hash_bytes("")

constexpr std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t hash = kEmptyHash;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

}  // namespace tocsin
