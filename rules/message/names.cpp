// SPDX-License-Identifier: Apache-2.0
#include "rules/message/names.hpp"

#include <openssl/evp.h>

#include <array>

#include "rules/message/text.hpp"
#include "tocsin/json_builder.hpp"
#include "tocsin/result.hpp"

namespace tocsin {
namespace {

// RFC 4122 appendix C: 6ba7b811-9dad-11d1-80b4-00c04fd430c8.
constexpr std::array<unsigned char, 16> kUrlNamespace{
    0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};

std::string partition_of(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  return "aws";
}

std::string arn(const Identity& identity, std::string_view service, std::string_view resource) {
  std::string out = "arn:" + partition_of(identity.region) + ":";
  out.append(service).append(":").append(identity.region).append(":");
  return out.append(identity.account_id).append(":").append(resource);
}

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

// Looked up by OpenSSL once: that takes longer than a digest of a name.
const EVP_MD* sha1() {
  static const EVP_MD* const kind = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return kind;
}
const EVP_MD* sha256() {
  static const EVP_MD* const kind = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kind;
}

Digest digest_of(std::string_view text, const EVP_MD* kind) {
  Digest out{};
  const int made = EVP_Digest(text.data(), text.size(), out.data(), nullptr, kind, nullptr);
  TOCSIN_ASSERT(made == 1);
  return out;
}

void append_hex(std::string& out, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += kHex[byte >> 4];
  out += kHex[byte & 0xF];
}

}  // namespace

std::string alarm_arn(const Identity& identity, std::string_view alarm) {
  return arn(identity, "cloudwatch", "alarm:" + std::string(alarm));
}

std::string topic_arn(const Identity& identity, std::string_view topic) {
  return arn(identity, "sns", topic);
}

std::string mute_rule_arn(const Identity& identity, std::string_view name) {
  return arn(identity, "cloudwatch", "alarm-mute-rule:" + std::string(name));
}

std::vector<std::string> topic_arns(const Identity& identity,
                                    const std::vector<std::string>& topics) {
  std::vector<std::string> out;
  for (const std::string& topic : topics) out.push_back(topic_arn(identity, topic));
  return out;
}

std::string canonical_key(const AlarmKey& key) {
  std::string out = "{";
  for (const auto& [name, value] : key) {
    if (out.size() > 1) out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  return out += '}';
}

std::string dedup_key(const std::string& arn, const AlarmKey& key) {
  constexpr std::size_t kKeyBytes = 256;
  if (key.empty()) return arn;
  const std::string text = canonical_key(key);
  return arn + "#" + (text.size() <= kKeyBytes ? text : uuid_v5(text));
}

std::string contributor_id(const AlarmKey& key) {
  if (key.empty()) return {};
  const Digest digest = digest_of(canonical_key(key), sha256());
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) append_hex(out, digest[i]);
  return out;
}

std::string key_text(const AlarmKey& key) {
  std::string out;
  for (const auto& [name, value] : key) {
    if (!out.empty()) out += ", ";
    out += to_one_line(name) + "=" + (value.empty() ? "(none)" : to_one_line(value));
  }
  return out;
}

std::string uuid_v5(std::string_view name) {
  std::string text(kUrlNamespace.begin(), kUrlNamespace.end());
  text += name;
  Digest digest = digest_of(text, sha1());
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0F) | 0x50);
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3F) | 0x80);
  std::string out;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    append_hex(out, digest[i]);
  }
  return out;
}

}  // namespace tocsin
