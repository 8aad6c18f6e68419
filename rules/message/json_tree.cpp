// SPDX-License-Identifier: Apache-2.0
#include "rules/message/json_tree.hpp"

#include <algorithm>
#include <queue>

#include "rules/message/text.hpp"
#include "tocsin/json_builder.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kDropped = "\"...\"";
// A long text is cut to about this much before it is dropped: its beginning often tells what it is.
constexpr std::size_t kShortenedBytes = 96;

void append(std::string& out, const JsonTree& tree) {
  if (tree.kind == JsonTree::Kind::scalar) {
    out += tree.text;
    return;
  }
  const bool object = tree.kind == JsonTree::Kind::object;
  out += object ? '{' : '[';
  bool first = true;
  for (const auto& [name, value] : tree.members) {
    if (!first) out += ',';
    first = false;
    if (object) out.append(name).append(1, ':');
    append(out, value);
  }
  out += object ? '}' : ']';
}

void collect_scalars(JsonTree& tree, std::vector<JsonTree*>& out) {
  if (tree.kind == JsonTree::Kind::scalar) out.push_back(&tree);
  for (auto& [name, value] : tree.members) collect_scalars(value, out);
}

// Cuts a printed string between two escapes.
std::string shortened(const std::string& quoted) {
  std::size_t end = 1;
  while (end < kShortenedBytes) {
    const std::size_t step = quoted[end] != '\\' ? 1 : quoted[end + 1] == 'u' ? 6 : 2;
    if (end + step > kShortenedBytes) break;
    end += step;
  }
  while (end > 1 && (static_cast<unsigned char>(quoted[end]) & 0xC0) == 0x80) --end;
  return quoted.substr(0, end).append(kEllipsis).append(1, '"');
}

// What is still to be saved, shared by the stages.
struct Excess {
  std::size_t bytes = 0;
  void saved(std::size_t before, std::size_t after) {
    const std::size_t won = before > after ? before - after : 0;
    bytes -= std::min(bytes, won);
  }
};

void shorten_texts(JsonTree& tree, Excess& excess) {
  std::vector<JsonTree*> scalars;
  collect_scalars(tree, scalars);
  std::stable_sort(scalars.begin(), scalars.end(), [](const JsonTree* a, const JsonTree* b) {
    return a->text.size() > b->text.size();
  });
  for (JsonTree* scalar : scalars) {
    if (excess.bytes == 0 || scalar->text.size() <= kShortenedBytes + 4) return;
    const std::size_t before = scalar->text.size();
    // Half a number would be another number.
    scalar->text = scalar->text[0] == '"' ? shortened(scalar->text) : std::string(kDropped);
    excess.saved(before, scalar->text.size());
  }
}

// Containers whose values are all scalars become "...", the longest first; so their parents come to
// be such.
class Collapse {
 public:
  Collapse(JsonTree& root, Excess& excess) : excess_(excess) {
    visit(root, kNone);
    while (excess_.bytes > 0 && !ready_.empty()) {
      const std::size_t index = ready_.top().second;
      ready_.pop();
      if (index != 0) drop(index);
    }
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Container {
    JsonTree* tree;
    std::size_t parent;
    std::size_t open = 0;  // containers in it that still stand
  };

  void visit(JsonTree& tree, std::size_t parent) {
    if (tree.kind == JsonTree::Kind::scalar) return;
    const std::size_t index = all_.size();
    all_.push_back({&tree, parent});
    if (parent != kNone) ++all_[parent].open;
    for (auto& [name, value] : tree.members) visit(value, index);
    if (all_[index].open == 0) ready_.emplace(size_of(tree), index);
  }

  void drop(std::size_t index) {
    JsonTree& tree = *all_[index].tree;
    const std::size_t before = size_of(tree);
    if (before > kDropped.size()) {
      tree = JsonTree::literal(std::string(kDropped));
      excess_.saved(before, kDropped.size());
    }
    const std::size_t parent = all_[index].parent;
    if (--all_[parent].open == 0) ready_.emplace(size_of(*all_[parent].tree), parent);
  }

  Excess& excess_;
  std::vector<Container> all_;
  std::priority_queue<std::pair<std::size_t, std::size_t>> ready_;
};

void drop_members(JsonTree& tree, Excess& excess) {
  while (excess.bytes > 0 && !tree.members.empty()) {
    const auto& [name, value] = tree.members.back();
    const std::size_t comma = tree.members.size() > 1 ? 1 : 0;
    const std::size_t colon = tree.kind == JsonTree::Kind::object ? 1 : 0;
    excess.saved(name.size() + colon + size_of(value) + comma, 0);
    tree.members.pop_back();
  }
}

}  // namespace

JsonTree JsonTree::string(std::string_view value) {
  JsonTree tree;
  append_json_string(tree.text, value);
  return tree;
}

JsonTree JsonTree::literal(std::string text) {
  JsonTree tree;
  tree.text = std::move(text);
  return tree;
}

std::size_t size_of(const JsonTree& tree) {
  if (tree.kind == JsonTree::Kind::scalar) return tree.text.size();
  std::size_t size = 2 + (tree.members.empty() ? 0 : tree.members.size() - 1);
  for (const auto& [name, value] : tree.members)
    size += size_of(value) + (tree.kind == JsonTree::Kind::object ? name.size() + 1 : 0);
  return size;
}

std::string print(const JsonTree& tree) {
  std::string out;
  append(out, tree);
  return out;
}

void shrink(JsonTree& tree, std::size_t limit) {
  const std::size_t size = size_of(tree);
  Excess excess{size > limit ? size - limit : 0};
  if (excess.bytes > 0) shorten_texts(tree, excess);
  if (excess.bytes > 0) Collapse(tree, excess);
  if (excess.bytes > 0) drop_members(tree, excess);
}

}  // namespace tocsin
