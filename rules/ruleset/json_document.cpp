// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/json_document.hpp"

#include <simdjson.h>

#include <map>
#include <optional>
#include <utility>

#include "rules/ruleset/source_text.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

namespace ondemand = simdjson::ondemand;

std::optional<unsigned> escaped_unit(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "\\u" || at + 6 > text.size()) return std::nullopt;
  unsigned unit = 0;
  const auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  if (error != std::errc{} || end != text.data() + at + 6) return std::nullopt;
  return unit;
}

// The library refuses unpaired surrogates; as U+FFFD they keep their length, and with it every
// place.
void replace_lone_surrogates(std::string& text) {
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const auto unit = escaped_unit(text, at);
    if (!unit || *unit < 0xd800 || *unit > 0xdfff) {
      at += 2;
      continue;
    }
    const auto next = escaped_unit(text, at + 6);
    const bool paired = *unit < 0xdc00 && next && *next >= 0xdc00 && *next <= 0xdfff;
    if (!paired) text.replace(at + 2, 4, "fffd");
    at += paired ? 12 : 6;
  }
}

bool is_json_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - begin;
  };
  if (text.substr(0, 1) == "-") ++at;
  const std::size_t whole = at;
  const std::size_t count = digits();
  if (count == 0 || (count > 1 && text[whole] == '0')) return false;
  if (at < text.size() && text[at] == '.' && (++at, digits() == 0)) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

// Ends the parse; the library's own errors come as simdjson_error.
struct GiveUp {
  const char* at;
  std::string code, text;
};

class TreeReader {
 public:
  TreeReader(const simdjson::padded_string& text, const std::string& file, Diagnostics& out)
      : begin_(text.data()),
        index_(std::string_view(text.data(), text.size())),
        file_(file),
        out_(out) {}

  SourceLocation place(const char* at) const {
    return index_.at(static_cast<std::size_t>(at - begin_), file_);
  }

  ConfigNode read(ondemand::value value, std::size_t depth) {
    std::string_view token = value.raw_json_token();
    token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
    if (++nodes_ > kSourceNodesMax)
      throw GiveUp{token.data(), "too-large",
                   "more than " + std::to_string(kSourceNodesMax) + " values"};
    if (depth > kSourceDepthMax)
      throw GiveUp{token.data(), "too-deep",
                   "nested more than " + std::to_string(kSourceDepthMax) + " levels deep"};
    ConfigNode node;
    node.where = place(token.data());
    switch (value.type()) {
      case ondemand::json_type::object:
        read_object(value.get_object(), depth, node);
        break;
      case ondemand::json_type::array:
        read_array(value.get_array(), depth, node);
        break;
      case ondemand::json_type::null:
        if (!value.is_null()) throw GiveUp{token.data(), "bad-json", "not a JSON value"};
        break;
      default:
        read_scalar(value, token, node);
    }
    return node;
  }

 private:
  void read_object(ondemand::object object, std::size_t depth, ConfigNode& node) {
    node.kind = ConfigNode::Kind::map;
    std::map<std::string, int> key_lines;
    for (auto field : object) {
      ConfigNode key;
      key.kind = ConfigNode::Kind::scalar;
      key.quoted = true;
      key.where = place(field.key().raw() - 1);
      key.scalar = std::string(std::string_view(field.unescaped_key()));
      ConfigNode value = read(field.value(), depth + 1);
      const auto [first, is_new] = key_lines.emplace(key.scalar, key.where.line);
      if (is_new)
        node.entries.emplace_back(std::move(key), std::move(value));
      else
        report(out_, "duplicate-key", key, "the key `" + key.scalar + "` is already there",
               "first on line " + std::to_string(first->second));
    }
  }
  void read_array(ondemand::array array, std::size_t depth, ConfigNode& node) {
    node.kind = ConfigNode::Kind::sequence;
    for (auto item : array) node.items.push_back(read(item.value(), depth + 1));
  }
  void read_scalar(ondemand::value value, std::string_view token, ConfigNode& node) {
    node.kind = ConfigNode::Kind::scalar;
    node.quoted = token.substr(0, 1) == "\"";
    if (node.quoted) {
      node.scalar = std::string(std::string_view(value.get_string()));
      return;
    }
    if (token != "true" && token != "false" && !is_json_number(token))
      throw GiveUp{token.data(), "bad-json", "not a JSON value"};
    node.scalar = std::string(token);
  }

  const char* begin_;
  LineIndex index_;
  const FileName file_;
  Diagnostics& out_;
  std::size_t nodes_ = 0;
};

}  // namespace

ConfigNode read_json(std::string_view text, const std::string& file, Diagnostics& out) {
  if (!check_source(text, file, out)) return {};
  std::string repaired(without_bom(text));
  replace_lone_surrogates(repaired);
  const simdjson::padded_string padded(repaired);
  ondemand::parser parser;
  ondemand::document document;
  bool begun = false;  // before that a document has no location
  TreeReader reader(padded, file, out);
  try {
    document = parser.iterate(padded);
    begun = true;
    ConfigNode root = reader.read(document.get_value(), 1);
    const char* rest = nullptr;
    if (document.current_location().get(rest) != simdjson::SUCCESS) return root;
    out.error("bad-json", reader.place(rest), "text after the end of the document");
  } catch (const GiveUp& stop) {
    out.error(stop.code, reader.place(stop.at), stop.text);
  } catch (const simdjson::simdjson_error& broken) {
    const char* at = nullptr;
    const bool located = begun && document.current_location().get(at) == simdjson::SUCCESS &&
                         at != nullptr && at >= padded.data() &&
                         at <= padded.data() + padded.size();
    out.error("bad-json", located ? reader.place(at) : SourceLocation{file, 0, 0}, broken.what());
  }
  return {};
}

}  // namespace tocsin
