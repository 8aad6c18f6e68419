// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "daemon/inputs/gzip_source.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kMagicBytes = 2;
constexpr std::size_t kPipeBlock = 64 << 10;

// The file as it is, behind what was taken of it already.
class PlainSource : public ByteSource {
 public:
  PlainSource(FileDescriptor file, std::string path, std::string head)
      : file_(std::move(file)), path_(std::move(path)), head_(std::move(head)) {
    struct stat info {};
    is_file_ = ::fstat(file_.get(), &info) == 0 && S_ISREG(info.st_mode);
  }

  Result<std::size_t> read(std::span<char> out) override {
    if (!head_.empty()) {
      const std::size_t length = std::min(out.size(), head_.size());
      std::memcpy(out.data(), head_.data(), length);
      head_.erase(0, length);
      return length;
    }
    while (true) {
      const ssize_t got = ::read(file_.get(), out.data(), out.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return file_error(path_, errno);
    }
  }
  bool is_plain_file() const override { return is_file_; }

 private:
  FileDescriptor file_;
  std::string path_;
  std::string head_;
  bool is_file_ = false;
};

// What it begins with, without moving in a file; of a pipe, which cannot be rewound, what is there.
struct Head {
  std::string magic;
  std::string taken;
};

Result<Head> read_head(const FileDescriptor& file, const std::string& path) {
  char bytes[kPipeBlock];
  const ssize_t peeked = ::pread(file.get(), bytes, kMagicBytes, 0);
  if (peeked >= 0) return Head{std::string(bytes, static_cast<std::size_t>(peeked)), {}};
  if (errno != ESPIPE) return file_error(path, errno);
  std::size_t have = 0;
  while (have < kMagicBytes) {
    const ssize_t got = ::read(file.get(), bytes + have, kPipeBlock - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(path, errno);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return Head{std::string(bytes, std::min(have, kMagicBytes)), std::string(bytes, have)};
}

}  // namespace

Error file_error(const std::string& path, int error_number) {
  const char* code = error_number == ENOENT || error_number == ENOTDIR ? "not-found"
                     : error_number == EACCES || error_number == EPERM ? "permission"
                     : error_number == EISDIR                          ? "is-directory"
                                                                       : "io";
  return {code, path + ": " + std::strerror(error_number)};
}

Result<FileDescriptor> open_file(const std::string& path) {
  constexpr int kStandardInput = 0;
  FileDescriptor file(path == "-" ? ::fcntl(kStandardInput, F_DUPFD_CLOEXEC, 0)
                                  : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return file_error(path, errno);
  return file;
}

Instant modified_at(const FileDescriptor& file) {
  struct stat info {};
  timespec at{};
  if (::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode))
    at = info.st_mtim;
  else
    ::clock_gettime(CLOCK_REALTIME, &at);
  return instant_from_ms(std::int64_t{at.tv_sec} * 1000 + at.tv_nsec / 1'000'000);
}

Result<std::unique_ptr<ByteSource>> ByteSource::open(FileDescriptor file, const std::string& path,
                                                     InflateMemory* memory) {
  Result<Head> head = read_head(file, path);
  if (!head) return head.error();
  const bool is_gzip = head->magic == "\x1f\x8b";
  if (is_gzip)
    if (auto whole = try_inflate_whole(file, memory)) return whole;
  auto plain = std::make_unique<PlainSource>(std::move(file), path, std::move(head->taken));
  if (is_gzip) return make_gzip_stream(std::move(plain));
  return std::unique_ptr<ByteSource>(std::move(plain));
}

}  // namespace tocsin
