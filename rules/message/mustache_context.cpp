// SPDX-License-Identifier: Apache-2.0
#include "rules/message/mustache_context.hpp"

#include <charconv>

namespace tocsin {
namespace {

// Deeper levels of an event are not offered.
constexpr int kLevels = 32;

const km::data* element(const km::data& list, std::string_view name) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc() || end != name.data() + name.size()) return nullptr;
  return index < list.list_value().size() ? &list.list_value()[index] : nullptr;
}

}  // namespace

km::data to_data(const JsonNode& node, int level) {
  switch (node.kind) {
    case JsonNode::Kind::null:
      return km::data(km::data::type::bool_false);
    case JsonNode::Kind::boolean:
      return km::data(std::string(node.boolean ? "true" : "false"));
    case JsonNode::Kind::number:
    case JsonNode::Kind::string:
      return km::data(std::string(node.text));
    case JsonNode::Kind::object:
    case JsonNode::Kind::array:
      break;
  }
  const bool object = node.kind == JsonNode::Kind::object;
  km::data out(object ? km::data::type::object : km::data::type::list);
  if (level >= kLevels) return out;
  for (const JsonNode* child = node.first_child; child != nullptr; child = child->next) {
    if (object)
      out.set(std::string(child->name), to_data(*child, level + 1));
    else
      out.push_back(to_data(*child, level + 1));
  }
  return out;
}

const km::data* EventContext::descend(const km::data* from, std::string_view path) {
  while (from != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    from = from->is_list() ? element(*from, name) : from->get(std::string(name));
  }
  return from;
}

void set_path(km::data& object, std::string_view path, const std::string& value) {
  const auto dot = path.find('.');
  const std::string name(path.substr(0, dot));
  if (dot == std::string_view::npos) {
    object.set(name, value);
    return;
  }
  const km::data* held = object.get(name);
  km::data inner = held != nullptr && held->is_object() ? *held : km::data(km::data::type::object);
  set_path(inner, path.substr(dot + 1), value);
  object.set(name, inner);
}

km::data event_data(std::string_view message, const SummaryFields& fields) {
  JsonReader reader;
  const JsonNode* root = reader.read(message);
  if (root != nullptr && root->kind == JsonNode::Kind::object) return to_data(*root);
  km::data out(km::data::type::object);
  out.set("message", std::string(message));
  for (const auto& [name, value] : fields) out.set(name, value);
  return out;
}

}  // namespace tocsin
