// SPDX-License-Identifier: Apache-2.0
// JSON that only leaves: it becomes text as it is built, in the order given. Compact; bytes that
// are no UTF-8 become U+FFFD. What is read, looked at or changed is nlohmann-json's instead, which
// takes ten times as long for a document that is written once.
#pragma once
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "tocsin/utf8.hpp"

namespace tocsin {

namespace json_builder {

constexpr bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

// Bytes from `at` on that stand in a JSON string as they are: eight at a time, and what is left one
// by one.
inline std::size_t skip_plain(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = kOnes * 0x80;
  const auto has_zero = [](std::uint64_t v) { return (v - kOnes) & ~v; };
  while (text.size() - at >= sizeof(std::uint64_t)) {
    std::uint64_t v = 0;
    std::memcpy(&v, text.data() + at, sizeof v);
    const std::uint64_t low = (v - kOnes * 0x20) & ~v;
    const std::uint64_t quotes = has_zero(v ^ (kOnes * '"')) | has_zero(v ^ (kOnes * '\\'));
    if (((v | (v + kOnes) | low | quotes) & kHigh) != 0) break;
    at += sizeof v;
  }
  while (at < text.size() && is_plain(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

}  // namespace json_builder

// In quotes.
inline void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (std::size_t at = 0;;) {
    const std::size_t from = at;
    at = json_builder::skip_plain(text, at);
    out.append(text.data() + from, at - from);
    if (at == text.size()) break;
    const char c = text[at];
    if (c == '"' || c == '\\') {
      const char escaped[] = {'\\', c};
      out.append(escaped, 2);
    } else if (c == '\n' || c == '\r' || c == '\t') {
      out.append(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t", 2);
    } else if (const std::size_t length = code_point_length(text.substr(at)); length > 1) {
      out.append(text.data() + at, length);
      at += length - 1;
    } else if (length == 0) {
      out.append("\xEF\xBF\xBD", 3);
    } else {
      ((out += "\\u00") += kHex[static_cast<unsigned char>(c) >> 4]) += kHex[c & 0xF];
    }
    ++at;
  }
  out += '"';
}

template <std::integral Int>
void append_json_number(std::string& out, Int value) {
  std::array<char, 24> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
}

// The shortest digits that read back as `value`, with a point or an exponent, so that it stays a
// fraction: "2.0", "0.1", "1e+300". null if it is not finite.
inline void append_json_number(std::string& out, double value) {
  // What has up to so many digits before its point, or zeros behind it, has no exponent.
  constexpr int kDigitsMost = 15;
  constexpr int kZerosMost = 3;
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  // Counts, which most values are.
  if (value == std::trunc(value) && std::abs(value) < 1e15 && value != 0) {
    append_json_number(out, static_cast<long long>(value));
    out += ".0";
    return;
  }
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::scientific)
                       .ptr;
  std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t mark = text.find('e');
  int exponent = 0;
  const std::size_t sign = text[mark + 1] == '+' ? 1 : 0;  // from_chars takes a minus only
  std::from_chars(text.data() + mark + 1 + sign, end, exponent);
  if (exponent >= kDigitsMost || exponent < -kZerosMost - 1) {
    out += text;
    return;
  }
  if (text.front() == '-') out += '-';
  std::string digits;
  for (const char c : text.substr(0, mark))
    if (c >= '0' && c <= '9') digits += c;
  if (exponent < 0) digits.insert(0, static_cast<std::size_t>(-exponent), '0');
  const std::size_t whole = exponent < 0 ? 1 : static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) digits.append(whole + 1 - digits.size(), '0');
  out += digits.insert(whole, 1, '.');
}

class JsonBuilder {
 public:
  // What stands for a value while it is handed over. It points to texts, lists and documents: an
  // argument, never kept.
  class Value {
   public:
    Value(std::nullptr_t) {}                                    // NOLINT: implicit, as literals are
    Value(bool value) : held_(value) {}                         // NOLINT
    Value(double value) : held_(value) {}                       // NOLINT
    Value(const char* text) : Value(std::string_view(text)) {}  // NOLINT
    Value(const std::string& text) : Value(std::string_view(text)) {}  // NOLINT
    Value(std::string_view text) : held_(text) {}                      // NOLINT
    Value(const JsonBuilder& json) : held_(&json) {}                   // NOLINT
    Value(const std::vector<std::string>& texts) : held_(&texts) {}    // NOLINT
    Value(std::optional<double> value) {  // NOLINT: null if there is none
      if (value) held_ = *value;
    }
    template <std::integral Int>
    requires(!std::same_as<Int, bool>) Value(Int value) {  // NOLINT
      if constexpr (std::is_signed_v<Int>)
        held_ = static_cast<long long>(value);
      else
        held_ = static_cast<unsigned long long>(value);
    }

    void append_to(std::string& out) const {
      std::visit([&](const auto& value) { append(out, value); }, held_);
    }
    // About how many bytes.
    std::size_t size() const {
      constexpr std::size_t kOfNumber = 8;
      if (const auto* text = std::get_if<std::string_view>(&held_)) return text->size() + 2;
      const auto* json = std::get_if<const JsonBuilder*>(&held_);
      return json != nullptr ? (*json)->text_.size() + 1 : kOfNumber;
    }

   private:
    static void append(std::string& out, std::monostate) { out += "null"; }
    static void append(std::string& out, bool value) { out += value ? "true" : "false"; }
    static void append(std::string& out, long long value) { append_json_number(out, value); }
    static void append(std::string& out, unsigned long long value) {
      append_json_number(out, value);
    }
    static void append(std::string& out, double value) { append_json_number(out, value); }
    static void append(std::string& out, std::string_view text) { append_json_string(out, text); }
    static void append(std::string& out, const JsonBuilder* json) {
      out += json->text_;
      out += json->end_;
    }
    static void append(std::string& out, const std::vector<std::string>* texts) {
      out += '[';
      for (const std::string& text : *texts) {
        if (&text != &texts->front()) out += ',';
        append_json_string(out, text);
      }
      out += ']';
    }

    std::variant<std::monostate, bool, long long, unsigned long long, double, std::string_view,
                 const JsonBuilder*, const std::vector<std::string>*>
        held_;
  };
  struct Member {
    std::string_view name;
    Value value;
  };

  // An object.
  JsonBuilder(std::initializer_list<Member> members = {}) : JsonBuilder("{", "}") {
    std::size_t bytes = 1;
    for (const Member& m : members) bytes += m.name.size() + m.value.size() + 4;
    text_.reserve(bytes);
    for (const Member& m : members) add(m.name, m.value);
  }
  static JsonBuilder array() { return {"[", "]"}; }
  // A list of two.
  static JsonBuilder pair(const Value& first, const Value& second) {
    JsonBuilder out = array();
    out.push_back(first);
    out.push_back(second);
    return out;
  }
  // A whole value that is JSON already.
  static JsonBuilder raw(std::string json) { return {std::move(json), ""}; }

  // Of an object. The names are not compared: each is given once.
  void add(std::string_view name, const Value& value) {
    separate();
    append_json_string(text_, name);
    text_ += ':';
    value.append_to(text_);
  }
  // Of a list.
  void push_back(const Value& value) {
    separate();
    value.append_to(text_);
  }

  bool empty() const { return text_.size() <= 1; }
  std::string text() const& { return text_ + end_; }
  std::string text() && { return std::move(text_ += end_); }

 private:
  JsonBuilder(std::string begin, const char* end) : text_(std::move(begin)), end_(end) {}
  void separate() {
    if (!empty()) text_ += ',';
  }

  std::string text_;  // without its end
  const char* end_;
};

}  // namespace tocsin
