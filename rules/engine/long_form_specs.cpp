// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/long_form_specs.hpp"

#include "rules/engine/row_codec.hpp"
#include "tocsin/result.hpp"

namespace tocsin {
namespace {

template <class Number>
void write_optional(RowWriter& out, const std::optional<Number>& value) {
  out.flag(value.has_value());
  if (value) out.real(static_cast<double>(*value));
}

std::string name_of(const LongFormSpec& s) {
  RowWriter out;
  for (const int n : {s.evaluation.n, s.evaluation.m, s.evaluation.range, s.look_back})
    out.integer(n);
  out.byte(static_cast<unsigned>(s.evaluation.treat));
  out.byte(static_cast<unsigned>(s.statistic.kind));
  out.flag(s.statistic.percent);
  write_optional(out, s.statistic.low);
  write_optional(out, s.statistic.high);
  out.byte(static_cast<unsigned>(s.comparison));
  write_optional(out, s.band ? std::optional(static_cast<int>(*s.band)) : std::nullopt);
  for (const Duration d : {s.period, s.step, s.lateness}) out.integer(d.count());
  out.flag(s.early);
  out.flag(s.keyed);
  write_optional(out, s.least_samples);
  return out.take();
}

}  // namespace

const LongFormSpec& LongFormSpecs::share(const LongFormSpec& spec) {
  std::unique_ptr<const LongFormSpec>& held = specs_[name_of(spec)];
  if (!held) held = std::make_unique<const LongFormSpec>(spec);
  TOCSIN_ASSERT(*held == spec);
  return *held;
}

void LongFormSpecs::sweep(const std::set<const LongFormSpec*>& used) {
  std::erase_if(specs_, [&](const auto& held) { return !used.contains(held.second.get()); });
}

}  // namespace tocsin
