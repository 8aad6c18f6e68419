// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/api_target.hpp"

#include <arpa/inet.h>

#include <utility>

namespace tocsin {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool parse_query(std::string_view text, std::multimap<std::string, std::string>& query) {
  if (text.empty()) return true;
  for (const std::string_view part : split(text, '&')) {
    const std::size_t equals = part.find('=');
    std::optional<std::string> name = percent_decode(part.substr(0, equals));
    std::optional<std::string> value =
        percent_decode(equals == std::string_view::npos ? "" : part.substr(equals + 1));
    if (!name || !value) return false;
    query.emplace(std::move(*name), std::move(*value));
  }
  return true;
}

}  // namespace

bool ApiTarget::matches(std::string_view path) const {
  const std::vector<std::string_view> wanted = split(path.substr(1), '/');
  if (wanted.size() != segments.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool fits = wanted[i] == "{}" ? !segments[i].empty() : wanted[i] == segments[i];
    if (!fits) return false;
  }
  return true;
}

std::vector<std::string> ApiTarget::names(std::string_view path) const {
  std::vector<std::string> out;
  const std::vector<std::string_view> wanted = split(path.substr(1), '/');
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i] == "{}") out.push_back(segments[i]);
  return out;
}

std::optional<ApiTarget> parse_target(std::string_view target) {
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  if (path.empty() || path.front() != '/') return std::nullopt;
  ApiTarget out;
  for (const std::string_view part : split(path.substr(1), '/')) {
    std::optional<std::string> segment = percent_decode(part);
    if (!segment) return std::nullopt;
    out.segments.push_back(std::move(*segment));
  }
  if (question != std::string_view::npos && !parse_query(target.substr(question + 1), out.query))
    return std::nullopt;
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos)
      out += c;
    else
      out.append("%").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
  }
  return out;
}

bool is_own_host(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const std::string address(host.substr(1, host.find(']') - 1));
    in6_addr parsed{};
    return ::inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
  }
  const std::string name(host.substr(0, host.find(':')));
  in_addr parsed{};
  return name == "localhost" || ::inet_pton(AF_INET, name.c_str(), &parsed) == 1;
}

}  // namespace tocsin
