// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/event_code.hpp"

#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

namespace tocsin {
namespace {

class Writer {
 public:
  explicit Writer(std::string& bytes) : bytes_(bytes) {}

  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const T& value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  // Mostly a single byte.
  void put_number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  void put(const std::string& text) {
    put_number(text.size());
    bytes_ += text;
  }
  template <class T>
  void put_optional(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }

 private:
  std::string& bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void get(T& value) {
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
  }
  std::uint64_t get_number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
  }
  void get(std::string& text) {
    const std::uint64_t size = get_number();
    text.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  template <class T>
  void get_optional(std::optional<T>& value) {
    bool has = false;
    get(has);
    if (has)
      get(value.emplace());
    else
      value.reset();
  }

 private:
  std::string_view rest_;
};

}  // namespace

void encode_event(const MatchedEvent& e, std::string& bytes) {
  Writer out(bytes);
  out.put(e.event_id);
  out.put_number(e.samples.size());
  for (const Sample& sample : e.samples) {
    out.put_number(sample.filter);
    out.put_optional(sample.value);
    out.put_number(sample.dimensions.size());
    for (const auto& value : sample.dimensions) out.put_optional(value);
  }
}

void decode_event(std::string_view bytes, MatchedEvent& e) {
  e.message.clear();
  if (bytes.empty()) {
    e.event_id.clear();
    e.samples.clear();
    return;
  }
  Reader in(bytes);
  in.get(e.event_id);
  e.samples.resize(in.get_number());
  for (Sample& sample : e.samples) {
    sample.filter = static_cast<std::uint32_t>(in.get_number());
    in.get_optional(sample.value);
    sample.dimensions.resize(in.get_number());
    for (auto& value : sample.dimensions) in.get_optional(value);
  }
}

}  // namespace tocsin
