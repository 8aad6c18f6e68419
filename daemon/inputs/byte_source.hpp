// SPDX-License-Identifier: Apache-2.0
// The bytes of a file from its beginning, inflated if it is gzip (known by its magic bytes).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tocsin/file_descriptor.hpp"
#include "tocsin/result.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// Limits of what a gzip file may become (design.md). The ratio is judged beyond the first MiB.
inline constexpr std::uint64_t kInflatedBytesMax = std::uint64_t{1} << 30;
inline constexpr std::uint64_t kInflateRatioMax = 1000;

// "not-found", "permission", "is-directory" or "io", with the path and what the system says.
Error file_error(const std::string& path, int error_number);

// What small gzip files are inflated with, one after the other: the memory of the largest.
class InflateMemory {
 public:
  InflateMemory();
  ~InflateMemory();
  InflateMemory(const InflateMemory&) = delete;
  InflateMemory& operator=(const InflateMemory&) = delete;

  struct State;
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

class ByteSource {
 public:
  // Takes over `file`, which stands at its beginning; `path` is for messages. `memory`: to inflate
  // with, which outlives the source and serves no other meanwhile; nullptr: memory of its own.
  static Result<std::unique_ptr<ByteSource>> open(FileDescriptor file, const std::string& path,
                                                  InflateMemory* memory = nullptr);
  virtual ~ByteSource() = default;

  // Fills `out` or less (as a pipe does); 0 at the end. Errors come after all that could be read:
  // "io", and of gzip "truncated", "damaged", "too-large".
  virtual Result<std::size_t> read(std::span<char> out) = 0;
  // All of it, if it lies in memory anyway; lives as long as the source. Instead of read().
  virtual std::optional<std::string_view> whole() const { return std::nullopt; }
  // They are the bytes of a file, which can be read again by offset.
  virtual bool is_plain_file() const { return false; }
};

// Opens for reading; "-" is standard input.
Result<FileDescriptor> open_file(const std::string& path);
// When it was last written; now, if it is no regular file.
Instant modified_at(const FileDescriptor& file);

}  // namespace tocsin
