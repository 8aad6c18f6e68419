// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/text_file.hpp"

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "tocsin/config_values.hpp"

namespace tocsin {
namespace {

std::string why(int error_number) { return std::generic_category().message(error_number); }

class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

Result<std::string> read_text_file(const std::string& path, std::size_t bytes_max) {
  const File file(path);
  if (file.fd() < 0) {
    const int reason = errno;
    return Error{reason == ENOENT || reason == ENOTDIR ? "not-found" : "unreadable",
                 path + ": " + why(reason)};
  }
  struct stat about = {};
  if (fstat(file.fd(), &about) == 0 && S_ISDIR(about.st_mode))
    return Error{"unreadable", path + ": is a directory"};
  std::string text;
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t count = ::read(file.fd(), buffer, sizeof buffer);
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error{"unreadable", path + ": " + why(errno)};
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > bytes_max)
      return Error{"too-large", path + ": larger than " + format_byte_size(bytes_max)};
  }
}

bool has_wildcard(const std::string& pattern) {
  return pattern.find_first_of("*?[") != std::string::npos;
}

std::vector<std::string> expand_glob(const std::string& pattern) {
  if (!has_wildcard(pattern)) return {pattern};
  std::vector<std::string> paths;
  glob_t found = {};
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return paths;
}

std::string relative_to_file(const std::string& path, const std::string& file) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  return (folder / path).lexically_normal().string();
}

}  // namespace tocsin
