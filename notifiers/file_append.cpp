// SPDX-License-Identifier: Apache-2.0
#include "notifiers/file_append.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "tocsin/file_descriptor.hpp"

namespace tocsin {
namespace {

constexpr mode_t kMode = 0640;

Response failed(std::string detail, Response::Failure failure = Response::Failure::other) {
  return {.failure = failure, .detail = std::move(detail)};
}

Response failed_to(const char* what) {
  return failed(std::string(what) + ": " + std::strerror(errno));
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool ends_in_half_a_line(int fd, off_t size) {
  char last = '\n';
  return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

// A new name is durable only with its directory.
bool sync_directory(const std::string& path) {
  const std::string directory = path.substr(0, path.rfind('/') + 1);
  const FileDescriptor fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd && fsync(fd.get()) == 0;
}

Response append_to(int fd, const FileRequest& request) {
  struct stat before {};
  if (fstat(fd, &before) != 0) return failed_to("cannot be looked at");
  if (!S_ISREG(before.st_mode))
    return failed("is no plain file", Response::Failure::refused_target);
  if (request.alone && before.st_size > 0) {
    if (ftruncate(fd, 0) != 0) return failed_to("cannot be written");
    before.st_size = 0;
  }
  std::string text = ends_in_half_a_line(fd, before.st_size) ? "\n" : "";
  text.append(request.line).append("\n");
  if (static_cast<std::uint64_t>(before.st_size) + text.size() > request.bytes_max)
    return failed("has reached max_size: it is to be rotated");
  if (!write_all(fd, text)) {
    const Response why = failed_to("cannot be written");
    // Best effort: what stays is told from a line by the next one's line break.
    if (ftruncate(fd, before.st_size) != 0) errno = 0;
    return why;
  }
  if (fdatasync(fd) != 0) return failed_to("cannot be synced");
  if (before.st_size == 0 && !sync_directory(request.path)) return failed_to("cannot be synced");
  return {.status = 200};
}

}  // namespace

Response append_line(const FileRequest& request) {
  // Not to be kept waiting by a pipe without a reader.
  const int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const FileDescriptor fd(open(request.path.c_str(), flags, kMode));
  if (!fd && errno == EISDIR) return failed("is a directory", Response::Failure::refused_target);
  if (!fd) return failed_to("cannot be opened");
  return append_to(fd.get(), request);
}

}  // namespace tocsin
