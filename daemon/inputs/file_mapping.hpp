// SPDX-License-Identifier: Apache-2.0
// A stretch of a file where the page cache has it, not copied: to copy it takes longer than to look
// for literals in it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "tocsin/file_descriptor.hpp"

namespace tocsin {

// Other processes may write to the file meanwhile: of two looks at a byte each may see another one.
// Who parses copies first. One thread.
class FileMapping {
 public:
  // As much of `size` bytes from `offset` on as the file has. nullptr: it cannot be mapped (no
  // regular file, no address space), but may be readable all the same. `file` is not kept.
  static std::unique_ptr<FileMapping> open(const FileDescriptor& file, std::uint64_t offset,
                                           std::size_t size);
  ~FileMapping();
  FileMapping(const FileMapping&) = delete;
  FileMapping& operator=(const FileMapping&) = delete;

  std::string_view bytes() const { return bytes_; }
  // Asks the system for the first `size` bytes at once, which is cheaper than page by page.
  void want(std::size_t size) const;
  // Whether what was looked at was not all there: `file` was truncated meanwhile or its disk has
  // failed. Bytes that are gone are zeros, and nobody is killed by SIGBUS for them.
  bool is_damaged(const FileDescriptor& file) const;

 private:
  struct Guard;

  FileMapping(Guard* guard, char* pages, std::size_t page_bytes, std::string_view bytes,
              std::uint64_t end)
      : guard_(guard), pages_(pages), page_bytes_(page_bytes), bytes_(bytes), end_(end) {}

  Guard* guard_;  // nullptr: there are no bytes
  char* pages_;
  std::size_t page_bytes_;
  std::string_view bytes_;  // in the pages
  std::uint64_t end_;       // of the bytes in the file
};

}  // namespace tocsin
