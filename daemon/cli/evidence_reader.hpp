// SPDX-License-Identifier: Apache-2.0
// Reads lines of plain files again, by offset: what a replay tells of the few events that travel
// with a transition, without having kept the text of all that matched.
#pragma once
#include <string>

#include "daemon/cli/replay_sources.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/file_descriptor.hpp"

namespace tocsin {

class EvidenceReader {
 public:
  // `read` outlives it.
  explicit EvidenceReader(const ReplayFiles& read) : read_(read) {}

  // The line as it was handed to matching. Empty if the file is gone or shorter now.
  std::string text(const Evidence& evidence);

 private:
  const ReplayFiles& read_;
  const ScanFile* file_ = nullptr;  // that is open
  FileDescriptor descriptor_;
};

}  // namespace tocsin
