// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/scan_way.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

#include "daemon/inputs/byte_source.hpp"
#include "daemon/inputs/gzip_source.hpp"

namespace tocsin {
namespace {

bool is_gzip(const FileDescriptor& file) {
  char magic[2];
  return ::pread(file.get(), magic, sizeof magic, 0) == sizeof magic &&
         std::string_view(magic, sizeof magic) == "\x1f\x8b";
}

bool holds_lines(const ScanFile& file) {
  if (file.format == EventFormat::lines) return true;
  auto reader = EventReader::open(file.path, file.format, file.line_bytes_max);
  EventBlock first;
  return reader && (*reader)->next(first) && !(*reader)->has_records();
}

}  // namespace

ScanWay find_way(const ScanFile& file) {
  using Kind = ScanWay::Kind;
  // Opening a pipe to look at it would take it from its reader.
  struct stat info {};
  if (file.path == "-") return {Kind::stream, nullptr, 0};
  if (::stat(file.path.c_str(), &info) != 0) return {};
  if (!S_ISREG(info.st_mode)) return {Kind::stream, nullptr, 0};
  Result<FileDescriptor> opened = open_file(file.path);
  if (!opened) return {};
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (is_gzip(*opened)) return {is_small_gzip(*opened) ? Kind::whole : Kind::stream, nullptr, size};
  if (size <= kWholeFileMax) return {};
  if (!holds_lines(file)) return {Kind::stream, nullptr, size};
  return {Kind::parts, std::make_shared<const FileDescriptor>(std::move(*opened)), size};
}

}  // namespace tocsin
