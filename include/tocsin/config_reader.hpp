// SPDX-License-Identifier: Apache-2.0
// Typed, strict access to one map of a configuration document. Every decoder of rules, inputs and
// notifiers reads its options through it, so that all of them refuse the same mistakes with the
// same words:
//
//   ConfigReader read(options, "slack", out);
//   read.require("webhook_url", url);               // a missing key is an error
//   read.optional("retry_for", retry_for, {.least = minutes{1}, .most = days{14}});
//   read.finish();                                  // unknown keys, each with a suggestion
//
// A value that is absent or wrong leaves its target as it was: the default stands in the struct,
// beside the field. Messages never repeat the text of a value of type text, which may be a secret.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tocsin/config_node.hpp"
#include "tocsin/config_values.hpp"
#include "tocsin/diagnostics.hpp"
#include "tocsin/shared_value.hpp"
#include "tocsin/suggest.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// Bounds of a value, both inclusive.
template <class T>
struct Bounds {
  T least = std::numeric_limits<T>::lowest();
  T most = std::numeric_limits<T>::max();
};
template <>
struct Bounds<Duration> {
  Duration least{0};
  Duration most{Duration::max()};
};

// Whether one scalar may stand for a list of one.
enum class ListForm { list_only, scalar_or_list };

// How many bytes a caret under `node` should underline: of a scalar its text, else 1.
inline int caret_length(const ConfigNode& node) {
  if (!node.is_scalar()) return 1;
  const std::size_t length = node.scalar.size() + (node.quoted ? 2 : 0);
  return static_cast<int>(std::clamp<std::size_t>(length, 1, 1000));
}

inline void report(Diagnostics& out, std::string code, const ConfigNode& at, std::string text,
                   std::string hint = {}) {
  out.error(std::move(code), at.where, std::move(text), std::move(hint), caret_length(at));
}

inline std::string_view kind_name(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::null:
      return "nothing";
    case ConfigNode::Kind::scalar:
      return node.quoted ? "quoted text" : "a single value";
    case ConfigNode::Kind::sequence:
      return "a list";
    case ConfigNode::Kind::map:
      return "a map";
  }
  return "?";
}

// Values of single nodes. `name` is what the message calls it: a key, or "an item of `to`".
// Nothing: reported.
namespace config {

inline void wrong_type(const ConfigNode& node, std::string_view name, std::string_view wanted,
                       Diagnostics& out, std::string hint = {}) {
  report(out, "bad-type", node,
         "`" + std::string(name) + "` must be " + std::string(wanted) + ", but is " +
             std::string(kind_name(node)),
         std::move(hint));
}

inline std::optional<std::string> text(const ConfigNode& node, std::string_view name,
                                       Diagnostics& out) {
  if (node.is_scalar()) return node.scalar;
  std::string hint = node.is_map() ? "text with `{`, or with `: ` inside, must be quoted" : "";
  wrong_type(node, name, "text", out, std::move(hint));
  return std::nullopt;
}

inline std::optional<bool> boolean(const ConfigNode& node, std::string_view name,
                                   Diagnostics& out) {
  if (node.is_scalar() && !node.quoted && node.scalar == "true") return true;
  if (node.is_scalar() && !node.quoted && node.scalar == "false") return false;
  report(out, "bad-type", node, "`" + std::string(name) + "` must be true or false",
         node.quoted ? "without quotes" : "");
  return std::nullopt;
}

// Why a scalar is no number, as a hint.
inline std::string number_hint(const ConfigNode& node) {
  if (node.quoted) return "without quotes";
  const std::size_t digits = node.scalar.find_first_not_of('0');
  const bool zeros = node.is_scalar() && digits != 0 && digits != std::string::npos;
  if (zeros && parse_integer(std::string_view(node.scalar).substr(digits)))
    return "leading zeros are ambiguous: write " + node.scalar.substr(digits);
  return {};
}

template <class T>
std::optional<T> within(const ConfigNode& node, std::string_view name, T value, Bounds<T> bounds,
                        std::string (*show)(T), Diagnostics& out) {
  if (value >= bounds.least && value <= bounds.most) return value;
  const std::string limit =
      value < bounds.least ? "at least " + show(bounds.least) : "at most " + show(bounds.most);
  report(out, "bad-value", node, "`" + std::string(name) + "` must be " + limit);
  return std::nullopt;
}

inline std::optional<int> integer(const ConfigNode& node, std::string_view name, Bounds<int> bounds,
                                  Diagnostics& out) {
  std::optional<std::int64_t> value;
  if (node.is_scalar() && !node.quoted) value = parse_integer(node.scalar);
  if (!value) {
    report(out, "bad-type", node, "`" + std::string(name) + "` must be a whole number",
           number_hint(node));
    return std::nullopt;
  }
  const Bounds<std::int64_t> wide{bounds.least, bounds.most};
  const auto checked = within<std::int64_t>(
      node, name, *value, wide, [](std::int64_t v) { return std::to_string(v); }, out);
  if (!checked) return std::nullopt;
  return static_cast<int>(*checked);
}

inline std::string show_number(double value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return std::string(buffer, end);
}

inline std::optional<double> number(const ConfigNode& node, std::string_view name,
                                    Bounds<double> bounds, Diagnostics& out) {
  std::optional<double> value;
  if (node.is_scalar() && !node.quoted) value = parse_decimal(node.scalar);
  if (value) return within<double>(node, name, *value, bounds, show_number, out);
  report(out, "bad-type", node, "`" + std::string(name) + "` must be a number", number_hint(node));
  return std::nullopt;
}

inline std::optional<Duration> duration(const ConfigNode& node, std::string_view name,
                                        Bounds<Duration> bounds, Diagnostics& out) {
  std::optional<Duration> value;
  if (node.is_scalar()) value = parse_duration(node.scalar);
  if (value) return within<Duration>(node, name, *value, bounds, format_duration, out);
  report(out, "bad-value", node, "`" + std::string(name) + "` must be a duration",
         "such as 90s, 5m, 1h30m or 7d; a bare number is seconds");
  return std::nullopt;
}

inline std::optional<std::uint64_t> byte_size(const ConfigNode& node, std::string_view name,
                                              Bounds<std::uint64_t> bounds, Diagnostics& out) {
  std::optional<std::uint64_t> value;
  if (node.is_scalar()) value = parse_byte_size(node.scalar);
  if (value) return within<std::uint64_t>(node, name, *value, bounds, format_byte_size, out);
  report(out, "bad-value", node, "`" + std::string(name) + "` must be a size",
         "such as 64KiB or 1MiB; a bare number is bytes");
  return std::nullopt;
}

inline std::optional<std::vector<std::string>> text_list(const ConfigNode& node,
                                                         std::string_view name, ListForm form,
                                                         Diagnostics& out) {
  if (form == ListForm::scalar_or_list && node.is_scalar()) return std::vector{node.scalar};
  if (!node.is_sequence()) {
    wrong_type(node, name, "a list", out,
               node.is_scalar() ? "in brackets, or one item a line after \"- \"" : "");
    return std::nullopt;
  }
  std::vector<std::string> items;
  for (const ConfigNode& item : node.items)
    if (auto value = text(item, std::string(name) + "[]", out)) items.push_back(std::move(*value));
  return items;
}

// A map of texts, in file order: `tags: { cis: "4.3" }`.
inline std::optional<std::vector<std::pair<std::string, std::string>>> text_map(
    const ConfigNode& node, std::string_view name, Diagnostics& out) {
  if (!node.is_map()) {
    wrong_type(node, name, "a map of texts", out);
    return std::nullopt;
  }
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& [key, value] : node.entries)
    if (auto held = text(value, std::string(name) + "." + key.scalar, out))
      entries.emplace_back(key.scalar, std::move(*held));
  return entries;
}

}  // namespace config

class ConfigReader {
 public:
  // `what` names the map in messages: `log group "auth"`. Both outlive the reader. Not a map:
  // reported, and read as empty.
  ConfigReader(const ConfigNode& map, std::string what, Diagnostics& out)
      : map_(map), what_(std::move(what)), out_(out) {
    if (!map.is_map())
      report(out, "bad-type", map, what_ + " must be a map, but is " + std::string(kind_name(map)));
  }

  // The value of `key` (null included), which is known from now on; nullptr if it is absent.
  const ConfigNode* find(std::string_view key) {
    known_.push_back(key);
    return map_.find(key);
  }
  // The same, but absence is an error.
  const ConfigNode* find_required(std::string_view key) {
    const ConfigNode* node = find(key);
    if (node == nullptr && map_.is_map())
      out_.error("missing-key", map_.where, what_ + " needs `" + std::string(key) + "`");
    return node;
  }

  // Whether `target` was set. Further arguments: bounds, list form or table of names, as below.
  template <class T, class... Rest>
  bool optional(std::string_view key, T& target, Rest&&... rest) {
    const ConfigNode* node = find(key);
    return node != nullptr && decode(*node, key, target, std::forward<Rest>(rest)...);
  }
  template <class T>
  bool optional(std::string_view key, T& target, Bounds<T> bounds) {
    const ConfigNode* node = find(key);
    return node != nullptr && decode(*node, key, target, bounds);
  }
  template <class T, class... Rest>
  bool require(std::string_view key, T& target, Rest&&... rest) {
    const ConfigNode* node = find_required(key);
    return node != nullptr && decode(*node, key, target, std::forward<Rest>(rest)...);
  }
  template <class T>
  bool require(std::string_view key, T& target, Bounds<T> bounds) {
    const ConfigNode* node = find_required(key);
    return node != nullptr && decode(*node, key, target, bounds);
  }
  // Bytes: 64KiB.
  bool optional_size(std::string_view key, std::size_t& target, Bounds<std::uint64_t> bounds = {}) {
    const ConfigNode* node = find(key);
    if (node == nullptr) return false;
    return take(config::byte_size(*node, key, bounds, out_), target);
  }
  // One of the names of `table`, e.g. {{"full", Durability::full}, {"normal", Durability::normal}}.
  template <class T, std::size_t N>
  bool optional_name(std::string_view key, T& target,
                     const std::pair<std::string_view, T> (&table)[N]) {
    const ConfigNode* node = find(key);
    return node != nullptr &&
           decode_name(*node, key, target, std::span<const std::pair<std::string_view, T>>(table));
  }
  template <class T, std::size_t N>
  bool require_name(std::string_view key, T& target,
                    const std::pair<std::string_view, T> (&table)[N]) {
    const ConfigNode* node = find_required(key);
    return node != nullptr &&
           decode_name(*node, key, target, std::span<const std::pair<std::string_view, T>>(table));
  }

  // A key that the contract names and a later version builds: an error if it is there, never
  // ignored.
  void not_built(std::string_view key) {
    known_.push_back(key);
    for (const auto& [name, value] : map_.entries)
      if (name.scalar == key)
        report(out_, "not-built", name,
               "`" + std::string(key) + "` is not built yet in this version");
  }
  // Keys that somebody else reads.
  void allow(std::string_view key) { known_.push_back(key); }

  // Reports the keys that nobody has asked for. Once, at the end.
  void finish() {
    for (const auto& [key, value] : map_.entries)
      if (std::find(known_.begin(), known_.end(), key.scalar) == known_.end())
        report(out_, "unknown-key", key, what_ + " has no key `" + key.scalar + "`",
               suggest(key.scalar, known_));
  }

  const ConfigNode& map() const { return map_; }
  const std::string& what() const { return what_; }
  Diagnostics& diagnostics() { return out_; }

 private:
  template <class From, class To>
  static bool take(std::optional<From> value, To& target) {
    if (!value) return false;
    target = static_cast<To>(std::move(*value));
    return true;
  }
  bool decode(const ConfigNode& node, std::string_view key, std::string& target) {
    return take(config::text(node, key, out_), target);
  }
  bool decode(const ConfigNode& node, std::string_view key, bool& target) {
    return take(config::boolean(node, key, out_), target);
  }
  bool decode(const ConfigNode& node, std::string_view key, int& target, Bounds<int> bounds = {}) {
    return take(config::integer(node, key, bounds, out_), target);
  }
  bool decode(const ConfigNode& node, std::string_view key, double& target,
              Bounds<double> bounds = {}) {
    return take(config::number(node, key, bounds, out_), target);
  }
  bool decode(const ConfigNode& node, std::string_view key, Duration& target,
              Bounds<Duration> bounds = {}) {
    return take(config::duration(node, key, bounds, out_), target);
  }
  bool decode(const ConfigNode& node, std::string_view key, std::vector<std::string>& target,
              ListForm form = ListForm::list_only) {
    return take(config::text_list(node, key, form, out_), target);
  }
  bool decode(const ConfigNode& node, std::string_view key,
              std::vector<std::pair<std::string, std::string>>& target) {
    return take(config::text_map(node, key, out_), target);
  }
  template <class T, class... Rest>
  bool decode(const ConfigNode& node, std::string_view key, std::optional<T>& target,
              Rest... rest) {
    T value{};
    if (!decode(node, key, value, rest...)) return false;
    target = std::move(value);
    return true;
  }
  template <class T, class... Rest>
  bool decode(const ConfigNode& node, std::string_view key, Shared<T>& target, Rest... rest) {
    T value{};
    if (!decode(node, key, value, rest...)) return false;
    target = std::move(value);
    return true;
  }
  template <class T>
  bool decode_name(const ConfigNode& node, std::string_view key, T& target,
                   std::span<const std::pair<std::string_view, T>> table) {
    const auto written = config::text(node, key, out_);
    if (!written) return false;
    std::vector<std::string_view> names;
    for (const auto& [name, value] : table) {
      names.push_back(name);
      if (name != *written) continue;
      target = value;
      return true;
    }
    report(out_, "bad-value", node,
           "`" + std::string(key) + "` must be one of " + list_names(names),
           did_you_mean(*written, names));
    return false;
  }

  const ConfigNode& map_;
  std::string what_;
  Diagnostics& out_;
  std::vector<std::string_view> known_;
};

}  // namespace tocsin
