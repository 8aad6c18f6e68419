// SPDX-License-Identifier: Apache-2.0
#include "daemon/kept_configuration.hpp"

#include <malloc.h>

#include <memory>
#include <thread>
#include <utility>

namespace tocsin {

LoadedConfiguration load_kept_configuration(const std::string& path) {
  LoadedConfiguration loaded;
  // The allocator serves a thread from an arena of its own, and so the copy of the rules, made
  // here, from another one than the document was built in.
  std::thread([&] { loaded = load_configuration(path); }).join();
  if (!loaded.rules) return loaded;
  auto kept = std::make_shared<RuleSet>(*loaded.rules);
  share_equal_values(*kept);
  loaded.rules = std::move(kept);
  return loaded;
}

void forget_sources(LoadedConfiguration& configuration) {
  configuration.sources = {};
  configuration.diagnostics = {};
  give_back_memory();
}

void give_back_memory() { malloc_trim(0); }

}  // namespace tocsin
