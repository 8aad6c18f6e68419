// SPDX-License-Identifier: Apache-2.0
#include "notifiers/mail_header.hpp"

#include <algorithm>

#include "notifiers/base64.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kEncodedWordBytes = 39;  // base64 of 39 bytes and the frame stay below 75
constexpr std::size_t kFoldAt = 76;
constexpr std::size_t kAddressMax = 254;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
  });
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = code_point_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 70 && std::all_of(name.begin(), name.end(), [](char c) {
    return c > 0x20 && c < 0x7f && c != ':';
  });
}

// Encoded words of whole code points, one a line.
std::string encode_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t length = 0;
    while (length < text.size()) {
      const std::size_t next = code_point_length(text.substr(length));
      if (length + next > kEncodedWordBytes) break;
      length += next;
    }
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + to_base64(text.substr(0, length)) + "?=";
    text.remove_prefix(length);
  }
  return out;
}

// Breaks at spaces, so that relays with short lines do not break it themselves. A word longer than
// a line stays whole.
std::string fold(std::string_view line) {
  std::string out;
  while (line.size() > kFoldAt) {
    auto at = line.rfind(' ', kFoldAt);
    // The space after "Name:" is no place to fold: some receivers read an empty value.
    if (at == std::string_view::npos || at <= line.find(':') + 1) at = line.find(' ', kFoldAt);
    if (at == std::string_view::npos || at + 1 >= line.size()) break;
    out += line.substr(0, at);
    out += "\r\n";
    line.remove_prefix(at);
    if (line.find_first_not_of(' ') == std::string_view::npos) break;
  }
  return out.append(line);
}

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return false;
  return text.size() <= kAddressMax && is_utf8(text) && !has_control(text) &&
         text.find_first_of(" <>()[]\\,;:\"") == std::string_view::npos && text.find('@') == at;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Only the display name may be encoded: an encoded address is none.
Result<std::string> encode_mailbox(const std::string& field, std::string_view value) {
  const auto mailbox = parse_mail_address(value);
  if (!mailbox) return Error{"bad-header", field + "not a mail address"};
  if (is_ascii(mailbox->display_name)) return field + format_mail_address(*mailbox);
  return field + encode_words(mailbox->display_name) + "\r\n <" + mailbox->address + ">";
}

}  // namespace

Result<std::string> encode_mail_header(std::string_view name, std::string_view value) {
  if (!is_name(name)) return Error{"bad-header", "not a header name"};
  const std::string field = std::string(name) + ": ";
  if (has_control(value))
    return Error{"bad-header", std::string(name) + " contains a control character"};
  if (!is_utf8(value)) return Error{"bad-header", std::string(name) + " is not UTF-8"};
  if (name == "From" || name == "To") return encode_mailbox(field, value);
  // "=?" in plain text would be read as an encoded word. A word that no fold can break is encoded
  // too.
  const auto word_end = [&](std::size_t from) {
    return std::min(value.find(' ', from), value.size());
  };
  bool too_long = false;
  for (std::size_t i = 0; i < value.size(); i = word_end(i) + 1)
    too_long = too_long || word_end(i) - i > 900;
  if (!is_ascii(value) || value.find("=?") != std::string_view::npos || too_long)
    return field + encode_words(value);
  return fold(field + std::string(value));
}

std::optional<MailAddress> parse_mail_address(std::string_view text) {
  text = trim(text);
  MailAddress result;
  if (!text.empty() && text.back() == '>') {
    const auto open = text.rfind('<');
    if (open == std::string_view::npos) return std::nullopt;
    std::string_view name = trim(text.substr(0, open));
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
      name = name.substr(1, name.size() - 2);
    if (has_control(name) || !is_utf8(name) ||
        name.find_first_of("\"\\<>") != std::string_view::npos)
      return std::nullopt;
    result.display_name = name;
    text = text.substr(open + 1, text.size() - open - 2);
  }
  if (!is_address(text)) return std::nullopt;
  result.address = text;
  return result;
}

std::string format_mail_address(const MailAddress& a) {
  if (a.display_name.empty()) return a.address;
  return "\"" + a.display_name + "\" <" + a.address + ">";
}

std::string mail_domain(std::string_view text) {
  std::string domain;
  for (const char c : text) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '.';
    if (fits && !(c == '.' && (domain.empty() || domain.back() == '.'))) domain += c;
  }
  while (!domain.empty() && domain.back() == '.') domain.pop_back();
  return domain.empty() ? "tocsin" : domain;
}

}  // namespace tocsin
