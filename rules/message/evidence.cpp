// SPDX-License-Identifier: Apache-2.0
#include "rules/message/evidence.hpp"

#include <optional>
#include <utility>

#include "rules/message/evidence_selector.hpp"
#include "rules/message/json_tree.hpp"
#include "rules/message/redaction.hpp"
#include "rules/message/text.hpp"
#include "rules/pattern/json_event.hpp"

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

// Copies what may be kept of a document.
class Copier {
 public:
  explicit Copier(bool keep_all) : keep_all_(keep_all) {}

  JsonTree copy(const JsonNode& node, const SelectorWalk& fields, const SelectorWalk& drop,
                bool kept, int level) const {
    JsonTree out;
    out.kind = node.kind == JsonNode::Kind::object ? JsonTree::Kind::object : JsonTree::Kind::array;
    const bool pair = out.kind == JsonTree::Kind::object && is_secret_pair(node);
    std::size_t index = 0;
    for (const JsonNode* child = node.first_child; child != nullptr; child = child->next, ++index) {
      const SelectorWalk field = fields.into(node.kind, child->name, index);
      const SelectorWalk dropped = drop.into(node.kind, child->name, index);
      const bool keep = kept || keep_all_ || field.is_selected();
      if (dropped.is_selected() || (!keep && !field.is_open())) continue;
      const bool secret = is_secret_name(child->name) ||
                          (pair && (child->name == "value" || child->name == "Value"));
      std::optional<JsonTree> value = copy_child(*child, secret, field, dropped, keep, level);
      if (!value) continue;
      std::string name;
      if (out.kind == JsonTree::Kind::object) append_json_string(name, child->name);
      out.members.emplace_back(std::move(name), std::move(*value));
    }
    return out;
  }

 private:
  std::optional<JsonTree> copy_child(const JsonNode& child, bool secret, const SelectorWalk& fields,
                                     const SelectorWalk& drop, bool keep, int level) const {
    if (!is_container(child)) {
      if (!keep) return std::nullopt;
      return scalar(child, child.name, secret);
    }
    if (secret && child.first_child != nullptr) return JsonTree::string(kRedacted);
    if (level >= kLevels) return JsonTree::string(kEllipsis);
    JsonTree value = copy(child, fields, drop, keep, level + 1);
    if (!keep && value.members.empty()) return std::nullopt;
    return value;
  }

  bool keep_all_;
};

}  // namespace

std::string trim_evidence(std::string_view message, const EvidenceSpec& spec, std::size_t limit) {
  JsonReader reader;
  const JsonNode* root = reader.read(message);
  if (root == nullptr) return cut_bytes(redact_text(to_valid_utf8(message)), limit);
  JsonTree tree = Copier(spec.fields.empty())
                      .copy(*root, SelectorWalk(spec.fields), SelectorWalk(spec.drop), false, 1);
  shrink(tree, limit);
  return print(tree);
}

}  // namespace tocsin
