// SPDX-License-Identifier: Apache-2.0
#include "rules/message/syslog_line.hpp"

#include <array>
#include <cstddef>
#include <optional>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

// Takes the next word off `rest`; spaces before it are skipped.
std::string_view take_word(std::string_view& rest) {
  const auto begin = rest.find_first_not_of(' ');
  if (begin == std::string_view::npos) return rest = {};
  rest.remove_prefix(begin);
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

bool is_month(std::string_view word) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (const std::string_view month : kMonths)
    if (word == month) return true;
  return false;
}

bool is_clock(std::string_view word) {
  return word.size() >= 8 && is_digit(word[0]) && word[2] == ':' && word[5] == ':';
}

bool is_iso_time(std::string_view word) {
  return word.size() >= 19 && is_digit(word[0]) && word[4] == '-' && word[10] == 'T';
}

// What follows the time of a syslog line, if it begins with one.
std::optional<std::string_view> behind_time(std::string_view line) {
  if (line.starts_with('<') && line.find('>') <= 4) line.remove_prefix(line.find('>') + 1);
  std::string_view rest = line;
  const std::string_view first = take_word(rest);
  if (is_iso_time(first)) return rest;
  if (!is_month(first)) return std::nullopt;
  const std::string_view day = take_word(rest);
  if (day.empty() || day.size() > 2 || !is_digit(day[0])) return std::nullopt;
  return is_clock(take_word(rest)) ? std::optional(rest) : std::nullopt;
}

}  // namespace

SyslogLine split_syslog(std::string_view line) {
  const std::optional<std::string_view> head = behind_time(line);
  if (!head) return {{}, {}, line};
  std::string_view rest = *head;
  const std::string_view host = take_word(rest);
  std::string_view program = take_word(rest);
  if (!program.ends_with(':') || !rest.starts_with(' ')) return {{}, {}, line};
  program.remove_suffix(1);
  program = program.substr(0, program.find('['));
  return {host, program, rest.substr(1)};
}

}  // namespace tocsin
