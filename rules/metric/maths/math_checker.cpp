// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/maths/math_checker.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tocsin/suggest.hpp"

namespace tocsin {
namespace {

using Node = MathExpression;

constexpr std::string_view kSortKeys[] = {"AVG", "MIN", "MAX", "SUM"};
constexpr std::string_view kSortOrders[] = {"ASC", "DESC"};
constexpr std::string_view kFillWords[] = {"REPEAT", "LINEAR"};

template <class Words>
std::string alternatives(const Words& words) {
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : " or ") + std::string(word);
  return out;
}

class Checker {
 public:
  Checker(const MathScope& scope, MathFindings& findings) : scope_(scope), findings_(findings) {}

  // A value: neither a word nor a text.
  bool check(Node& e) {
    return std::visit([&](auto& node) { return visit(e, node); }, e.node);
  }

 private:
  bool fail(const Node& at, MathFault fault, std::string text, std::string hint = {});
  bool wrong_type(const Node& at, const MathFunction& f, std::string_view wanted);
  void notice(const Node& at, std::string code, std::string text);

  bool visit(Node& e, Node::Number&) { return (e.info = {MathType::scalar, 1, 0}, true); }
  bool visit(Node& e, Node::Reference& r);
  bool visit(Node& e, Node::Word& w);
  bool visit(Node& e, Node::Text&);
  bool visit(Node& e, Node::Negation& n);
  bool visit(Node& e, Node::Binary& b);
  bool visit(Node& e, Node::Array& a);
  bool visit(Node& e, Node::Call& c);

  bool check_shape(Node& e, Node::Call& c);
  bool check_fill(Node& e, Node::Call& c);
  bool check_period(Node& e, Node::Call& c);
  bool check_metrics(Node& e, Node::Call& c);
  bool check_slice(Node& e, Node::Call& c);
  bool check_sort(Node& e, Node::Call& c);
  bool check_condition(Node& e, Node::Call& c);
  bool check_band(Node& e, Node::Call& c);
  bool check_array(Node& at, const MathFunction& f);
  template <class Words>
  bool check_word(const Node& at, const Words& words);
  // A literal: how wide an array is must not depend on data.
  std::optional<std::size_t> whole_number(const Node& at);
  bool limit_width(const Node& e);

  const MathScope& scope_;
  MathFindings& findings_;
};

bool Checker::fail(const Node& at, MathFault fault, std::string text, std::string hint) {
  findings_.error = MathError{.fault = fault,
                              .entry = 0,
                              .column = static_cast<int>(at.offset) + 1,
                              .length = static_cast<int>(at.length),
                              .text = std::move(text),
                              .hint = std::move(hint)};
  return false;
}

bool Checker::wrong_type(const Node& at, const MathFunction& f, std::string_view wanted) {
  return fail(at, MathFault::type,
              std::string(f.name) + " needs " + std::string(wanted) + ", and this is " +
                  std::string(described(at.info.type)),
              "such as " + std::string(f.usage));
}

void Checker::notice(const Node& at, std::string code, std::string text) {
  findings_.notices.push_back({.code = std::move(code),
                               .entry = 0,
                               .column = static_cast<int>(at.offset) + 1,
                               .length = static_cast<int>(at.length),
                               .text = std::move(text)});
}

bool Checker::visit(Node& e, Node::Reference& r) {
  const std::optional<std::size_t> entry = scope_.find(r.id);
  if (!entry)
    return fail(e, MathFault::unknown_id, "no metric or expression has the id `" + r.id + "`",
                suggest(r.id, scope_.ids));
  std::optional<MathFault> why;
  const std::optional<MathTypeInfo> info = scope_.info(*entry, why);
  if (!info && why) return fail(e, *why, "`" + r.id + "` needs itself");
  if (!info) return false;
  r.entry = *entry;
  e.info = *info;
  return true;
}

bool Checker::visit(Node& e, Node::Word& w) {
  const bool function = find_math_function(w.name) != nullptr;
  return fail(e, MathFault::arguments, "`" + w.name + "` is no value",
              function
                  ? "a function has brackets: " + std::string(find_math_function(w.name)->usage)
                  : "ids begin with a small letter");
}

bool Checker::visit(Node& e, Node::Text&) {
  return fail(e, MathFault::arguments, "a text is no value",
              "only METRICS takes one: METRICS(\"x\")");
}

bool Checker::visit(Node& e, Node::Negation& n) {
  if (!check(n.operand.front())) return false;
  e.info = n.operand.front().info;
  return true;
}

bool Checker::visit(Node& e, Node::Binary& b) {
  Node &left = b.sides[0], &right = b.sides[1];
  if (!check(left) || !check(right)) return false;
  const bool left_array = left.info.type == MathType::array;
  const bool right_array = right.info.type == MathType::array;
  const bool arithmetic = !is_comparison(b.op) && !is_logical(b.op);
  if (arithmetic && left_array && right_array)
    return fail(e, MathFault::type, "two arrays of time series cannot be combined",
                "make one a time series first: SUM, AVG, MIN, MAX, FIRST or LAST");
  if (!arithmetic && (left_array || right_array))
    return fail(e, MathFault::type, "an array of time series cannot be compared",
                "make it a time series first: SUM, AVG, MIN, MAX, FIRST or LAST");
  const Node& wide = left.info.type >= right.info.type ? left : right;
  e.info = {wide.info.type, wide.info.width, std::max(left.info.look_back, right.info.look_back)};
  return true;
}

bool Checker::visit(Node& e, Node::Array& a) {
  e.info = {MathType::array, 0, 0};
  for (Node& member : a.members) {
    if (!check(member)) return false;
    if (member.info.type == MathType::scalar)
      return fail(member, MathFault::type, "an array holds time series, and this is a scalar",
                  "TIME_SERIES(...) makes it one");
    e.info.width += member.info.width;
    e.info.look_back = std::max(e.info.look_back, member.info.look_back);
    if (!limit_width(e)) return false;
  }
  return true;
}

bool Checker::limit_width(const Node& e) {
  if (e.info.width <= kMathArrayMax) return true;
  return fail(e, MathFault::too_many,
              "an array has at most " + std::to_string(kMathArrayMax) + " time series");
}

bool Checker::visit(Node& e, Node::Call& c) {
  const MathFunction& f = *c.function;
  const std::size_t given = c.arguments.size();
  if (given < f.least || given > f.most)
    return fail(e, MathFault::arguments,
                std::string(f.name) + " does not take " + std::to_string(given) +
                    (given == 1 ? " argument" : " arguments"),
                "such as " + std::string(f.usage));
  if (!check_shape(e, c)) return false;
  const bool of_series = given > 0 && c.arguments[0].info.type == MathType::series;
  if (f.whole_series && (f.shape != MathShape::fold || of_series))
    notice(e, "whole-series",
           std::string(f.name) +
               " depends on how many datapoints are looked at, which for an alarm "
               "is more than its evaluation periods");
  return true;
}

bool Checker::check_array(Node& at, const MathFunction& f) {
  if (!check(at)) return false;
  return at.info.type == MathType::array || wrong_type(at, f, "an array of time series");
}

bool Checker::check_shape(Node& e, Node::Call& c) {
  const MathFunction& f = *c.function;
  switch (f.shape) {
    case MathShape::fill:
      return check_fill(e, c);
    case MathShape::period:
      return check_period(e, c);
    case MathShape::metrics:
      return check_metrics(e, c);
    case MathShape::slice:
      return check_slice(e, c);
    case MathShape::sort:
      return check_sort(e, c);
    case MathShape::condition:
      return check_condition(e, c);
    case MathShape::band:
      return check_band(e, c);
    default:
      break;
  }
  Node& argument = c.arguments[0];
  if (!check(argument)) return false;
  e.info = argument.info;
  e.info.look_back += f.look_back;
  const MathType type = argument.info.type;
  switch (f.shape) {
    case MathShape::pointwise:
      return type != MathType::scalar || wrong_type(argument, f, "a time series or an array");
    case MathShape::fold:
      e.info.type = type == MathType::array ? MathType::series : MathType::scalar;
      e.info.width = 1;
      return type != MathType::scalar || wrong_type(argument, f, "a time series or an array");
    case MathShape::clock:
      e.info.look_back = 0;
      return type == MathType::series || wrong_type(argument, f, "a time series");
    case MathShape::constant:
      e.info = {MathType::series, 1, argument.info.look_back};
      return type == MathType::scalar || wrong_type(argument, f, "a scalar");
    case MathShape::count:
      e.info = {MathType::scalar, 1, 0};
      break;
    case MathShape::pick:
      e.info = {MathType::series, 1, argument.info.look_back};
      break;
    default:
      break;
  }
  return type == MathType::array || wrong_type(argument, f, "an array of time series");
}

template <class Words>
bool Checker::check_word(const Node& at, const Words& words) {
  const auto* word = std::get_if<Node::Word>(&at.node);
  if (word != nullptr &&
      std::find(std::begin(words), std::end(words), word->name) != std::end(words))
    return true;
  return fail(at, MathFault::arguments, "expected " + alternatives(words));
}

bool Checker::check_fill(Node& e, Node::Call& c) {
  Node &series = c.arguments[0], &filler = c.arguments[1];
  if (!check(series)) return false;
  if (series.info.type == MathType::scalar)
    return wrong_type(series, *c.function, "a time series or an array");
  if (std::holds_alternative<Node::Word>(filler.node)) {
    if (!check_word(filler, kFillWords)) return false;
  } else {
    if (!check(filler)) return false;
    if (filler.info.type == MathType::array)
      return wrong_type(filler, *c.function,
                        "a scalar, a time series, REPEAT or LINEAR to fill with");
  }
  e.info = series.info;
  e.info.look_back = std::max(series.info.look_back, filler.info.look_back);
  notice(e, "fill",
         "FILL gives the newest datapoint a value even if it only is late: the alarm needs "
         "M out of N with N above 1");
  return true;
}

bool Checker::check_period(Node& e, Node::Call& c) {
  Node& metric = c.arguments[0];
  if (!check(metric)) return false;
  const auto* id = std::get_if<Node::Reference>(&metric.node);
  if (id == nullptr || !scope_.is_metric(id->entry))
    return fail(metric, MathFault::type, "PERIOD needs the id of a metric", "such as PERIOD(m1)");
  e.info = {MathType::scalar, 1, 0};
  return true;
}

bool Checker::check_metrics(Node& e, Node::Call& c) {
  std::string_view part;
  if (!c.arguments.empty()) {
    const auto* text = std::get_if<Node::Text>(&c.arguments[0].node);
    if (text == nullptr)
      return fail(c.arguments[0], MathFault::arguments, "METRICS takes a text in quotes",
                  "METRICS(\"errors\"): the metrics whose id contains it");
    part = text->value;
  }
  c.entries.clear();
  for (std::size_t i = 0; i < scope_.ids.size(); ++i)
    if (scope_.is_metric(i) && scope_.ids[i].find(part) != std::string::npos)
      c.entries.push_back(i);
  if (c.entries.empty())
    notice(e, "empty-array", "no metric has an id that contains \"" + std::string(part) + "\"");
  e.info = {MathType::array, c.entries.size(), 0};
  return true;
}

std::optional<std::size_t> Checker::whole_number(const Node& at) {
  const auto* number = std::get_if<Node::Number>(&at.node);
  if (number != nullptr && number->value >= 0 && number->value == std::floor(number->value))
    return static_cast<std::size_t>(std::min(number->value, 1e6));
  fail(at, MathFault::arguments, "expected a whole number, written out");
  return std::nullopt;
}

bool Checker::check_slice(Node& e, Node::Call& c) {
  if (!check_array(c.arguments[0], *c.function)) return false;
  e.info = c.arguments[0].info;
  const auto from = whole_number(c.arguments[1]);
  if (!from) return false;
  std::size_t to = e.info.width;
  if (c.arguments.size() == 3) {
    const auto given = whole_number(c.arguments[2]);
    if (!given) return false;
    if (*given <= *from)
      return fail(c.arguments[2], MathFault::arguments, "SLICE ends before it begins",
                  "from the first number, from 0 on, up to but without the second");
    to = std::min(to, *given);
  }
  e.info.width = to > *from ? to - *from : 0;
  return true;
}

bool Checker::check_sort(Node& e, Node::Call& c) {
  if (!check_array(c.arguments[0], *c.function) || !check_word(c.arguments[1], kSortKeys) ||
      !check_word(c.arguments[2], kSortOrders))
    return false;
  e.info = c.arguments[0].info;
  if (c.arguments.size() < 4) return true;
  const auto most = whole_number(c.arguments[3]);
  if (!most) return false;
  e.info.width = std::min(e.info.width, *most);
  return true;
}

bool Checker::check_condition(Node& e, Node::Call& c) {
  e.info = {MathType::scalar, 1, 0};
  for (Node& argument : c.arguments) {
    if (!check(argument)) return false;
    if (argument.info.type == MathType::array)
      return wrong_type(argument, *c.function, "scalars and time series");
    if (argument.info.type == MathType::series) e.info.type = MathType::series;
    e.info.look_back = std::max(e.info.look_back, argument.info.look_back);
  }
  if (e.info.type == MathType::series) return true;
  return fail(e, MathFault::type, "IF needs a time series among its arguments",
              "such as " + std::string(c.function->usage));
}

bool Checker::check_band(Node& e, Node::Call& c) {
  Node& metric = c.arguments[0];
  if (!check(metric)) return false;
  const auto* id = std::get_if<Node::Reference>(&metric.node);
  if (id == nullptr || metric.info.type != MathType::series)
    return fail(metric, MathFault::type,
                "ANOMALY_DETECTION_BAND needs the id of a metric or of an expression that is one "
                "time series",
                "such as " + std::string(c.function->usage));
  c.band.entry = id->entry;
  if (c.arguments.size() == 2) {
    const auto* number = std::get_if<Node::Number>(&c.arguments[1].node);
    if (number == nullptr || number->value <= 0)
      return fail(c.arguments[1], MathFault::arguments,
                  "the number of deviations is a number above 0, written out");
    c.band.deviations = number->value;
  }
  e.info = {MathType::array, 2, 0};
  return true;
}

}  // namespace

bool check_math(MathExpression& expression, const MathScope& scope, MathFindings& findings) {
  return Checker(scope, findings).check(expression);
}

std::string_view described(MathType type) {
  switch (type) {
    case MathType::scalar:
      return "a scalar";
    case MathType::series:
      return "a time series";
    case MathType::array:
      return "an array of time series";
  }
  return "?";
}

}  // namespace tocsin
