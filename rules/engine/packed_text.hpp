// SPDX-License-Identifier: Apache-2.0
// Short texts that lie in memory for long, as the reasons of a hundred thousand alarms do: pairs of
// digits, times and the phrases of spec/alarms.md section 6 are written in a few bytes, so that a
// reason with its data takes a fourth of its length. Any bytes come back as they went in.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tocsin {

// Appends the codes of `text` to `out`, and back.
void pack_text(std::string_view text, std::string& out);
std::string unpack_text(std::string_view codes);

// Two texts; of each at most the first 16 KiB. What is short enough takes no memory of its
// own: a change of state of every alarm at once must not scatter small pieces over all that it
// needs in passing.
class PackedTexts {
 public:
  PackedTexts() = default;
  PackedTexts(std::string_view first, std::string_view second);

  std::string first() const;
  std::string second() const;
  // Bytes of codes.
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kInline = 60;

  std::string_view codes() const { return {more_ == nullptr ? here_.data() : more_.get(), size_}; }

  std::unique_ptr<char[]> more_;  // those that do not fit
  std::uint16_t size_ = 0;
  std::uint16_t first_ = 0;  // bytes of the first text
  std::array<char, kInline> here_{};
};

}  // namespace tocsin
