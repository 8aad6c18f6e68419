// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time/plain_time.hpp"

#include <array>
#include <cstdint>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

// Reads at places that are there; whatever should not stand at one is remembered.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}

  int digit(std::size_t at) {
    const unsigned value = static_cast<unsigned char>(text_[at]) - unsigned{'0'};
    wrong_ = wrong_ || value > 9;
    return static_cast<int>(value);
  }
  int two(std::size_t at) { return digit(at) * 10 + digit(at + 1); }
  void expect(std::size_t at, char c) { wrong_ = wrong_ || text_[at] != c; }
  // hh:mm:ss
  void time_of_day(std::size_t at, WrittenTime& out) {
    out.hour = two(at);
    expect(at + 2, ':');
    out.minute = two(at + 3);
    expect(at + 5, ':');
    out.second = two(at + 6);
  }
  bool all_right() const { return !wrong_; }

 private:
  std::string_view text_;
  bool wrong_ = false;
};

// Three letters in lower case. No byte but a letter becomes a letter so.
constexpr std::uint32_t letters(char a, char b, char c) {
  const auto byte = [](char letter) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(letter));
  };
  return byte(a) | byte(b) << 8 | byte(c) << 16 | 0x202020;
}

constexpr std::array<std::uint32_t, 12> kMonths = {
    letters('j', 'a', 'n'), letters('f', 'e', 'b'), letters('m', 'a', 'r'), letters('a', 'p', 'r'),
    letters('m', 'a', 'y'), letters('j', 'u', 'n'), letters('j', 'u', 'l'), letters('a', 'u', 'g'),
    letters('s', 'e', 'p'), letters('o', 'c', 't'), letters('n', 'o', 'v'), letters('d', 'e', 'c')};

}  // namespace

int month_of(std::string_view name) {
  if (name.size() < 3) return 0;
  const std::uint32_t wanted = letters(name[0], name[1], name[2]);
  int month = 0;
  for (std::size_t i = 0; i < kMonths.size(); ++i)
    if (kMonths[i] == wanted) month = static_cast<int>(i) + 1;
  return month;
}

std::size_t read_plain_utc(std::string_view text, WrittenTime& out) {
  constexpr std::size_t kSize = std::string_view("dddd-dd-ddTdd:dd:ddZ").size();
  if (text.size() < kSize || text[kSize - 1] != 'Z') return 0;
  if (text.size() > kSize && is_alphanumeric(text[kSize])) return 0;
  Places places(text);
  out.year = places.two(0) * 100 + places.two(2);
  places.expect(4, '-');
  out.month = places.two(5);
  places.expect(7, '-');
  out.day = places.two(8);
  places.expect(10, 'T');
  places.time_of_day(11, out);
  out.offset = Duration{0};
  return places.all_right() ? kSize : 0;
}

std::size_t read_plain_syslog(std::string_view text, WrittenTime& out) {
  constexpr std::size_t kSize = std::string_view("Mmm dd dd:dd:dd").size();
  if (text.size() < kSize || text[3] != ' ' || text[6] != ' ') return 0;
  if (text.size() > kSize && (text[kSize] == '.' || text[kSize] == ',')) return 0;  // a fraction
  Places places(text);
  out.month = month_of(text);
  out.day = text[4] == ' ' ? places.digit(5) : places.two(4);
  places.time_of_day(7, out);
  return places.all_right() && out.month != 0 ? kSize : 0;
}

std::size_t read_plain_apache(std::string_view text, WrittenTime& out) {
  constexpr std::size_t kSize = std::string_view("dd/Mmm/dddd:dd:dd:dd +dddd").size();
  if (text.size() < kSize || text[6] != '/' || text[20] != ' ') return 0;
  if (text.size() > kSize && is_digit(text[kSize])) return 0;
  const bool west = text[21] == '-';
  Places places(text);
  if (!west) places.expect(21, '+');
  out.day = places.two(0);
  places.expect(2, '/');
  out.month = month_of(text.substr(3));
  out.year = places.two(7) * 100 + places.two(9);
  places.expect(11, ':');
  places.time_of_day(12, out);
  const int hour = places.two(22), minute = places.two(24);
  if (!places.all_right() || out.month == 0 || hour > 23 || minute > 59) return 0;
  const Duration offset = hours{hour} + minutes{minute};
  out.offset = west ? -offset : offset;
  return kSize;
}

}  // namespace tocsin
