// SPDX-License-Identifier: Apache-2.0
// How a file is best read by several workers.
#pragma once
#include <cstdint>
#include <memory>

#include "daemon/cli/file_scan.hpp"
#include "tocsin/file_descriptor.hpp"

namespace tocsin {

// Up to here, inflated, a file is one worker's job.
inline constexpr std::uint64_t kWholeFileMax = std::uint64_t{16} << 20;
// Of a larger plain file of lines each worker reads parts, whatever their number.
inline constexpr std::uint64_t kPartBytes = std::uint64_t{4} << 20;

struct ScanWay {
  enum class Kind {
    whole,  // one worker opens and reads it
    parts,  // of `parts_of`
    stream  // nobody knows where it ends: it is read in batches, one after the other
  };
  Kind kind = Kind::whole;
  std::shared_ptr<const FileDescriptor> parts_of;
  std::uint64_t size = 0;
};

// A file that cannot be opened is whole: its reader says why.
ScanWay find_way(const ScanFile& file);

}  // namespace tocsin
