// SPDX-License-Identifier: Apache-2.0
// Opens the state file and distrusts it: what is not certainly ours and sound is left untouched.
#pragma once
#include <string>

#include "daemon/store/database.hpp"
#include "daemon/store/store.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

// The writing connection to `path`, checked and at the latest schema. A missing file is made beside
// and renamed when it is complete, so that an empty or partial one is always damage.
Result<Database> open_database_file(const std::string& path, const StoreOptions& options);

}  // namespace tocsin
