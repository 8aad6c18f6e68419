// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/event_texts.hpp"

#include <algorithm>
#include <cstring>

namespace tocsin {

Status EventTexts::add(std::uint32_t file, std::uint64_t position, std::string_view text) {
  if (open_.size() >= block_bytes_) {
    if (Status written = file_.append(open_); !written) return written;
    open_.clear();
  }
  if (files_.empty() || files_.back() != file) files_.push_back(file);
  if (open_.empty()) blocks_.push_back({{file, position}, file_.size()});
  const Head head{position, file, static_cast<std::uint32_t>(text.size())};
  open_.append(reinterpret_cast<const char*>(&head), sizeof head);
  open_ += text;
  return success();
}

// The last one that begins at or before `key`; how many there are, if none does.
std::size_t EventTexts::block_of(const Key& key) const {
  const auto after =
      std::upper_bound(blocks_.begin(), blocks_.end(), key,
                       [](const Key& wanted, const Block& block) { return wanted < block.first; });
  return after == blocks_.begin() ? blocks_.size()
                                  : static_cast<std::size_t>(after - blocks_.begin()) - 1;
}

std::string_view EventTexts::load(std::size_t block) {
  if (block + 1 == blocks_.size()) return open_;
  if (loaded_block_ == block) return loaded_;
  loaded_.resize(blocks_[block + 1].offset - blocks_[block].offset);
  loaded_block_ = block;
  if (!file_.read(blocks_[block].offset, loaded_)) loaded_.clear();
  return loaded_;
}

bool EventTexts::has(std::uint32_t file) const {
  return std::binary_search(files_.begin(), files_.end(), file);
}

std::string EventTexts::find(std::uint32_t file, std::uint64_t position) {
  const std::size_t block = block_of({file, position});
  if (block == blocks_.size()) return {};
  for (std::string_view rest = load(block); rest.size() >= sizeof(Head);) {
    Head head;
    std::memcpy(&head, rest.data(), sizeof head);
    const std::string_view text = rest.substr(sizeof head, head.size);
    if (head.file == file && head.position == position) return std::string(text);
    rest.remove_prefix(sizeof head + text.size());
  }
  return {};
}

}  // namespace tocsin
