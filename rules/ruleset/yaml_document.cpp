// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/yaml_document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "rules/ruleset/json_document.hpp"
#include "rules/ruleset/source_text.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

// Ends the parse after an error that makes the rest meaningless; it has been reported.
struct GiveUp {};

// Builds the tree from the parser's events, so that keys, their order and their doubles are all
// seen.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& file, Diagnostics& out) : file_(file), out_(out) {}

  ConfigNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    out_.error("bad-yaml", place(mark), "a second document begins here",
               "one file is one document: remove the line \"---\"");
    throw GiveUp{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    close(make(ConfigNode::Kind::null, mark), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    ConfigNode node = make(ConfigNode::Kind::scalar, mark);
    node.scalar = value;
    node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (!node.quoted) refuse_tag(tag, mark);
    close(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      out_.error("bad-yaml", place(mark), "an alias inside what it stands for");
      throw GiveUp{};
    }
    count(found->second.nodes, mark);
    close(found->second.tree, YAML::NullAnchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(ConfigNode::Kind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close_open(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(ConfigNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close_open(); }

 private:
  // A sequence or map whose end has not come yet.
  struct Open {
    ConfigNode node;
    YAML::anchor_t anchor;
    std::size_t nodes_before;
    std::optional<ConfigNode> key;         // of the value that comes next
    std::map<std::string, int> key_lines;  // of all keys so far
    bool drop_value = false;               // its key was refused
  };
  struct Anchored {
    ConfigNode tree;
    std::size_t nodes;
  };

  SourceLocation place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 0, 0};
    return {file_, mark.line + 1, mark.column + 1};
  }
  void count(std::size_t more, const YAML::Mark& mark) {
    nodes_ += more;
    if (nodes_ <= kSourceNodesMax) return;
    out_.error("too-large", place(mark),
               "more than " + std::to_string(kSourceNodesMax) + " values, aliases counted");
    throw GiveUp{};
  }
  ConfigNode make(ConfigNode::Kind kind, const YAML::Mark& mark) {
    count(1, mark);
    ConfigNode node;
    node.kind = kind;
    node.where = place(mark);
    return node;
  }
  void refuse_tag(const std::string& tag, const YAML::Mark& mark) {
    if (!tag.empty() && tag != "?")
      out_.error("bad-yaml", place(mark), "tags (`!...`) are not used here", "remove the tag");
  }

  void open(ConfigNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    refuse_tag(tag, mark);
    if (open_.size() >= kSourceDepthMax) {
      out_.error("too-deep", place(mark),
                 "nested more than " + std::to_string(kSourceDepthMax) + " levels deep");
      throw GiveUp{};
    }
    open_.push_back({make(kind, mark), anchor, nodes_ - 1, {}, {}, false});
    if (spare_.empty()) return;
    open_.back().node.entries = std::move(spare_.back());
    spare_.pop_back();
  }
  void close_open() {
    Open ended = std::move(open_.back());
    open_.pop_back();
    fit(ended.node);
    const std::size_t nodes = nodes_ - ended.nodes_before;
    close(std::move(ended.node), ended.anchor, nodes);
  }
  // No more memory than its values take, since a document has a hundred thousand maps; what is left
  // serves the next one.
  void fit(ConfigNode& node) {
    std::vector<ConfigEntry>& entries = node.entries;
    std::vector<ConfigEntry> fitting(std::make_move_iterator(entries.begin()),
                                     std::make_move_iterator(entries.end()));
    entries.clear();
    spare_.push_back(std::exchange(entries, std::move(fitting)));
    node.items.shrink_to_fit();
  }
  // A node is complete: it goes where it belongs.
  void close(ConfigNode node, YAML::anchor_t anchor, std::size_t nodes = 1) {
    if (anchor != YAML::NullAnchor) {
      nodes_ += nodes;  // the copy costs as much again
      anchors_.insert_or_assign(anchor, Anchored{node, nodes});
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is_sequence()) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      parent.drop_value = !accept_key(node, parent);
      parent.key = std::move(node);
    } else {
      if (!parent.drop_value)
        parent.node.entries.emplace_back(std::move(*parent.key), std::move(node));
      parent.key.reset();
    }
  }
  bool accept_key(const ConfigNode& key, Open& parent) {
    if (!key.is_scalar()) {
      out_.error("bad-key", key.where, "a key must be text, but is " + std::string(kind_name(key)));
      return false;
    }
    if (key.scalar == "<<" && !key.quoted) {
      out_.error("bad-key", key.where, "merge keys (`<<`) are not supported", "write the keys out",
                 2);
      return false;
    }
    const auto [first, is_new] = parent.key_lines.emplace(key.scalar, key.where.line);
    if (is_new) return true;
    report(out_, "duplicate-key", key, "the key `" + key.scalar + "` is already there",
           "first on line " + std::to_string(first->second));
    return false;
  }

  const FileName file_;
  Diagnostics& out_;
  ConfigNode root_;
  std::vector<Open> open_;
  std::vector<std::vector<ConfigEntry>> spare_;  // empty; as many as were open at once
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

// What the parser's words usually mean.
std::string syntax_hint(const std::string& message, std::string_view line, int column) {
  const auto says = [&](const char* words) { return message.find(words) != std::string::npos; };
  const std::size_t indent = line.find_first_not_of(' ');
  if (indent != std::string_view::npos && line[indent] == '\t')
    return "indent with spaces: there is a tab before the text";
  if (says("illegal map value")) return "text with \": \" in it must be quoted";
  if (says("end of map") || says("end of sequence"))
    return "check the indentation, and that brackets and quotes are closed";
  if (says("unknown escape")) return "in single quotes a backslash stands for itself";
  const auto at = static_cast<std::size_t>(column > 0 ? column - 1 : 0);
  constexpr std::string_view kIndicators = "@`%&*!|>{}[],";
  if (at < line.size() && kIndicators.find(line[at]) != std::string_view::npos)
    return "text that begins with " + std::string(1, line[at]) + " must be quoted";
  return {};
}

}  // namespace

ConfigNode read_yaml(std::string_view text, const std::string& file, Diagnostics& out) {
  if (!check_source(text, file, out)) return {};
  text = without_bom(text);
  TreeBuilder builder(file, out);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take_root();
  } catch (const GiveUp&) {
  } catch (const YAML::ParserException& broken) {
    const SourceLocation where =
        broken.mark.is_null() ? SourceLocation{file, 0, 0}
                              : SourceLocation{file, broken.mark.line + 1, broken.mark.column + 1};
    out.error("bad-yaml", where, broken.msg,
              syntax_hint(broken.msg, LineIndex(text).line(where.line), where.column));
  } catch (const YAML::Exception& broken) {
    out.error("bad-yaml", {file, 0, 0}, broken.msg);
  }
  return {};
}

ConfigNode read_document(std::string_view text, const std::string& file, Diagnostics& out) {
  const std::string_view body = without_bom(text);
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && body[first] == '{';
  return json ? read_json(text, file, out) : read_yaml(text, file, out);
}

}  // namespace tocsin
