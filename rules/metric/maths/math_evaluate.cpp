// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "rules/metric/maths/math_program.hpp"
#include "tocsin/result.hpp"

namespace tocsin {
namespace {

using Array = std::vector<MathSeries>;
using Call = MathExpression::Call;
using Id = MathFunctionId;
using Node = MathExpression;
using Scalar = std::optional<double>;

double number_in(const Node& e) { return std::get<Node::Number>(e.node).value; }
const std::string& word_in(const Node& e) { return std::get<Node::Word>(e.node).name; }

Id fold_named(std::string_view word) { return find_math_function(word)->id; }

// The types were checked: what is asked for is there.
class Evaluation {
 public:
  Evaluation(const MathInput& input, std::vector<MathValue>& entries)
      : grid_(input.grid), bands_(input.bands), entries_(entries) {}

  MathValue value(const Node& e) const {
    return std::visit([this](const auto& node) { return of(node); }, e.node);
  }

 private:
  MathValue of(const Node::Number& n) const { return Scalar(n.value); }
  MathValue of(const Node::Reference& r) const { return entries_[r.entry]; }
  MathValue of(const Node::Negation& n) const {
    return combined(Node::Operator::subtract, negative_zero(), value(n.operand.front()));
  }
  MathValue of(const Node::Binary& b) const {
    return combined(b.op, value(b.sides[0]), value(b.sides[1]));
  }
  MathValue of(const Node::Array& a) const {
    Array out;
    for (const Node& member : a.members) {
      MathValue v = value(member);
      if (auto* one = std::get_if<MathSeries>(&v)) out.push_back(std::move(*one));
      if (auto* many = std::get_if<Array>(&v))
        std::move(many->begin(), many->end(), std::back_inserter(out));
    }
    return out;
  }
  MathValue of(const Call& c) const;
  // Words and texts are no values.
  MathValue of(const Node::Word&) const { return Scalar(); }
  MathValue of(const Node::Text&) const { return Scalar(); }

  // -x is (-0) - x, also for 0.
  static MathValue negative_zero() { return Scalar(-0.0); }
  static MathValue combined(Node::Operator op, const MathValue& a, const MathValue& b);

  Scalar scalar(const Node& e) const { return std::get<Scalar>(value(e)); }
  MathSeries series(const Node& e) const { return std::get<MathSeries>(value(e)); }
  Array array(const Node& e) const { return std::get<Array>(value(e)); }
  MathSeries constant(Scalar v) const { return MathSeries(grid_.points, v); }
  // A time series, or an empty one for an empty array.
  MathSeries series_or(const Array& all, bool first) const {
    return all.empty() ? constant(std::nullopt) : first ? all.front() : all.back();
  }

  // `apply` to the one series or to each of the array.
  template <class Apply>
  MathValue each(const Node& e, const Apply& apply) const {
    MathValue v = value(e);
    if (const auto* one = std::get_if<MathSeries>(&v)) return apply(*one);
    Array all = std::get<Array>(std::move(v));
    for (MathSeries& s : all) s = apply(s);
    return all;
  }
  MathValue folded(const Call& c) const;
  MathValue filled(const Call& c) const;
  MathValue metrics(const Call& c) const;
  MathValue sliced(const Call& c) const;
  MathValue sorted(const Call& c) const;
  MathValue chosen(const Call& c) const;
  Array without_empty(Array all) const;

  const MathGrid& grid_;
  std::span<const MathBandSeries> bands_;
  std::vector<MathValue>& entries_;
};

MathValue Evaluation::combined(Node::Operator op, const MathValue& a, const MathValue& b) {
  const auto overloads = [op](const auto& x, const auto& y) -> MathValue {
    using X = std::decay_t<decltype(x)>;
    using Y = std::decay_t<decltype(y)>;
    if constexpr (std::is_same_v<X, Array>) {
      Array out;
      for (const MathSeries& s : x) out.push_back(std::get<MathSeries>(combined(op, s, y)));
      return out;
    } else if constexpr (std::is_same_v<Y, Array>) {
      Array out;
      for (const MathSeries& s : y) out.push_back(std::get<MathSeries>(combined(op, x, s)));
      return out;
    } else if constexpr (std::is_same_v<X, Scalar> && std::is_same_v<Y, Scalar>) {
      return x && y ? apply(op, *x, *y) : Scalar();
    } else {
      return combine(op, x, y);
    }
  };
  return std::visit(overloads, a, b);
}

MathValue Evaluation::folded(const Call& c) const {
  const MathValue v = value(c.arguments[0]);
  if (const auto* one = std::get_if<MathSeries>(&v)) return fold(c.function->id, *one);
  return fold(c.function->id, std::get<Array>(v), grid_.points);
}

MathValue Evaluation::filled(const Call& c) const {
  const Node& filler = c.arguments[1];
  if (std::holds_alternative<Node::Word>(filler.node)) {
    const bool repeat = word_in(filler) == "REPEAT";
    return each(c.arguments[0],
                [&](const MathSeries& s) { return repeat ? fill_repeat(s) : fill_linear(s); });
  }
  const MathValue v = value(filler);
  const auto* one = std::get_if<MathSeries>(&v);
  const MathSeries with = one != nullptr ? *one : constant(std::get<Scalar>(v));
  return each(c.arguments[0], [&](const MathSeries& s) { return fill(s, with); });
}

MathValue Evaluation::metrics(const Call& c) const {
  Array out;
  for (const std::size_t entry : c.entries) out.push_back(std::get<MathSeries>(entries_[entry]));
  return out;
}

MathValue Evaluation::sliced(const Call& c) const {
  Array all = array(c.arguments[0]);
  const auto size = static_cast<double>(all.size());
  const double from = std::min(number_in(c.arguments[1]), size);
  const double to = c.arguments.size() == 3 ? std::min(number_in(c.arguments[2]), size) : size;
  return Array(all.begin() + static_cast<std::ptrdiff_t>(from),
               all.begin() + static_cast<std::ptrdiff_t>(std::max(from, to)));
}

MathValue Evaluation::sorted(const Call& c) const {
  Array all = array(c.arguments[0]);
  const Id key = fold_named(word_in(c.arguments[1]));
  const bool descending = word_in(c.arguments[2]) == "DESC";
  std::vector<std::pair<Scalar, std::size_t>> order;
  for (std::size_t i = 0; i < all.size(); ++i) order.emplace_back(fold(key, all[i]), i);
  std::stable_sort(order.begin(), order.end(), [descending](const auto& a, const auto& b) {
    if (!a.first || !b.first) return a.first.has_value() && !b.first;
    return descending ? *a.first > *b.first : *a.first < *b.first;
  });
  if (c.arguments.size() == 4) {
    const double most = std::min(number_in(c.arguments[3]), static_cast<double>(order.size()));
    order.resize(static_cast<std::size_t>(most));
  }
  Array out;
  for (const auto& [unused, i] : order) out.push_back(std::move(all[i]));
  return out;
}

MathValue Evaluation::chosen(const Call& c) const {
  const auto side = [&](std::size_t i) -> MathValue {
    return i < c.arguments.size() ? value(c.arguments[i]) : MathValue(Scalar());
  };
  const MathValue condition = value(c.arguments[0]);
  const auto at = [](const MathValue& v, std::size_t i) {
    const auto* one = std::get_if<MathSeries>(&v);
    return one != nullptr ? (*one)[i] : std::get<Scalar>(v);
  };
  if (const auto* one = std::get_if<Scalar>(&condition)) {
    if (!*one) return constant(std::nullopt);
    MathValue taken = side(**one != 0 ? 1 : 2);
    if (auto* given = std::get_if<MathSeries>(&taken)) return std::move(*given);
    return constant(std::get<Scalar>(taken));
  }
  const MathSeries& when = std::get<MathSeries>(condition);
  const MathValue then = side(1), otherwise = side(2);
  MathSeries out(grid_.points);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!when[i]) continue;
    const bool zero_if_missing = std::holds_alternative<MathSeries>(then) && !at(then, i);
    out[i] = *when[i] == 0 ? at(otherwise, i) : zero_if_missing ? Scalar(0.0) : at(then, i);
  }
  return out;
}

Array Evaluation::without_empty(Array all) const {
  std::erase_if(all, [](const MathSeries& s) {
    return std::none_of(s.begin(), s.end(), [](const auto& point) { return point.has_value(); });
  });
  return all;
}

MathValue Evaluation::of(const Call& c) const {
  switch (c.function->shape) {
    case MathShape::pointwise:
      return each(c.arguments[0],
                  [&](const MathSeries& s) { return pointwise(c.function->id, s, grid_.period); });
    case MathShape::fold:
      return folded(c);
    case MathShape::count:
      return Scalar(static_cast<double>(array(c.arguments[0]).size()));
    case MathShape::pick:
      return series_or(array(c.arguments[0]), c.function->id == Id::first);
    case MathShape::sift:
      return without_empty(array(c.arguments[0]));
    case MathShape::clock:
      return clock(c.function->id, grid_);
    case MathShape::constant:
      return constant(scalar(c.arguments[0]));
    case MathShape::fill:
      return filled(c);
    case MathShape::period:
      return Scalar(static_cast<double>(grid_.period.count()) / 1000);
    case MathShape::metrics:
      return metrics(c);
    case MathShape::slice:
      return sliced(c);
    case MathShape::sort:
      return sorted(c);
    case MathShape::condition:
      return chosen(c);
    case MathShape::band:
      return Array{bands_[c.band.index].upper, bands_[c.band.index].lower};
  }
  return Scalar();
}

}  // namespace

MathValue MathProgram::evaluate(const MathInput& input) const {
  TOCSIN_ASSERT(input.metrics.size() == metrics_.size());
  TOCSIN_ASSERT(input.bands.size() == bands_.size());
  std::vector<MathValue> values(entries_);
  for (std::size_t i = 0; i < metric_entries_.size(); ++i) {
    TOCSIN_ASSERT(input.metrics[i].size() == input.grid.points);
    values[metric_entries_[i]] = input.metrics[i];
  }
  for (const Step& step : steps_)
    values[step.entry] = Evaluation(input, values).value(step.expression);
  return std::move(values[result_]);
}

}  // namespace tocsin
