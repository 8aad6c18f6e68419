// SPDX-License-Identifier: Apache-2.0
#include "rules/message/redaction.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kPemBegin = "PRIVATE KEY-----";
constexpr std::string_view kPemEnd = "-----END";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_name_character(char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; }

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

// "private key" with at most one character between, as "private_key", "privateKey", "private key".
bool names_private_key(std::string_view lower_name) {
  constexpr std::string_view kPrivate = "private";
  for (auto at = lower_name.find(kPrivate); at != std::string_view::npos;
       at = lower_name.find(kPrivate, at + 1)) {
    const std::string_view rest = lower_name.substr(at + kPrivate.size());
    if (rest.starts_with("key") || (!rest.empty() && rest.substr(1).starts_with("key")))
      return true;
  }
  return false;
}

// A cursor over the text that is copied to `out` piece by piece.
class TextRedactor {
 public:
  explicit TextRedactor(std::string_view text) : text_(text) { out_.reserve(text.size()); }

  std::string run() {
    while (at_ < text_.size()) {
      if (text_.substr(at_).starts_with(kPemBegin)) {
        redact_pem();
      } else if (text_.substr(at_).starts_with("://")) {
        redact_user_info();
      } else if (is_name_character(text_[at_])) {
        read_word();
      } else {
        out_ += text_[at_++];
      }
    }
    return std::move(out_);
  }

 private:
  void copy_to(std::size_t end) {
    out_ += text_.substr(at_, end - at_);
    at_ = end;
  }

  void replace_to(std::size_t end) {
    out_ += kRedacted;
    at_ = end;
  }

  std::size_t skip(std::size_t from, std::string_view set) const {
    const auto found = text_.find_first_not_of(set, from);
    return found == std::string_view::npos ? text_.size() : found;
  }

  std::size_t find_end(std::size_t from, std::string_view set) const {
    const auto found = text_.find_first_of(set, from);
    return found == std::string_view::npos ? text_.size() : found;
  }

  // The lines between BEGIN and END; without END all that follows.
  void redact_pem() {
    copy_to(at_ + kPemBegin.size());
    const std::size_t end = std::min(text_.find(kPemEnd, at_), text_.size());
    if (end > at_) replace_to(end);
    const auto closed = text_.find(kPemBegin, at_);
    if (closed != std::string_view::npos) copy_to(closed + kPemBegin.size());
  }

  // https://user:password@host: what stands between ':' and '@'.
  void redact_user_info() {
    copy_to(at_ + 3);
    const std::size_t end = find_end(at_, "@/?# \t\"'");
    const std::size_t colon = find_end(at_, ":");
    if (end == text_.size() || text_[end] != '@' || colon >= end) return;
    copy_to(colon + 1);
    replace_to(end);
  }

  void read_word() {
    std::size_t end = at_;
    while (end < text_.size() && is_name_character(text_[end])) ++end;
    const std::string_view word = text_.substr(at_, end - at_);
    // "private key: x": the name goes on behind the space.
    const bool two_words =
        lower_case(word.substr(word.size() - std::min<std::size_t>(word.size(), 7))) == "private" &&
        lower_case(text_.substr(end, 4)) == " key";
    if (two_words) end += 4;
    const bool secret = two_words || is_secret_name(word);
    if (!secret) {
      copy_word(word, end);
      return;
    }
    const bool option = word.starts_with('-');
    const bool authorization = lower_case(word).find("authorization") != std::string::npos;
    copy_to(end);
    redact_value(option, authorization);
  }

  void copy_word(std::string_view word, std::size_t end) {
    if (is_access_key_id(word)) {
      out_ += mask_access_key(word);
      at_ = end;
    } else {
      copy_to(end);
    }
  }

  static bool is_access_key_id(std::string_view word) {
    constexpr std::array<std::string_view, 4> kPrefixes{"AKIA", "ASIA", "ABIA", "ACCA"};
    if (word.size() < 16 || word.size() > 128) return false;
    const bool prefixed = std::any_of(kPrefixes.begin(), kPrefixes.end(),
                                      [&](std::string_view p) { return word.starts_with(p); });
    return prefixed && std::all_of(word.begin(), word.end(), [](char c) {
             return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
           });
  }

  // Behind a secret name: an optional quote that closes it, a separator, the value. `option`: a
  // space separates too.
  void redact_value(bool option, bool authorization) {
    std::size_t next = at_;
    if (next < text_.size() && (text_[next] == '"' || text_[next] == '\'')) ++next;
    const std::size_t value = value_behind(next, option);
    if (value >= text_.size() || text_.substr(value).starts_with(kRedacted)) return;
    copy_to(value);
    if (text_[at_] == '"' || text_[at_] == '\'')
      redact_quoted(text_[at_]);
    else
      redact_bare(authorization);
  }

  // Where the value begins; the end of the text if there is none. "password= user=x" has an empty
  // one.
  std::size_t value_behind(std::size_t name_end, bool option) const {
    const std::size_t sign = skip(name_end, " \t");
    if (sign == text_.size()) return sign;
    if (text_[sign] != '=' && text_[sign] != ':')
      return option && sign > name_end ? sign : text_.size();
    const std::size_t behind = skip(sign, "=:>");
    const bool spaced = text_[sign] == ':' || sign > name_end;
    return spaced ? skip(behind, " \t") : behind;
  }

  void redact_quoted(char quote) {
    copy_to(at_ + 1);
    std::size_t end = at_;
    while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
    end = std::min(end, text_.size());
    if (end > at_ && !text_.substr(at_).starts_with(kRedacted)) replace_to(end);
  }

  // An authorization header has spaces and commas in it: all of it goes.
  void redact_bare(bool authorization) {
    const std::size_t end = find_end(at_, authorization ? "\"'\r\n" : " \t\r\n&;,\"')]}");
    if (end > at_) replace_to(end);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

bool is_secret_name(std::string_view name) {
  constexpr std::array<std::string_view, 5> kTerms{"secret", "password", "token", "credential",
                                                   "authorization"};
  const std::string folded = lower_case(name);
  return std::any_of(
             kTerms.begin(), kTerms.end(),
             [&](std::string_view term) { return folded.find(term) != std::string::npos; }) ||
         names_private_key(folded);
}

bool is_access_key_name(std::string_view name) { return lower_case(name).ends_with("accesskeyid"); }

std::string mask_access_key(std::string_view id) {
  constexpr std::size_t kKept = 4;
  constexpr std::string_view kMask = "****";
  if (id.empty()) return {};
  if (id.size() <= kKept) return std::string(kMask);
  return std::string(kMask).append(id.substr(id.size() - kKept));
}

std::string redact_text(std::string_view text) { return TextRedactor(text).run(); }

}  // namespace tocsin
