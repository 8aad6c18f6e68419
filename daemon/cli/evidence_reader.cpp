// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/evidence_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "daemon/inputs/byte_source.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kFirstRead = 4 << 10;

// Up to `bytes_max` from `offset` on, or up to a line break.
std::string read_line(const FileDescriptor& file, std::uint64_t offset, std::size_t bytes_max) {
  std::string line;
  std::size_t wanted = std::min(kFirstRead, bytes_max);
  while (line.size() < bytes_max) {
    const std::size_t have = line.size();
    line.resize(std::min(wanted, bytes_max));
    const ssize_t got = ::pread(file.get(), line.data() + have, line.size() - have,
                                static_cast<off_t>(offset + have));
    line.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    const std::size_t line_break = line.find('\n', have);
    if (line_break != std::string::npos) line.resize(line_break);
    if (got <= 0 || line_break != std::string::npos) break;
    wanted = line.size() * 2;
  }
  return line;
}

}  // namespace

std::string EvidenceReader::text(const Evidence& evidence) {
  if (file_ == nullptr || file_->path != evidence.source) {
    const auto file = std::find_if(read_.files.begin(), read_.files.end(),
                                   [&](const ScanFile& f) { return f.path == evidence.source; });
    if (file == read_.files.end()) return {};
    file_ = &*file;
    descriptor_ = {};
  }
  const auto number = static_cast<std::uint32_t>(file_ - read_.files.data());
  if (texts_.has(number)) return texts_.find(number, evidence.position);
  if (!descriptor_) {
    Result<FileDescriptor> opened = open_file(file_->path);
    if (!opened) return {};
    descriptor_ = std::move(*opened);
  }
  // A carriage return before the line break is part of it.
  std::string line = read_line(descriptor_, evidence.position, file_->line_bytes_max + 1);
  if (line.ends_with('\r')) line.pop_back();
  line.resize(std::min(line.size(), file_->line_bytes_max));
  return line;
}

}  // namespace tocsin
