// SPDX-License-Identifier: Apache-2.0
// What does not fit into memory while a command runs: a file without a name, which goes with the
// process.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "tocsin/file_descriptor.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

// Made with the first append(). Errors: "disk-full" or "io", naming the folder of temporary files.
class TemporaryFile {
 public:
  Status append(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  // Fills `out` with what was appended from `offset` on: so many bytes are there.
  Status read(std::uint64_t offset, std::span<char> out) const;

 private:
  FileDescriptor file_;
  std::uint64_t size_ = 0;
};

}  // namespace tocsin
