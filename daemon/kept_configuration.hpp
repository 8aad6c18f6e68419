// SPDX-License-Identifier: Apache-2.0
// A configuration for a daemon that keeps it: without what only reading it takes, which with a
// hundred thousand alarms is several times as much.
#pragma once
#include <string>

#include "daemon/config/load.hpp"

namespace tocsin {

// As load_configuration(). Read on a thread of its own, so that what is kept does not lie scattered
// between what is given back.
LoadedConfiguration load_kept_configuration(const std::string& path);

// Its diagnostics have been shown: forgets them and the text of its files, and gives free memory
// back to the system.
void forget_sources(LoadedConfiguration& configuration);

// Gives free memory back to the system: after a start or a reload, which leave much of it.
void give_back_memory();

}  // namespace tocsin
