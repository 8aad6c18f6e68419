// SPDX-License-Identifier: Apache-2.0
// The texts of matched events that cannot be read from their files a second time (records of gzip
// objects, lines of a pipe), for the few that travel with a transition. They lie in a temporary
// file in the order in which they were read; memory is two blocks, and some 30 bytes for
// each that was written and for each file.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/cli/temporary_file.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

class EventTexts {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{128} << 10;

  explicit EventTexts(std::size_t block_bytes = kBlockBytes) : block_bytes_(block_bytes) {}

  // In order of file, and of position in it. Errors: those of TemporaryFile.
  Status add(std::uint32_t file, std::uint64_t position, std::string_view text);
  // Whether some text of the file was added.
  bool has(std::uint32_t file) const;
  // Empty: it was not added, or cannot be read any more.
  std::string find(std::uint32_t file, std::uint64_t position);

 private:
  using Key = std::pair<std::uint32_t, std::uint64_t>;  // file, position
  struct Block {
    Key first;
    std::uint64_t offset = 0;  // in the file
  };
  struct Head {
    std::uint64_t position = 0;
    std::uint32_t file = 0, size = 0;  // of the text behind it
  };

  std::size_t block_of(const Key& key) const;
  std::string_view load(std::size_t block);

  std::size_t block_bytes_;
  TemporaryFile file_;
  std::vector<std::uint32_t> files_;  // that have texts
  std::vector<Block> blocks_;         // the last one is open_
  std::string open_;
  std::string loaded_;  // of loaded_block_
  std::size_t loaded_block_ = static_cast<std::size_t>(-1);
};

}  // namespace tocsin
