// SPDX-License-Identifier: Apache-2.0
#include "rules/message/evidence.hpp"

#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "rules/message/json_tree.hpp"
#include "rules/message/redaction.hpp"
#include "rules/message/text.hpp"
#include "rules/pattern/json_event.hpp"
#include "rules/pattern/parser.hpp"
#include "rules/pattern/selector.hpp"
#include "tocsin/json_builder.hpp"

namespace tocsin {
namespace {

// Deeper levels become "...": receivers' parsers have bounds of their own.
constexpr int kLevels = 64;

bool is_container(const JsonNode& node) {
  return node.kind == JsonNode::Kind::object || node.kind == JsonNode::Kind::array;
}

// {"name": "DB_PASSWORD", "value": "..."}, as environments and tags are written.
bool is_secret_pair(const JsonNode& object) {
  for (const JsonNode* child = object.first_child; child != nullptr; child = child->next) {
    const bool names = child->name == "name" || child->name == "key" || child->name == "Name" ||
                       child->name == "Key";
    if (names && child->kind == JsonNode::Kind::string && is_secret_name(child->text)) return true;
  }
  return false;
}

JsonTree scalar(const JsonNode& node, std::string_view name, bool secret) {
  switch (node.kind) {
    case JsonNode::Kind::null:
      return JsonTree::literal("null");
    case JsonNode::Kind::boolean:
      return JsonTree::literal(node.boolean ? "true" : "false");
    case JsonNode::Kind::number:
      return secret ? JsonTree::string(kRedacted) : JsonTree::literal(std::string(node.text));
    case JsonNode::Kind::string:
    case JsonNode::Kind::object:
    case JsonNode::Kind::array:
      break;
  }
  if (secret && !node.text.empty()) return JsonTree::string(kRedacted);
  if (is_access_key_name(name)) return JsonTree::string(mask_access_key(node.text));
  return JsonTree::string(redact_text(node.text));
}

using Nodes = std::unordered_set<const JsonNode*>;

// A text that is no selector selects nothing.
Nodes select(const std::vector<std::string>& selectors, const JsonNode& root) {
  Nodes out;
  for (const std::string& text : selectors) {
    const std::optional<ast::Selector> selector = parse_reference(text);
    if (!selector) continue;
    any_selected(*selector, root, [&](const JsonNode& node) {
      out.insert(&node);
      return false;
    });
  }
  return out;
}

// Copies what may be kept of a document.
class Copier {
 public:
  Copier(const EvidenceSpec& spec, const JsonNode& root)
      : keep_all_(spec.fields.empty()),
        fields_(select(spec.fields, root)),
        drop_(select(spec.drop, root)) {}

  JsonTree copy(const JsonNode& root) const { return copy_members(root, keep_all_, false, 1); }

 private:
  // `keep`: all of it that is not dropped; else only what is selected. `inherited`: it is secret.
  JsonTree copy_members(const JsonNode& node, bool keep, bool inherited, int level) const {
    JsonTree out;
    const bool object = node.kind == JsonNode::Kind::object;
    out.kind = object ? JsonTree::Kind::object : JsonTree::Kind::array;
    const bool pair = object && is_secret_pair(node);
    for (const JsonNode* child = node.first_child; child != nullptr; child = child->next) {
      const bool secret = inherited || is_secret_name(child->name) ||
                          (pair && (child->name == "value" || child->name == "Value"));
      std::optional<JsonTree> value = copy_child(*child, secret, keep, level);
      if (!value) continue;
      std::string name;
      if (object) append_json_string(name, child->name);
      out.members.emplace_back(std::move(name), std::move(*value));
    }
    return out;
  }

  std::optional<JsonTree> copy_child(const JsonNode& child, bool secret, bool keep,
                                     int level) const {
    keep = keep || fields_.contains(&child);
    if (drop_.contains(&child)) return std::nullopt;
    if (!is_container(child)) {
      if (!keep) return std::nullopt;
      return scalar(child, child.name, secret);
    }
    if (keep && secret && child.first_child != nullptr) return JsonTree::string(kRedacted);
    if (level >= kLevels) return keep ? std::optional(JsonTree::string(kEllipsis)) : std::nullopt;
    JsonTree value = copy_members(child, keep, secret, level + 1);
    if (!keep && value.members.empty()) return std::nullopt;
    return value;
  }

  bool keep_all_;
  Nodes fields_;
  Nodes drop_;
};

}  // namespace

std::string trim_evidence(std::string_view message, const EvidenceSpec& spec, std::size_t limit) {
  JsonReader reader;
  const JsonNode* root = reader.read(message);
  if (root == nullptr) return cut_bytes(redact_text(to_valid_utf8(message)), limit);
  JsonTree tree = Copier(spec, *root).copy(*root);
  shrink(tree, limit);
  return print(tree);
}

}  // namespace tocsin
