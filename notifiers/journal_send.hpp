// SPDX-License-Identifier: Apache-2.0
// The one file that speaks to journald.
#pragma once
#include "tocsin/notifier.hpp"

namespace tocsin {

// Hands the entry to journald; may block while that does not read. Status 200 when its socket has
// taken it, else a failure that is worth another attempt.
Response send_to_journal(const JournalRequest& request);

}  // namespace tocsin
