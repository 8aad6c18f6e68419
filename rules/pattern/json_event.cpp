// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/json_event.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "rules/pattern/characters.hpp"
#include "rules/pattern/json_string.hpp"

namespace tocsin {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr int kDepthMax = 1000;
constexpr std::string_view kJsonWhite = " \t\r\n";
constexpr std::size_t kBlockNodes = 64;
// One huge event must not leave its memory behind in every thread.
constexpr std::size_t kBlocksKept = 512;
constexpr std::size_t kBytesKept = 4 * 1024 * 1024;
// Up to here comparing every pair of names is cheaper than sorting them.
constexpr std::size_t kPairwiseMembersMax = 12;

// Nodes in blocks that never move.
class NodeArena {
 public:
  JsonNode* make() {
    if (used_ == blocks_.size() * kBlockNodes)
      blocks_.push_back(std::make_unique<JsonNode[]>(kBlockNodes));
    JsonNode* node = &blocks_[used_ / kBlockNodes][used_ % kBlockNodes];
    ++used_;
    *node = JsonNode{};
    return node;
  }
  void clear() {
    if (blocks_.size() > kBlocksKept) blocks_.resize(kBlocksKept);
    used_ = 0;
  }

 private:
  std::vector<std::unique_ptr<JsonNode[]>> blocks_;
  std::size_t used_ = 0;
};

// Bytes that grow without being cleared, and shrink again after something huge.
class Buffer {
 public:
  char* reserve(std::size_t bytes) {
    if (bytes > size_ || (size_ > kBytesKept && bytes <= kBytesKept)) {
      size_ = std::max<std::size_t>(bytes, 4096);
      bytes_ = std::unique_ptr<char[]>(new char[size_]);
    }
    return bytes_.get();
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

struct MemberRef {
  JsonNode* node;
  std::size_t order;
};

bool has_repeated_name(const std::vector<MemberRef>& members) {
  for (std::size_t i = 1; i < members.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (members[i].node->name == members[j].node->name) return true;
  return false;
}

}  // namespace

struct JsonReader::State {
  ondemand::parser parser;
  NodeArena nodes;
  Buffer padded, decoded;
  char* decoded_end = nullptr;
  std::vector<MemberRef> members;  // scratch of drop_repeated_names

  const JsonNode* read(std::string_view trimmed);
  bool read_value(ondemand::value value, JsonNode& node, int depth);
  bool read_object(ondemand::object object, JsonNode& node, int depth);
  bool read_array(ondemand::array array, JsonNode& node, int depth);
  bool read_name(const char* begin, std::string_view& name);
  bool read_string(std::string_view raw, std::string_view& text);
  bool read_scalar(std::string_view token, JsonNode& node);
  void drop_repeated_names(JsonNode& object, std::size_t count);
};

const JsonNode* JsonNode::member(std::string_view wanted) const {
  if (kind != Kind::object) return nullptr;
  const JsonNode* child = first_child;
  while (child && child->name != wanted) child = child->next;
  return child;
}

const JsonNode* JsonNode::element(std::size_t index) const {
  if (kind != Kind::array) return nullptr;
  const JsonNode* child = first_child;
  for (; child && index > 0; --index) child = child->next;
  return child;
}

JsonReader::JsonReader() : state_(std::make_unique<State>()) {}
JsonReader::~JsonReader() = default;

const JsonNode* JsonReader::read(std::string_view message) {
  const std::string_view trimmed = trim(message, kJsonWhite);
  if (trimmed.empty() || (trimmed.front() != '{' && trimmed.front() != '[')) return nullptr;
  return state_->read(trimmed);
}

const JsonNode* JsonReader::State::read(std::string_view trimmed) {
  nodes.clear();
  if (parser.capacity() > kBytesKept && trimmed.size() <= kBytesKept) parser = ondemand::parser();
  const std::size_t capacity = trimmed.size() + simdjson::SIMDJSON_PADDING;
  char* bytes = padded.reserve(capacity);
  std::memcpy(bytes, trimmed.data(), trimmed.size());
  std::memset(bytes + trimmed.size(), 0, simdjson::SIMDJSON_PADDING);
  decoded_end = decoded.reserve(trimmed.size());

  ondemand::document document;
  if (parser.iterate(bytes, trimmed.size(), capacity).get(document) != simdjson::SUCCESS)
    return nullptr;
  JsonNode* root = nodes.make();
  if (trimmed.front() == '{') {
    ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) return nullptr;
    if (!read_object(object, *root, 1)) return nullptr;
  } else {
    ondemand::array array;
    if (document.get_array().get(array) != simdjson::SUCCESS) return nullptr;
    if (!read_array(array, *root, 1)) return nullptr;
  }
  // Anything behind the root would still have a location.
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS ? root : nullptr;
}

bool JsonReader::State::read_value(ondemand::value value, JsonNode& node, int depth) {
  const std::string_view token = value.raw_json_token();
  if (token.empty()) return false;
  if (token.front() == '{') {
    ondemand::object object;
    return value.get_object().get(object) == simdjson::SUCCESS &&
           read_object(object, node, depth + 1);
  }
  if (token.front() == '[') {
    ondemand::array array;
    return value.get_array().get(array) == simdjson::SUCCESS && read_array(array, node, depth + 1);
  }
  if (token.front() == '"') {
    // A string left to the iterator to skip would be taken for a name if a colon follows.
    ondemand::raw_json_string consumed;
    if (value.get_raw_json_string().get(consumed) != simdjson::SUCCESS) return false;
  }
  return read_scalar(trim_end(token, kJsonWhite), node);
}

bool JsonReader::State::read_object(ondemand::object object, JsonNode& node, int depth) {
  node.kind = JsonNode::Kind::object;
  if (depth > kDepthMax) return false;
  const JsonNode** link = &node.first_child;
  std::size_t count = 0;
  for (simdjson::simdjson_result<ondemand::field> read : object) {
    ondemand::field field;
    if (std::move(read).get(field) != simdjson::SUCCESS) return false;
    JsonNode* child = nodes.make();
    if (!read_name(field.key().raw(), child->name)) return false;
    if (!read_value(field.value(), *child, depth)) return false;
    *link = child;
    link = &child->next;
    ++count;
  }
  drop_repeated_names(node, count);
  return true;
}

bool JsonReader::State::read_array(ondemand::array array, JsonNode& node, int depth) {
  node.kind = JsonNode::Kind::array;
  if (depth > kDepthMax) return false;
  const JsonNode** link = &node.first_child;
  for (simdjson::simdjson_result<ondemand::value> read : array) {
    ondemand::value value;
    if (std::move(read).get(value) != simdjson::SUCCESS) return false;
    JsonNode* child = nodes.make();
    if (!read_value(value, *child, depth)) return false;
    *link = child;
    link = &child->next;
  }
  return true;
}

// `begin` stands behind the opening quote; the parser has made sure that a closing one follows.
bool JsonReader::State::read_name(const char* begin, std::string_view& name) {
  const char* end = begin;
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  return read_string({begin, static_cast<std::size_t>(end - begin)}, name);
}

// `raw` stands between the quotes.
bool JsonReader::State::read_string(std::string_view raw, std::string_view& text) {
  text = raw;
  if (raw.find('\\') == std::string_view::npos) return true;
  const char* begin = decoded_end;
  if (!decode_json_string(raw, decoded_end)) return false;
  text = {begin, static_cast<std::size_t>(decoded_end - begin)};
  return true;
}

bool JsonReader::State::read_scalar(std::string_view token, JsonNode& node) {
  if (token.front() == '"') {
    node.kind = JsonNode::Kind::string;
    return token.size() >= 2 && token.back() == '"' &&
           read_string(token.substr(1, token.size() - 2), node.text);
  }
  if (token == "null") return node.kind = JsonNode::Kind::null, true;
  if (token == "true" || token == "false") {
    node.kind = JsonNode::Kind::boolean;
    node.boolean = token == "true";
    return true;
  }
  node.kind = JsonNode::Kind::number;
  node.text = token;
  return is_json_number(token);
}

// The last of a name wins, with its whole subtree, in the place of the first.
void JsonReader::State::drop_repeated_names(JsonNode& object, std::size_t count) {
  if (count < 2) return;
  members.clear();
  for (const JsonNode* child = object.first_child; child; child = child->next)
    members.push_back({const_cast<JsonNode*>(child), members.size()});
  if (count <= kPairwiseMembersMax && !has_repeated_name(members)) return;
  std::sort(members.begin(), members.end(), [](const MemberRef& a, const MemberRef& b) {
    const int order = a.node->name.compare(b.node->name);
    return order != 0 ? order < 0 : a.order < b.order;
  });
  std::size_t kept = 0;
  for (std::size_t i = 0, last = 0; i < count; i = last + 1) {
    for (last = i; last + 1 < count && members[last + 1].node->name == members[i].node->name;)
      ++last;
    if (last > i) *members[i].node = *members[last].node;
    members[kept++] = members[i];
  }
  if (kept == count) return;
  members.resize(kept);
  std::sort(members.begin(), members.end(),
            [](const MemberRef& a, const MemberRef& b) { return a.order < b.order; });
  object.first_child = members.front().node;
  for (std::size_t i = 0; i < kept; ++i)
    members[i].node->next = i + 1 < kept ? members[i + 1].node : nullptr;
}

}  // namespace tocsin
