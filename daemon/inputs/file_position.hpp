// SPDX-License-Identifier: Apache-2.0
// How far a file has been read, and how it is known again after a restart, under another name, or
// as a compressed copy: by what it is (device, inode) and by what was read of it.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/stable_hash.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

inline constexpr std::size_t kHeadBytesMax = 1024;
inline constexpr std::size_t kTailBytesMax = 64;

struct FileId {
  std::uint64_t device = 0, inode = 0;
  auto operator<=>(const FileId&) const = default;
};

struct FilePosition {
  FileId id;
  std::uint64_t offset = 0;              // everything before it has been handed over
  std::uint64_t head_length = 0;         // the lesser of offset and kHeadBytesMax
  std::uint64_t head_hash = kEmptyHash;  // of the file's first head_length bytes
  std::uint64_t tail_hash = kEmptyHash;  // of the last bytes before offset, at most kTailBytesMax
  bool is_in_long_line = false;  // offset stands inside a line whose beginning was handed over
  bool is_closed = false;        // read to its end and given up
  // Wall clock: all that had the name of its stream until then is known.
  Instant seen_at{};

  std::uint64_t tail_length() const { return offset < kTailBytesMax ? offset : kTailBytesMax; }
  // Nothing is known of its content: only its id tells it from others.
  bool is_blank() const { return head_length == 0; }
  bool operator==(const FilePosition&) const = default;
};

// The value of a position row: the files of one stream that are still read, oldest first, as JSON:
// [{"dev":1,"ino":2,"off":3,"head":[3,"hex"],"tail":"hex","cut":true,"end":true,"at":ms}].
std::string encode_positions(const std::vector<FilePosition>& files);
// Nothing if it is not that.
std::optional<std::vector<FilePosition>> decode_positions(std::string_view text);

enum class Likeness { same, different, unknown };  // unknown: it cannot be read now

// Whether the open file holds, where `position` says, what was read of it.
Likeness compare(int file, const FilePosition& position);
// The same; if so, the head becomes what the file holds by now.
Likeness verify(int file, FilePosition& position);
// It begins the same, but ends before the position: a copy that is being made.
bool holds_part(int file, const FilePosition& position);
// The same for bytes that come in order.
class Fingerprint {
 public:
  void add(std::string_view bytes);
  std::uint64_t length() const { return length_; }
  bool has_head(const FilePosition& position) const;
  bool has_tail(const FilePosition& position) const;  // length() is its offset
  void write_to(FilePosition& position) const;        // its offset becomes length()

 private:
  std::uint64_t length_ = 0;
  std::string head_, tail_;
};
// `begin`: the file's first bytes, kHeadBytesMax if it has so many. Zeros at their end may be space
// that the writer has reserved: they are no part of the head.
void set_head(std::string_view begin, FilePosition& position);
// Sets head and tail to what the open file holds.
void take_fingerprint(int file, FilePosition& position);

// Up to `length` bytes at `offset`; less at the end or on an error.
std::string read_at(int file, std::uint64_t offset, std::size_t length);

}  // namespace tocsin
