// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/file_mapping.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace tocsin {

// The pages of a mapping, for the signal handler.
struct FileMapping::Guard {
  std::atomic<std::uintptr_t> begin = 0;  // 0: free
  std::atomic<std::uintptr_t> end = 0;
  std::atomic<bool> is_hit = false;

  static Guard* take(const char* pages, std::size_t page_bytes);
  static void install();
  static void on_bus_error(int signal, siginfo_t* info, void* context);

  static constexpr std::size_t kGuards = 128;  // more than threads that scan
  static std::array<Guard, kGuards> all;
  static struct sigaction before;
};

std::array<FileMapping::Guard, FileMapping::Guard::kGuards> FileMapping::Guard::all;
struct sigaction FileMapping::Guard::before {};

namespace {

std::uintptr_t page_size() {
  static const auto size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

}  // namespace

// Pages that the file lost are replaced by zeros, up to the mapping's end, so that who reads goes
// on. Any other bus error is what it would be without us.
void FileMapping::Guard::on_bus_error(int, siginfo_t* info, void*) {
  const int number = errno;
  const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (Guard& guard : all) {
    const std::uintptr_t end = guard.end;
    if (at < guard.begin || at >= end || guard.begin == 0) continue;
    const std::uintptr_t page = at - at % page_size();
    void* const zeros = ::mmap(reinterpret_cast<void*>(page), end - page, PROT_READ,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    errno = number;
    if (zeros == MAP_FAILED) break;
    guard.is_hit = true;
    return;
  }
  ::sigaction(SIGBUS, &before, nullptr);
}

void FileMapping::Guard::install() {
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  page_size();  // not first in the handler
  ::sigaction(SIGBUS, &action, &before);
}

FileMapping::Guard* FileMapping::Guard::take(const char* pages, std::size_t page_bytes) {
  static const bool is_installed = (install(), true);
  const auto begin = reinterpret_cast<std::uintptr_t>(pages);
  for (Guard& guard : all) {
    std::uintptr_t none = 0;
    if (!is_installed || !guard.begin.compare_exchange_strong(none, begin)) continue;
    guard.is_hit = false;
    guard.end = begin + page_bytes;
    return &guard;
  }
  return nullptr;
}

std::unique_ptr<FileMapping> FileMapping::open(const FileDescriptor& file, std::uint64_t offset,
                                               std::size_t size) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return nullptr;
  const auto file_size = static_cast<std::uint64_t>(info.st_size);
  size = std::min<std::uint64_t>(size, file_size - std::min(offset, file_size));
  if (size == 0)
    return std::unique_ptr<FileMapping>(new FileMapping(nullptr, nullptr, 0, {}, offset));
  const std::size_t before = offset % page_size();
  void* const pages = ::mmap(nullptr, before + size, PROT_READ, MAP_PRIVATE, file.get(),
                             static_cast<off_t>(offset - before));
  if (pages == MAP_FAILED) return nullptr;
  auto* const begin = static_cast<char*>(pages);
  Guard* const guard = Guard::take(begin, before + size);
  if (guard == nullptr) {
    ::munmap(pages, before + size);
    return nullptr;
  }
  return std::unique_ptr<FileMapping>(
      new FileMapping(guard, begin, before + size, {begin + before, size}, offset + size));
}

FileMapping::~FileMapping() {
  if (guard_ == nullptr) return;
  ::munmap(pages_, page_bytes_);
  guard_->end = 0;
  guard_->begin = 0;
}

void FileMapping::want(std::size_t size) const {
#ifdef MADV_POPULATE_READ
  const std::size_t before = page_bytes_ - bytes_.size();
  // Where it is refused, pages come when they are looked at.
  if (guard_ != nullptr)
    ::madvise(pages_, before + std::min(size, bytes_.size()), MADV_POPULATE_READ);
#else
  (void)size;
#endif
}

bool FileMapping::is_damaged(const FileDescriptor& file) const {
  if (guard_ == nullptr) return false;
  if (guard_->is_hit) return true;
  struct stat info {};
  return ::fstat(file.get(), &info) != 0 || static_cast<std::uint64_t>(info.st_size) < end_;
}

}  // namespace tocsin
