// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_tests/compact_json.hpp"

#include <nlohmann/json.hpp>

namespace tocsin {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// RFC 8259, section 6. An account id with a leading zero is not one.
bool is_json_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = at;
  at = skip_digits(text, at);
  if (at == whole || (text[whole] == '0' && at > whole + 1)) return false;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = ++at;
    at = skip_digits(text, at);
    if (at == fraction) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = at;
    at = skip_digits(text, at);
    if (at == exponent) return false;
  }
  return at == text.size();
}

std::string quote(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append(const ConfigNode& node, std::string& out) {
  switch (node.kind) {
    case ConfigNode::Kind::null:
      out += "null";
      return;
    case ConfigNode::Kind::scalar: {
      const bool bare = !node.quoted && (node.scalar == "true" || node.scalar == "false" ||
                                         is_json_number(node.scalar));
      out += bare ? node.scalar : quote(node.scalar);
      return;
    }
    case ConfigNode::Kind::sequence:
      out += '[';
      for (const ConfigNode& item : node.items) {
        if (&item != &node.items.front()) out += ',';
        append(item, out);
      }
      out += ']';
      return;
    case ConfigNode::Kind::map:
      out += '{';
      for (const auto& [key, value] : node.entries) {
        if (&key != &node.entries.front().key) out += ',';
        out += quote(key.scalar) + ":";
        append(value, out);
      }
      out += '}';
      return;
  }
}

}  // namespace

std::string compact_json(const ConfigNode& node) {
  std::string out;
  append(node, out);
  return out;
}

}  // namespace tocsin
