// SPDX-License-Identifier: Apache-2.0
#include "rules/explain/judge.hpp"
#include "rules/explain/words.hpp"
#include "rules/pattern/characters.hpp"
#include "rules/pattern/evaluate.hpp"
#include "rules/pattern/print.hpp"
#include "rules/pattern/selector.hpp"
#include "tocsin/suggest.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kValuesShownMax = 3;
constexpr std::size_t kNamesMax = 1'000;  // among which a slip is looked for

std::string node_words(const JsonNode& node) {
  switch (node.kind) {
    case JsonNode::Kind::null:
      return "null";
    case JsonNode::Kind::boolean:
      return node.boolean ? "the boolean true" : "the boolean false";
    case JsonNode::Kind::number:
      return "the number " + std::string(node.text);
    case JsonNode::Kind::string:
      return shown(node.text);
    case JsonNode::Kind::object:
      return "an object";
    case JsonNode::Kind::array:
      return "an array";
  }
  return {};
}

// The first segment that leads nowhere, and why.
std::string absence_words(const ast::Selector& selector, const JsonNode& root) {
  const JsonNode* node = &root;
  ast::Selector reached;
  const auto here = [&] {
    return reached.segments.empty() ? std::string("the event")
                                    : to_string(reached).substr(reached.segments.size() ? 2 : 0);
  };
  for (const ast::Segment& segment : selector.segments) {
    const JsonNode* next = nullptr;
    if (const auto* member = std::get_if<ast::Member>(&segment)) {
      if (node->kind != JsonNode::Kind::object)
        return "absent: " + here() + " is " + node_words(*node) + ", not an object";
      next = node->member(member->name);
      if (next == nullptr) {
        std::vector<std::string_view> names;
        for (const JsonNode* child = node->first_child; child && names.size() < kNamesMax;
             child = child->next)
          names.push_back(child->name);
        const std::string_view near = nearest_name(member->name, names);
        const std::string meant = near.empty() ? "" : "; did you mean " + shown(near) + "?";
        return "absent: " + here() + " has no " + shown(member->name) + meant;
      }
    } else if (const auto* element = std::get_if<ast::Element>(&segment)) {
      if (node->kind != JsonNode::Kind::array)
        return "absent: " + here() + " is " + node_words(*node) + ", not an array";
      next = node->element(element->index);
      if (next == nullptr)
        return "absent: " + here() + " has no element " + std::to_string(element->index);
    } else {
      return "absent: nothing is there to select from " + here();
    }
    reached.segments.push_back(segment);
    node = next;
  }
  return "absent";
}

bool is_scalar_text(const JsonNode& node) {
  return node.kind == JsonNode::Kind::string || node.kind == JsonNode::Kind::number;
}

// Why `test` does not hold for a node that is there.
std::string failure_words(const ast::PropertyTest& test, const JsonNode& node) {
  if (node.kind == JsonNode::Kind::boolean) return ": only IS TRUE and IS FALSE look at booleans";
  if (node.kind == JsonNode::Kind::null) return ": only IS NULL looks at null";
  if (!is_scalar_text(node)) return ": only texts and numbers can be compared";
  const bool is_equality = test.op == ast::Operator::equal || test.op == ast::Operator::not_equal;
  if (!is_equality && node.kind == JsonNode::Kind::string)
    return ", a text: < > <= >= look at numbers only";
  const auto* number = std::get_if<ast::NumberLiteral>(&test.literal);
  if (number && node.kind == JsonNode::Kind::string && test.op == ast::Operator::equal)
    return ", a text: it would have to read " + shown(number->text);
  const auto* text = std::get_if<ast::TextLiteral>(&test.literal);
  const bool exact = text && !text->open_start && !text->open_end;
  if (test.op == ast::Operator::equal && exact)
    return ", not " + shown(text->core) +
           (differs_in_case_only(test.literal, node.text) ? " (upper and lower case count)" : "");
  return ", which " + predicate_words(test.op, test.literal, false) +
         (test.op == ast::Operator::equal && differs_in_case_only(test.literal, node.text)
              ? " (upper and lower case count)"
              : "");
}

// The nodes that a selector selects: the first few, and how many.
struct Selected {
  std::vector<const JsonNode*> first;
  std::size_t count = 0;
};

Selected select(const ast::Selector& selector, const JsonNode& root) {
  Selected out;
  any_selected(selector, root, [&](const JsonNode& node) {
    if (out.count++ < kValuesShownMax) out.first.push_back(&node);
    return false;
  });
  return out;
}

std::string list_values(const Selected& selected) {
  std::string out = "none of " + std::to_string(selected.count) + " values: ";
  for (std::size_t i = 0; i < selected.first.size(); ++i)
    out += (i > 0 ? ", " : "") + node_words(*selected.first[i]);
  return out + (selected.count > selected.first.size() ? ", ..." : "");
}

Verdict judge_property(const ast::PropertyTest& test, const JsonNode& root) {
  std::string why;
  const bool found = any_selected(test.selector, root, [&](const JsonNode& node) {
    if (!holds_for(test, node)) return false;
    why = "it is " + node_words(node);
    return true;
  });
  if (found) return leaf_verdict(true, std::move(why));
  const Selected selected = select(test.selector, root);
  if (selected.count == 0) {
    why = absence_words(test.selector, root);
    if (test.op == ast::Operator::not_equal) why += "; != on an absent property is false";
  } else if (selected.count == 1) {
    why = "it is " + node_words(*selected.first[0]) + failure_words(test, *selected.first[0]);
  } else {
    why = list_values(selected);
  }
  return leaf_verdict(false, std::move(why));
}

Verdict judge_state(const ast::StateTest& test, const JsonNode& root) {
  const bool holding = holds(test, root);
  const Selected selected = select(test.selector, root);
  if (selected.count == 0) return leaf_verdict(holding, absence_words(test.selector, root));
  if (selected.count > 1 && !holding && test.state != ast::State::not_exists)
    return leaf_verdict(false, list_values(selected));
  if (selected.count > 1 && holding) return leaf_verdict(true, "one of the values is");
  const JsonNode& node = *selected.first[0];
  std::string why = "it is " + node_words(node);
  if (test.state == ast::State::not_exists) why = "it is there: " + node_words(node);
  const bool wants_boolean =
      test.state == ast::State::is_true || test.state == ast::State::is_false;
  if (!holding && wants_boolean && node.kind == JsonNode::Kind::string)
    why += ", a text and no boolean";
  return leaf_verdict(holding, std::move(why));
}

std::string no_json_words(std::string_view message) {
  const std::string_view text = trim(message);
  if (text.empty()) return "the event is blank, and no JSON";
  if (text.front() == '{' || text.front() == '[')
    return "the event begins like JSON but is no valid JSON object: no JSON pattern matches it";
  if (text.find('{') != std::string_view::npos)
    return "the event has text before its JSON: no JSON pattern matches it";
  return "the event is no JSON object: no JSON pattern matches it";
}

}  // namespace

Verdict judge_json(const ast::Json& pattern, EventView& event) {
  const JsonNode* root = event.json();
  if (root == nullptr) return leaf_verdict(false, no_json_words(event.message()));
  return judge_expression<ast::JsonCondition>(
      pattern.expression, [&](const ast::JsonCondition& condition) {
        return std::visit(
            Overloaded{
                [&](const ast::PropertyTest& test) { return judge_property(test, *root); },
                [&](const ast::StateTest& test) { return judge_state(test, *root); },
            },
            condition);
      });
}

}  // namespace tocsin
