// SPDX-License-Identifier: Apache-2.0
// A store that opens, for tests of what is in it.
#pragma once
#include <memory>
#include <string>
#include <utility>

#include "daemon/store/store.hpp"
#include "support/catch.hpp"

namespace tocsin {

inline std::unique_ptr<Store> open_store(const std::string& directory, StoreOptions options = {}) {
  options.reserve_bytes = 64 * 1024;
  Result<std::unique_ptr<Store>> store = Store::open(directory, options);
  INFO((store ? "" : store.error().text));
  REQUIRE(store);
  return std::move(*store);
}

}  // namespace tocsin
