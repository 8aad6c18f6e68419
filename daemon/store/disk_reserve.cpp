// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/disk_reserve.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <utility>

namespace tocsin {

DiskReserve::DiskReserve(std::string path, std::uint64_t size)
    : path_(std::move(path)), size_(size), held_(allocate()) {}

bool DiskReserve::release() {
  if (!held_ || size_ == 0) return false;
  held_ = false;
  return ::truncate(path_.c_str(), 0) == 0;
}

// Twice the room: made in the last free bytes it would fill the disk itself.
bool DiskReserve::restore() {
  if (held_) return true;
  struct statvfs disk {};
  const std::string directory = path_.substr(0, path_.rfind('/') + 1);
  if (::statvfs(directory.c_str(), &disk) != 0) return false;
  if (std::uint64_t{disk.f_bavail} * disk.f_frsize < 2 * size_) return false;
  held_ = allocate();
  return held_;
}

bool DiskReserve::allocate() {
  if (size_ == 0) return true;
  const int fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool done = ::posix_fallocate(fd, 0, static_cast<off_t>(size_)) == 0;
  // A reserve that was made in part would only take room from others.
  if (!done) [[maybe_unused]]
    const int cut = ::ftruncate(fd, 0);
  ::close(fd);
  return done;
}

}  // namespace tocsin
