// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace tocsin {
namespace {

Status make_directory(const std::string& directory) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(directory).parent_path(), ignored);
  if (::mkdir(directory.c_str(), 0700) == 0) return success();
  const int error = errno;
  struct stat found {};
  if (::stat(directory.c_str(), &found) != 0) return store_file_error(directory, error);
  if (!S_ISDIR(found.st_mode)) return Error{"io-error", directory + ": is not a directory"};
  return success();
}

std::string owner_of(int fd) {
  char text[32];
  const ssize_t size = ::pread(fd, text, sizeof text, 0);
  if (size <= 0) return "another process";
  std::string pid(text, static_cast<std::size_t>(size));
  return "process " + pid.substr(0, pid.find('\n'));
}

}  // namespace

Error store_file_error(const std::string& path, int system_error) {
  const char* code = "io-error";
  std::string advice;
  if (system_error == ENOSPC || system_error == EDQUOT) {
    code = "disk-full";
    advice = "; make room there";
  } else if (system_error == EROFS || system_error == EACCES || system_error == EPERM) {
    code = "read-only";
    advice = "; Tocsin must be able to write there";
  }
  return Error{code, path + ": " + std::strerror(system_error) + advice};
}

Result<DirectoryLock> DirectoryLock::acquire(const std::string& directory) {
  if (Status made = make_directory(directory); !made) return made.error();
  const std::string path = directory + "/lock";
  DirectoryLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.fd_ < 0) return store_file_error(path, errno);
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return store_file_error(path, errno);
    return Error{"in-use", directory + ": this state directory is in use by " + owner_of(lock.fd_) +
                               "; stop it, or choose another directory"};
  }
  // The number is for people only, so a full disk does not stop us here.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.fd_, 0) == 0) [[maybe_unused]]
    const ssize_t written = ::pwrite(lock.fd_, pid.data(), pid.size(), 0);
  return lock;
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace tocsin
