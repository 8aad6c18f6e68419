// SPDX-License-Identifier: Apache-2.0
// One process at a time in a state directory: an exclusive flock on the file `lock` in it, which
// holds the owner's process id. The lock goes with the process, however that ends.
#pragma once
#include <string>
#include <utility>

#include "tocsin/result.hpp"

namespace tocsin {

class DirectoryLock {
 public:
  // Creates the directory (0700) and the file if missing. Errors: in-use (names the other process),
  // read-only, disk-full, io-error.
  static Result<DirectoryLock> acquire(const std::string& directory);
  DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  DirectoryLock(const DirectoryLock&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

// What went wrong with a file, from errno, with the store's codes.
Error store_file_error(const std::string& path, int system_error);

}  // namespace tocsin
