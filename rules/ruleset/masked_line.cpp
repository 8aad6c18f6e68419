// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/masked_line.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "rules/message/redaction.hpp"

namespace tocsin {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr std::size_t kJudged = 256;  // of a value

// Beside names that say so.
constexpr std::array<std::string_view, 3> kSecretKeys{"url", "webhook_url", "cookie"};
// Somebody may have written a URL or a key in the place of a map. They name templates too, which
// are shown.
constexpr std::array<std::string_view, 6> kChannels{"slack",    "teams",     "webhook",
                                                    "dead_man", "pagerduty", "alertmanager"};

template <class Names>
bool is_among(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

bool is_quote(char c) { return c == '"' || c == '\''; }

bool hides_value(std::string_view key, std::string_view value) {
  std::string name(key);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  if (is_among(kChannels, name))
    return value.find_first_of(" {") == kNone ||
           value.substr(is_quote(value[0]) ? 1 : 0, 4) == "http";
  return name.ends_with("_key") || is_secret_name(name) || is_among(kSecretKeys, name);
}

// The key that ends before the colon; empty: none does.
std::string_view key_before(std::string_view line, std::size_t colon) {
  const std::size_t end = colon > 0 && is_quote(line[colon - 1]) ? colon - 1 : colon;
  std::size_t begin = end;
  while (begin > 0 && is_word(line[begin - 1])) --begin;
  // "${credential:NAME}" says where a secret is.
  if (line.substr(0, begin).ends_with("${")) return {};
  return line.substr(begin, end - begin);
}

class LineMask {
 public:
  explicit LineMask(std::string_view line) : line_(line), masked_(line) {}

  std::string run() {
    for (auto at = line_.find(':'); at < line_.size(); at = line_.find(':', at + 1)) {
      if (line_.substr(at, 3) == "://") mask_user(at + 3);
      const std::size_t value = line_.find_first_not_of(' ', at + 1);
      if (value != kNone && hides_value(key_before(line_, at), line_.substr(value, kJudged)))
        at = std::max(at, mask(value));
    }
    return std::move(masked_);
  }

 private:
  void fill(std::size_t begin, std::size_t end) {
    std::fill(masked_.begin() + static_cast<std::ptrdiff_t>(begin),
              masked_.begin() + static_cast<std::ptrdiff_t>(end), '*');
  }

  void mask_user(std::size_t begin) {
    const std::size_t end = std::min(line_.find_first_of("/ \"'", begin), line_.size());
    const std::size_t user = line_.substr(begin, end - begin).rfind('@');
    if (user != kNone) fill(begin, begin + user);
  }

  // Where the line goes on, less one.
  std::size_t mask(std::size_t at) {
    if (line_[at] == '{') return 0;  // its keys say what is secret
    if (line_[at] != '[') {
      const std::size_t end = end_of(at, false);
      mask_scalar(at, end);
      return end - 1;
    }
    std::size_t last = 0;
    for (at = line_.find_first_not_of("[ ", at); at < line_.size() && line_[at] != ']';) {
      if (line_[at] == '{') return last;
      const std::size_t end = end_of(at, true);
      mask_scalar(at, end);
      last = end - 1;
      at = line_.find_first_not_of(", ", std::max(at + 1, end + (is_quote(line_[at]) ? 1 : 0)));
    }
    return last;
  }

  // Behind the value that begins at `at`: at its closing quote, or before a comma, brace or
  // comment.
  std::size_t end_of(std::size_t at, bool in_list) const {
    const char quote = line_[at];
    if (!is_quote(quote) && in_list) return std::min(line_.find_first_of(",]", at), line_.size());
    if (!is_quote(quote))
      return std::min({line_.find(", ", at), line_.find(" }", at), line_.find('}', at),
                       line_.find(" #", at), line_.size()});
    std::size_t end = at + 1;
    while (end < line_.size() && line_[end] != quote)
      end += line_[end] == '\\' && quote == '"' ? 2 : 1;
    return std::min(end, line_.size());
  }

  void mask_scalar(std::size_t begin, std::size_t end) {
    begin += is_quote(line_[begin]) ? 1 : 0;
    const std::string_view value = line_.substr(begin, end - begin);
    if (value.starts_with("${credential:")) return;
    const std::size_t host = value.find("://");
    if (host != kNone) mask_user(begin + host + 3);
    const std::size_t path = host == kNone ? 0 : value.find_first_of("/?#", host + 3);
    if (path != kNone) fill(begin + path, end);
  }

  std::string_view line_;
  std::string masked_;
};

}  // namespace

std::string masked_line(std::string_view line) { return LineMask(line).run(); }

}  // namespace tocsin
