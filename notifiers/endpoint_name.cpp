// SPDX-License-Identifier: Apache-2.0
#include "notifiers/endpoint_name.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "notifiers/text.hpp"

namespace tocsin {
namespace {

std::array<unsigned char, 16> digest(std::string_view name) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> full{};
  SHA256(reinterpret_cast<const unsigned char*>(name.data()), name.size(), full.data());
  std::array<unsigned char, 16> half{};
  std::copy_n(full.begin(), half.size(), half.begin());
  return half;
}

std::string hex(const std::array<unsigned char, 16>& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char b : bytes) {
    text += kDigits[b >> 4];
    text += kDigits[b & 15];
  }
  return text;
}

bool breaks_url(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7f || c == '\\';
}

// The host of "user:secret@host:port".
std::string host_of(std::string_view authority) {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  if (!authority.empty() && authority.front() == '[') {
    const auto close = authority.find(']');
    return close == std::string_view::npos ? "" : std::string(authority.substr(1, close - 1));
  }
  return std::string(authority.substr(0, authority.find(':')));
}

}  // namespace

Result<WebTarget> parse_web_target(std::string_view url) {
  if (std::any_of(url.begin(), url.end(), breaks_url))
    return Error{"bad-url", "a URL has no spaces, backslashes or control characters"};
  const auto mark = url.find("://");
  WebTarget target;
  if (mark != std::string_view::npos) target.scheme = lower_case(url.substr(0, mark));
  if (target.scheme != "http" && target.scheme != "https")
    return Error{"bad-url", "a URL must begin with https:// or http://"};
  const std::string_view rest = url.substr(mark + 3);
  target.host = host_of(rest.substr(0, rest.find_first_of("/?#")));
  if (target.host.empty()) return Error{"bad-url", "the URL names no host"};
  return target;
}

std::string name_hash(std::string_view name) { return hex(digest(name)); }

std::string name_uuid(std::string_view name) {
  auto bytes = digest(name);
  bytes[6] = static_cast<unsigned char>(0x80 | (bytes[6] & 0x0F));
  bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3F));
  std::string text = hex(bytes);
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
  return text;
}

std::string endpoint_id(std::string_view topic, std::string_view type, std::string_view target) {
  return std::string(topic).append("/").append(type).append("/").append(target);
}

std::string endpoint_id_of_secret(std::string_view topic, std::string_view type,
                                  std::string_view secret_target) {
  return endpoint_id(topic, type, name_hash(secret_target));
}

}  // namespace tocsin
