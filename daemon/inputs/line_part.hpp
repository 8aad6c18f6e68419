// SPDX-License-Identifier: Apache-2.0
// A stretch of a large plain file of lines, so that many can be read side by side.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "daemon/inputs/event_reader.hpp"
#include "tocsin/file_descriptor.hpp"

namespace tocsin {

struct LinePart {
  std::shared_ptr<const FileDescriptor> file;
  std::string path;
  EventFormat format = EventFormat::lines;
  std::size_t line_bytes_max = std::size_t{1} << 20;
  // The lines that begin in it. Of consecutive parts every line is in one, and the bytes that they
  // count are those of the file.
  std::uint64_t begin = 0, end = 0;
};

// `end` may be beyond the end of the file, which may change meanwhile.
std::unique_ptr<BlockReader> read_part(LinePart part);

}  // namespace tocsin
