// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/file_position.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <nlohmann/json.hpp>

namespace tocsin {
namespace {

using Json = nlohmann::json;

std::string to_hex(std::uint64_t value) {
  char digits[16];
  return {digits, std::to_chars(digits, digits + sizeof digits, value, 16).ptr};
}

std::uint64_t from_hex(const Json& json) {
  std::uint64_t value = 0;
  const auto& text = json.get_ref<const std::string&>();
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

Json to_json(const FilePosition& p) {
  Json json{{"dev", p.id.device},
            {"ino", p.id.inode},
            {"off", p.offset},
            {"head", {p.head_length, to_hex(p.head_hash)}},
            {"tail", to_hex(p.tail_hash)},
            {"at", to_ms(p.seen_at)}};
  if (p.is_in_long_line) json["cut"] = true;
  if (p.is_closed) json["end"] = true;
  return json;
}

FilePosition from_json(const Json& json) {
  FilePosition p;
  p.id = {json.at("dev").get<std::uint64_t>(), json.at("ino").get<std::uint64_t>()};
  p.offset = json.at("off").get<std::uint64_t>();
  p.head_length =
      std::min<std::uint64_t>(json.at("head").at(0).get<std::uint64_t>(), kHeadBytesMax);
  p.head_hash = from_hex(json.at("head").at(1));
  p.tail_hash = from_hex(json.at("tail"));
  p.is_in_long_line = json.contains("cut");
  p.is_closed = json.contains("end");
  p.seen_at = instant_from_ms(json.at("at").get<std::int64_t>());
  return p;
}

}  // namespace

std::string encode_positions(const std::vector<FilePosition>& files) {
  Json json = Json::array();
  for (const FilePosition& file : files) json.push_back(to_json(file));
  return json.dump();
}

std::optional<std::vector<FilePosition>> decode_positions(std::string_view text) try {
  std::vector<FilePosition> files;
  for (const Json& file : Json::parse(text)) files.push_back(from_json(file));
  return files;
} catch (const Json::exception&) {
  return std::nullopt;
}

std::string read_at(int file, std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  std::size_t have = 0;
  while (have < length) {
    const ssize_t got =
        ::pread(file, bytes.data() + have, length - have, static_cast<off_t>(offset + have));
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

Likeness compare(int file, const FilePosition& position) {
  FilePosition grown = position;
  return verify(file, grown);
}

Likeness verify(int file, FilePosition& position) {
  const std::uint64_t length = position.tail_length();
  errno = 0;
  const std::string tail = read_at(file, position.offset - length, length);
  const std::string begin = read_at(file, 0, kHeadBytesMax);
  if (errno != 0) return Likeness::unknown;
  const std::string_view head = std::string_view(begin).substr(0, position.head_length);
  const bool is_same = tail.size() == length && hash_bytes(tail) == position.tail_hash &&
                       head.size() == position.head_length &&
                       hash_bytes(head) == position.head_hash;
  if (is_same && position.head_length < kHeadBytesMax) set_head(begin, position);
  return is_same ? Likeness::same : Likeness::different;
}

bool holds_part(int file, const FilePosition& position) {
  const std::string head = read_at(file, 0, position.head_length);
  return head.size() == position.head_length && hash_bytes(head) == position.head_hash &&
         read_at(file, position.offset, 1).empty();
}

void Fingerprint::add(std::string_view bytes) {
  length_ += bytes.size();
  if (head_.size() < kHeadBytesMax) head_ += bytes.substr(0, kHeadBytesMax - head_.size());
  if (bytes.size() >= kTailBytesMax) tail_.clear();
  tail_ += bytes.substr(bytes.size() - std::min(bytes.size(), kTailBytesMax));
  if (tail_.size() > kTailBytesMax) tail_.erase(0, tail_.size() - kTailBytesMax);
}

bool Fingerprint::has_head(const FilePosition& position) const {
  const std::string_view head = std::string_view(head_).substr(0, position.head_length);
  return head.size() == position.head_length && hash_bytes(head) == position.head_hash;
}

bool Fingerprint::has_tail(const FilePosition& position) const {
  return length_ == position.offset && hash_bytes(tail_) == position.tail_hash;
}

void Fingerprint::write_to(FilePosition& position) const {
  position.offset = length_;
  position.head_length = head_.size();
  position.head_hash = hash_bytes(head_);
  position.tail_hash = hash_bytes(tail_);
}

void set_head(std::string_view begin, FilePosition& position) {
  const std::size_t text_end = begin.find_last_not_of('\0') + 1;
  const std::size_t read = std::min<std::uint64_t>(position.offset, begin.size());
  const std::string_view head = begin.substr(0, std::max(text_end, read));
  position.head_length = head.size();
  position.head_hash = hash_bytes(head);
}

void take_fingerprint(int file, FilePosition& position) {
  set_head(read_at(file, 0, kHeadBytesMax), position);
  const std::uint64_t length = position.tail_length();
  position.tail_hash = hash_bytes(read_at(file, position.offset - length, length));
}

}  // namespace tocsin
