// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/json_extractor.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "rules/match/json/json_strict.hpp"
#include "rules/pattern/json_string.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kBytesKept = 4 * 1024 * 1024;
// Up to here comparing every pair of names is cheaper than the tree.
constexpr std::size_t kPairwiseNamesMax = 32;
// Where more was skipped than this, all of the event is checked, not one after the other.
constexpr std::size_t kSkippedMax = 64;
// No place to go on from.
constexpr std::size_t kStop = static_cast<std::size_t>(-1);

constexpr std::array<std::int8_t, 256> kNesting = [] {
  std::array<std::int8_t, 256> nesting{};
  nesting['{'] = nesting['['] = 1;
  nesting['}'] = nesting[']'] = -1;
  return nesting;
}();

}  // namespace

// Member functions take the token they start at and return the one behind, or kStop. Nearly always
// the walk is at one node of the trie; at several only below a wildcard that has named siblings.
class JsonExtractor::TokenWalk {
 public:
  TokenWalk(JsonExtractor& memory, const JsonTokens& tokens, const SelectorTrie& trie,
            SlotValues& values)
      : memory_(memory), tokens_(tokens), trie_(trie), values_(values) {}

  Outcome run() {
    memory_.active_.clear();
    memory_.skipped_.clear();
    const std::size_t end = value(0, SelectorTrie::kRoot);
    if (end == kStop) return stopped_;
    return end == tokens_.count ? Outcome::extracted : Outcome::no_json;
  }

 private:
  using Node = SelectorTrie::Node;
  static constexpr Node kNone = SelectorTrie::kNone;

  std::size_t stop(Outcome why) {
    stopped_ = why;
    return kStop;
  }

  // ---- At one node ----

  std::size_t value(std::size_t at, Node node) {
    const char c = tokens_.first(at);
    const bool nests = c == '{' || c == '[';
    if (const std::uint32_t slot = trie_.slot(node); slot != kNone) {
      SlotValue read_value;
      if (!read(at, read_value)) return stop(Outcome::no_json);
      values_.add(slot, read_value);
      if (!nests) return at + 1;
    }
    if (!nests || !(c == '{' ? trie_.enters_objects(node) : trie_.enters_arrays(node)))
      return skip(at);
    if (depth_ == kJsonDepthMax) return stop(Outcome::no_json);
    ++depth_;
    if (c == '{' && trie_.every(node) == kNone) {
      at = members(at, node);
    } else {
      const std::size_t base = memory_.active_.size();
      memory_.active_.push_back(node);
      at = c == '{' ? object(at, base, base + 1) : array(at, base, base + 1);
      memory_.active_.resize(base);
    }
    --depth_;
    return at;
  }

  // Passes by a value of which nothing is wanted, and remembers it unless it is JSON for sure.
  std::size_t skip(std::size_t at) {
    if (!tokens_.has_escapes && tokens_.first(at) == '"') return at + 1;
    if (memory_.skipped_.size() < kSkippedMax)
      memory_.skipped_.push_back(
          {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(depth_)});
    // Most of a walk is spent here: everything that the loop reads is local.
    const char* const text = tokens_.text.data();
    const std::uint32_t* const offsets = tokens_.offsets;
    const std::size_t count = tokens_.count;
    const auto nesting = [&](std::size_t i) {
      return kNesting[static_cast<unsigned char>(text[offsets[i]])];
    };
    int depth = at < count ? nesting(at) : 0;
    for (++at; depth > 0 && at < count; ++at) depth += nesting(at);
    return at;
  }

  // An object at a node without wildcard.
  std::size_t members(std::size_t at, Node node) {
    const std::uint64_t object = ++memory_.objects_;
    const SelectorTrie::Names names = trie_.names(node);
    if (tokens_.first(++at) == '}') return at + 1;
    while (true) {
      if (!is_name(at)) return stop(Outcome::no_json);
      const std::string_view name = name_at(at);
      const SelectorTrie::Found child = names.find(name, readable(name));
      if (child.node == kNone) {
        if (has_escape(name)) return stop(Outcome::unsure);
        at = skip(at + 2);
      } else {
        if (!child.written_so || memory_.seen_[child.node] == object) return stop(Outcome::unsure);
        memory_.seen_[child.node] = object;
        at = value(at + 2, child.node);
        if (at == kStop) return kStop;
      }
      const char c = tokens_.first(at++);
      if (c == '}') return at;
      if (c != ',') return stop(Outcome::no_json);
    }
  }

  // ---- At several nodes ----

  // Of the active nodes only those from `first` to before `last` are at this value.
  std::size_t value(std::size_t at, std::size_t first, std::size_t last) {
    bool objects = false, arrays = false, has_read = false;
    SlotValue read_value;
    for (std::size_t i = first; i < last; ++i) {
      const Node node = memory_.active_[i];
      objects = objects || trie_.enters_objects(node);
      arrays = arrays || trie_.enters_arrays(node);
      const std::uint32_t slot = trie_.slot(node);
      if (slot == kNone) continue;
      if (!has_read && !read(at, read_value)) return stop(Outcome::no_json);
      has_read = true;
      values_.add(slot, read_value);
    }
    const char c = tokens_.first(at);
    if (!(c == '{' && objects) && !(c == '[' && arrays)) return skip(at);
    if (depth_ == kJsonDepthMax) return stop(Outcome::no_json);
    ++depth_;
    at = c == '{' ? object(at, first, last) : array(at, first, last);
    --depth_;
    return at;
  }

  std::size_t object(std::size_t at, std::size_t first, std::size_t last) {
    const std::uint64_t object = ++memory_.objects_;
    const std::size_t names_before = memory_.names_.size();
    if (tokens_.first(++at) == '}') return at + 1;
    while (true) {
      if (!is_name(at)) return stop(Outcome::no_json);
      const std::string_view name = name_at(at);
      memory_.names_.push_back(name);
      if (memory_.names_.size() - names_before > kPairwiseNamesMax || has_escape(name) ||
          !enter(name, object, first, last))
        return stop(Outcome::unsure);
      at = visit(at + 2, last);
      if (at == kStop) return kStop;
      const char c = tokens_.first(at++);
      if (c == '}') break;
      if (c != ',') return stop(Outcome::no_json);
    }
    if (!all_distinct(names_before)) return stop(Outcome::unsure);
    memory_.names_.resize(names_before);
    return at;
  }

  // Makes the children of that name active; false: it takes the tree.
  bool enter(std::string_view name, std::uint64_t object, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const Node node = memory_.active_[i];
      make_active(trie_.every(node));
      const SelectorTrie::Found child = trie_.member(node, name, readable(name));
      if (child.node == kNone) continue;
      if (!child.written_so || memory_.seen_[child.node] == object) return false;
      memory_.seen_[child.node] = object;
      memory_.active_.push_back(child.node);
    }
    return true;
  }

  std::size_t array(std::size_t at, std::size_t first, std::size_t last) {
    if (tokens_.first(++at) == ']') return at + 1;
    for (std::size_t index = 0;; ++index) {
      for (std::size_t i = first; i < last; ++i) {
        const Node node = memory_.active_[i];
        make_active(trie_.every(node));
        make_active(trie_.element(node, index));
      }
      at = visit(at, last);
      if (at == kStop) return kStop;
      const char c = tokens_.first(at++);
      if (c == ']') return at;
      if (c != ',') return stop(Outcome::no_json);
    }
  }

  void make_active(Node node) {
    if (node != kNone) memory_.active_.push_back(node);
  }

  // The value that nodes behind `base` were made active for.
  std::size_t visit(std::size_t at, std::size_t base) {
    const std::size_t count = memory_.active_.size() - base;
    if (count == 0) return skip(at);
    at = count == 1 ? value(at, memory_.active_[base]) : value(at, base, base + count);
    memory_.active_.resize(base);
    return at;
  }

  bool all_distinct(std::size_t from) const {
    const auto& names = memory_.names_;
    for (std::size_t i = from + 1; i < names.size(); ++i)
      for (std::size_t j = from; j < i; ++j)
        if (names[i] == names[j]) return false;
    return true;
  }

  // ---- Tokens ----

  bool is_name(std::size_t at) const {
    return at + 1 < tokens_.count && tokens_.text[tokens_.offsets[at]] == '"' &&
           tokens_.text[tokens_.offsets[at + 1]] == ':';
  }

  std::string_view name_at(std::size_t at) const {
    const std::size_t begin = tokens_.offsets[at] + 1;
    std::size_t end = tokens_.offsets[at + 1] - 1;
    while (tokens_.text[end] != '"') --end;  // white space before the colon
    return tokens_.text.substr(begin, end - begin);
  }

  bool has_escape(std::string_view text) const {
    return tokens_.has_escapes && text.find('\\') != std::string_view::npos;
  }
  std::size_t readable(std::string_view name) const {
    return static_cast<std::size_t>(tokens_.text.data() + tokens_.text.size() - name.data());
  }

  // False: the token is no JSON.
  bool read(std::size_t at, SlotValue& value) {
    using Kind = JsonNode::Kind;
    if (at >= tokens_.count) return false;
    switch (tokens_.first(at)) {
      case '{':
        value.kind = Kind::object;
        return true;
      case '[':
        value.kind = Kind::array;
        return true;
      case '"': {
        value.kind = Kind::string;
        const std::string_view token = tokens_.token(at);
        return read_string(token.substr(1, token.size() - 2), value.text);
      }
      default:
        return read_literal(tokens_.token(at), value);
    }
  }

  bool read_literal(std::string_view token, SlotValue& value) {
    using Kind = JsonNode::Kind;
    value.boolean = token == "true";
    value.kind = value.boolean || token == "false" ? Kind::boolean
                 : token == "null"                 ? Kind::null
                                                   : Kind::number;
    value.text = token;
    return value.kind != Kind::number || is_json_number(token);
  }

  bool read_string(std::string_view raw, std::string_view& text) {
    text = raw;
    if (!has_escape(raw)) return true;
    if (decoding_ == nullptr) decoding_ = memory_.room_to_decode(tokens_.text.size());
    char* const begin = decoding_;
    if (!decode_json_string(raw, decoding_)) return false;
    text = {begin, static_cast<std::size_t>(decoding_ - begin)};
    return true;
  }

  JsonExtractor& memory_;
  const JsonTokens tokens_;
  const SelectorTrie& trie_;
  SlotValues& values_;
  std::size_t depth_ = 0;  // objects and arrays around the value at hand
  Outcome stopped_ = Outcome::no_json;
  char* decoding_ = nullptr;
};

// The same over a tree, in which names are decoded and no two members share one.
class JsonExtractor::TreeWalk {
 public:
  TreeWalk(JsonExtractor& memory, const SelectorTrie& trie, SlotValues& values)
      : memory_(memory), trie_(trie), values_(values) {}

  void run(const JsonNode& root) {
    memory_.active_.assign(1, SelectorTrie::kRoot);
    value(root, 0, 1);
  }

 private:
  // Of the active nodes only those from `first` to before `last` are at this one.
  void value(const JsonNode& node, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const std::uint32_t slot = trie_.slot(memory_.active_[i]);
      if (slot != SelectorTrie::kNone) values_.add(slot, {node.kind, node.boolean, 0, node.text});
    }
    const bool object = node.kind == JsonNode::Kind::object;
    std::size_t index = 0;
    for (const JsonNode* child = node.first_child; child != nullptr; child = child->next, ++index) {
      for (std::size_t i = first; i < last; ++i) {
        const SelectorTrie::Node at = memory_.active_[i];
        make_active(trie_.every(at));
        make_active(object ? trie_.member(at, child->name, child->name.size()).node
                           : trie_.element(at, index));
      }
      if (memory_.active_.size() > last) value(*child, last, memory_.active_.size());
      memory_.active_.resize(last);
    }
  }

  void make_active(SelectorTrie::Node node) {
    if (node != SelectorTrie::kNone) memory_.active_.push_back(node);
  }

  JsonExtractor& memory_;
  const SelectorTrie& trie_;
  SlotValues& values_;
};

JsonExtractor::Outcome JsonExtractor::extract(const JsonTokens& tokens, const SelectorTrie& trie,
                                              SlotValues& values) {
  values.begin(trie.slots());
  if (seen_.size() < trie.nodes()) seen_.resize(trie.nodes());
  names_.clear();
  return TokenWalk(*this, tokens, trie, values).run();
}

bool JsonExtractor::is_strict_json(const JsonTokens& tokens) const {
  constexpr JsonValuePlace kWhole;
  if (skipped_.size() == kSkippedMax) return are_strict_json(tokens, {&kWhole, 1});
  return are_strict_json(tokens, skipped_);
}

void JsonExtractor::extract(const JsonNode& root, const SelectorTrie& trie, SlotValues& values) {
  values.begin(trie.slots());
  TreeWalk(*this, trie, values).run(root);
}

char* JsonExtractor::room_to_decode(std::size_t bytes) {
  if (bytes > decoded_size_ || (decoded_size_ > kBytesKept && bytes <= kBytesKept)) {
    decoded_size_ = std::bit_ceil(bytes);
    decoded_ = std::unique_ptr<char[]>(new char[decoded_size_]);
  }
  return decoded_.get();
}

}  // namespace tocsin
