// SPDX-License-Identifier: Apache-2.0
// What a replay tells of the few events that travel with a transition: lines of plain files are
// read again, by offset, texts of others were put by.
#pragma once
#include <string>

#include "daemon/cli/event_texts.hpp"
#include "daemon/cli/replay_sources.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/file_descriptor.hpp"

namespace tocsin {

class EvidenceReader {
 public:
  // Both outlive it. `texts`: by the index of their file in `read`.
  EvidenceReader(const ReplayFiles& read, EventTexts& texts) : read_(read), texts_(texts) {}

  // The event as it was handed to matching. Empty if the file is gone or shorter now.
  std::string text(const Evidence& evidence);

 private:
  const ReplayFiles& read_;
  EventTexts& texts_;
  const ScanFile* file_ = nullptr;  // that is open
  FileDescriptor descriptor_;
};

}  // namespace tocsin
