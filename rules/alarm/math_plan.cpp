// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/math_plan.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace tocsin {
namespace {

using Errors = std::vector<MathError>;
using Compiled = std::variant<MathProgram, Errors>;

std::optional<std::size_t> place_of(const MathEntries& all, std::string_view id) {
  for (std::size_t i = 0; i < all.entries.size(); ++i)
    if (all.entries[i].id == id) return i;
  return std::nullopt;
}

// Places of the program's metrics among those of the plan, which takes in new ones.
MathPlan::Part add_part(MathProgram program, const AlarmMaths& maths, MathPlan& plan) {
  MathPlan::Part out{std::move(program), {}};
  for (const std::string& id : out.program.metrics()) {
    const auto known = std::find_if(plan.metrics.begin(), plan.metrics.end(),
                                    [&](const AlarmMetric& m) { return m.id == id; });
    out.inputs.push_back(static_cast<std::size_t>(known - plan.metrics.begin()));
    if (known == plan.metrics.end())
      plan.metrics.push_back(*std::find_if(maths.metrics.begin(), maths.metrics.end(),
                                           [&](const AlarmMetric& m) { return m.id == id; }));
  }
  return out;
}

MathError about_result(const MathEntries& all, std::string text, std::string hint) {
  return {MathFault::result, all.result, 1, 1, std::move(text), std::move(hint)};
}

// Whatever is wrong with a band, told before what follows from it.
std::optional<MathError> wrong_comparison(const MathEntries& all, const AlarmMaths& maths) {
  if (maths.band) return std::nullopt;
  const Compiled compiled =
      MathProgram::compile(all.entries, all.entries[all.result].id, MathResult::band);
  if (!std::holds_alternative<MathProgram>(compiled)) return std::nullopt;
  return about_result(all,
                      "the expression is a band, and a threshold is compared with one time series",
                      "comparison: LessThanLowerOrGreaterThanUpperThreshold, "
                      "LessThanLowerThreshold or GreaterThanUpperThreshold");
}

std::optional<MathError> learn_bands(const MathEntries& all, const AlarmMaths& maths,
                                     MathPlan& plan) {
  for (const MathProgram::Band& band : plan.result.program.bands()) {
    Compiled compiled = MathProgram::compile(all.entries, band.id, MathResult::series);
    auto* program = std::get_if<MathProgram>(&compiled);
    if (program == nullptr) return std::get<Errors>(compiled).front();
    if (!program->bands().empty())
      return about_result(
          all, "a band cannot be learned from what holds another band: `" + band.id + "`",
          "ANOMALY_DETECTION_BAND takes a metric");
    plan.look_back = std::max(plan.look_back, program->look_back());
    plan.dense = plan.dense || !program->needs_data();
    plan.bands.push_back({add_part(std::move(*program), maths, plan), band.deviations});
  }
  return std::nullopt;
}

// In the order in which they are written.
void sort_metrics(const AlarmMaths& maths, MathPlan& plan) {
  std::vector<AlarmMetric> sorted;
  std::vector<std::size_t> moved(plan.metrics.size());
  for (const AlarmMetric& m : maths.metrics)
    for (std::size_t i = 0; i < plan.metrics.size(); ++i) {
      if (plan.metrics[i].id != m.id) continue;
      moved[i] = sorted.size();
      sorted.push_back(m);
    }
  plan.metrics = std::move(sorted);
  for (std::size_t& input : plan.result.inputs) input = moved[input];
  for (MathPlan::LearnedBand& band : plan.bands)
    for (std::size_t& input : band.of.inputs) input = moved[input];
}

}  // namespace

MathEntries math_entries(const AlarmMaths& maths) {
  MathEntries out;
  for (const AlarmMetric& m : maths.metrics) out.entries.push_back({m.id, m.expression});
  if (const auto named = place_of(out, maths.expression)) {
    out.result = *named;
    return out;
  }
  const std::string letters = maths.band ? "ad" : "e";
  std::string id;
  for (std::size_t n = 1; id.empty() || place_of(out, id); ++n) id = letters + std::to_string(n);
  out.result = out.entries.size();
  out.entries.push_back({id, maths.expression});
  return out;
}

std::variant<MathPlan, Errors> make_math_plan(const AlarmMaths& maths) {
  const MathEntries all = math_entries(maths);
  if (auto wrong = wrong_comparison(all, maths)) return Errors{*std::move(wrong)};
  Compiled compiled = MathProgram::compile(all.entries, all.entries[all.result].id,
                                           maths.band ? MathResult::band : MathResult::series);
  if (auto* errors = std::get_if<Errors>(&compiled)) return std::move(*errors);
  MathPlan plan;
  plan.result = add_part(std::get<MathProgram>(std::move(compiled)), maths, plan);
  plan.look_back = plan.result.program.look_back();
  plan.dense = !plan.result.program.needs_data();
  if (auto wrong = learn_bands(all, maths, plan)) return Errors{*std::move(wrong)};
  if (plan.metrics.empty())
    return Errors{about_result(all, "an alarm's expression needs a metric",
                               "give `metrics` one, and name its id in the expression")};
  sort_metrics(maths, plan);
  return plan;
}

std::string band_subject(const AlarmMaths& maths) {
  if (!maths.band) return {};
  const auto plan = make_math_plan(maths);
  const auto* made = std::get_if<MathPlan>(&plan);
  return made != nullptr ? made->result.program.bands().front().id : std::string();
}

std::vector<ListedEntry> listed_entries(const AlarmMaths& maths) {
  MathEntries all = math_entries(maths);
  const std::string beside = band_subject(maths);
  std::vector<ListedEntry> out;
  for (std::size_t i = 0; i < all.entries.size(); ++i) {
    const bool returned = i == all.result || all.entries[i].id == beside;
    const bool is_metric = all.entries[i].expression.empty();
    out.push_back({std::move(all.entries[i]), is_metric ? &maths.metrics[i] : nullptr, returned});
  }
  return out;
}

std::string threshold_metric_id(const AlarmMaths& maths) {
  const MathEntries all = math_entries(maths);
  return maths.band ? all.entries[all.result].id : std::string();
}

std::vector<AlarmMetric> watched_metrics(const Alarm& alarm) {
  if (!alarm.maths)
    return {{.id = {},
             .expression = {},
             .metric_namespace = alarm.metric_namespace,
             .metric_name = alarm.metric_name,
             .dimensions = alarm.dimensions,
             .statistic = alarm.statistic,
             .unit = alarm.unit}};
  auto plan = make_math_plan(*alarm.maths);
  if (auto* made = std::get_if<MathPlan>(&plan)) return std::move(made->metrics);
  return {};
}

}  // namespace tocsin
