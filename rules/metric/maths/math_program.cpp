// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/maths/math_program.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

using Call = MathExpression::Call;

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= kMathIdCharactersMax && id[0] >= 'a' && id[0] <= 'z' &&
         std::all_of(id.begin(), id.end(), [](char c) { return is_alphanumeric(c) || c == '_'; });
}

// Calls `each` for every node.
template <class Node, class Each>
void walk(Node& e, const Each& each) {
  each(e);
  if (auto* negation = std::get_if<MathExpression::Negation>(&e.node))
    for (auto& part : negation->operand) walk(part, each);
  if (auto* binary = std::get_if<MathExpression::Binary>(&e.node))
    for (auto& part : binary->sides) walk(part, each);
  if (auto* array = std::get_if<MathExpression::Array>(&e.node))
    for (auto& part : array->members) walk(part, each);
  if (auto* call = std::get_if<Call>(&e.node))
    for (auto& part : call->arguments) walk(part, each);
}

bool is_band_call(const std::optional<MathExpression>& e) {
  const auto* call = e ? std::get_if<Call>(&e->node) : nullptr;
  return call != nullptr && call->function->shape == MathShape::band;
}

// Gives datapoints of its own, whatever the metrics have.
bool makes_datapoints(const MathExpression& e) {
  const auto* call = std::get_if<Call>(&e.node);
  if (call == nullptr) return false;
  switch (call->function->shape) {
    case MathShape::clock:
    case MathShape::constant:
      return true;
    case MathShape::fill:
      return !std::holds_alternative<MathExpression::Word>(call->arguments[1].node);
    case MathShape::condition:
      return call->arguments[0].info.type == MathType::scalar;
    default:
      return false;
  }
}

}  // namespace

class MathCompiler {
 public:
  explicit MathCompiler(std::vector<MathEntry> entries)
      : entries_(std::move(entries)), parts_(entries_.size()) {
    scope_.find = [this](std::string_view id) { return find(id); };
    scope_.info = [this](std::size_t entry, std::optional<MathFault>& why) {
      return info(entry, why);
    };
    scope_.is_metric = [this](std::size_t entry) { return is_metric(entry); };
    for (const MathEntry& entry : entries_) scope_.ids.push_back(entry.id);
  }

  std::variant<MathProgram, std::vector<MathError>> compile(std::string_view result_id,
                                                            MathResult result) {
    check_entries();
    if (!errors_.empty()) return std::move(errors_);
    for (std::size_t i = 0; i < entries_.size(); ++i) check(i);
    const std::optional<std::size_t> wanted = find(result_id);
    if (!wanted)
      fail(0, MathFault::result,
           "no metric or expression has the id of the result, `" + std::string(result_id) + "`");
    else if (errors_.empty())
      check_result(*wanted, result);
    if (!errors_.empty()) return std::move(errors_);
    return build(*wanted);
  }

 private:
  enum class Progress { untouched, begun, done, failed };
  struct Part {
    Progress progress = Progress::untouched;
    std::optional<MathExpression> expression;  // not of a metric
    MathTypeInfo info{MathType::series, 1, 0};
    std::vector<MathNotice> notices;
  };

  bool is_metric(std::size_t entry) const { return entries_[entry].expression.empty(); }
  std::optional<std::size_t> find(std::string_view id) const {
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (entries_[i].id == id) return i;
    return std::nullopt;
  }
  void fail(std::size_t entry, MathFault fault, std::string text, std::string hint = {}) {
    errors_.push_back({fault, entry, 1, 1, std::move(text), std::move(hint)});
  }

  void check_entries();
  void check(std::size_t entry);
  std::optional<MathTypeInfo> info(std::size_t entry, std::optional<MathFault>& why);
  void check_result(std::size_t entry, MathResult result);
  MathProgram build(std::size_t wanted);
  void add_step(std::size_t entry, MathProgram& program, std::set<std::size_t>& needed);

  std::vector<MathEntry> entries_;
  std::vector<Part> parts_;
  std::vector<MathError> errors_;
  MathScope scope_;
};

void MathCompiler::check_entries() {
  std::size_t metrics = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::string& id = entries_[i].id;
    if (!is_id(id))
      fail(i, MathFault::id, "an id begins with a small letter and has letters, digits and _ only",
           "at most " + std::to_string(kMathIdCharactersMax) + ", such as errors_2");
    else if (*find(id) != i)
      fail(i, MathFault::id, "the id `" + id + "` is there twice");
    if (is_metric(i) && ++metrics == kMathMetricsMax + 1)
      fail(i, MathFault::too_many,
           "an expression has at most " + std::to_string(kMathMetricsMax) + " metrics");
  }
  if (entries_.size() > kMathEntriesMax)
    fail(kMathEntriesMax, MathFault::too_many,
         "at most " + std::to_string(kMathEntriesMax) + " metrics and expressions");
}

void MathCompiler::check(std::size_t entry) {
  Part& part = parts_[entry];
  if (part.progress != Progress::untouched) return;
  part.progress = is_metric(entry) ? Progress::done : Progress::begun;
  if (is_metric(entry)) return;
  auto parsed = parse_math(entries_[entry].expression);
  MathFindings findings{.error = {}, .notices = {}};
  if (auto* error = std::get_if<MathError>(&parsed)) {
    findings.error = std::move(*error);
  } else {
    part.expression = std::get<MathExpression>(std::move(parsed));
    if (check_math(*part.expression, scope_, findings)) part.progress = Progress::done;
    part.info = part.expression->info;
  }
  part.notices = std::move(findings.notices);
  for (MathNotice& notice : part.notices) notice.entry = entry;
  if (part.progress == Progress::done) return;
  part.progress = Progress::failed;
  if (!findings.error) return;
  findings.error->entry = entry;
  errors_.push_back(*std::move(findings.error));
}

std::optional<MathTypeInfo> MathCompiler::info(std::size_t entry, std::optional<MathFault>& why) {
  if (parts_[entry].progress == Progress::begun) why = MathFault::cycle;
  check(entry);
  if (parts_[entry].progress != Progress::done) return std::nullopt;
  return parts_[entry].info;
}

void MathCompiler::check_result(std::size_t entry, MathResult result) {
  const MathType type = parts_[entry].info.type;
  if (result == MathResult::band && !is_band_call(parts_[entry].expression))
    fail(entry, MathFault::result, "a band comparison needs ANOMALY_DETECTION_BAND",
         "such as ANOMALY_DETECTION_BAND(m1, 2)");
  if (result != MathResult::series || type == MathType::series) return;
  fail(entry, MathFault::result,
       "an alarm's expression must be one time series, and this is " + std::string(described(type)),
       type == MathType::scalar ? "TIME_SERIES(...) makes it one"
                                : "SUM, AVG, MIN, MAX, FIRST or LAST make it one");
}

// Entries are few, so the depth of references is.
void MathCompiler::add_step(std::size_t entry, MathProgram& program,
                            std::set<std::size_t>& needed) {
  if (!needed.insert(entry).second || is_metric(entry)) return;
  Part& part = parts_[entry];
  walk(*part.expression, [&](MathExpression& e) {
    if (const auto* reference = std::get_if<MathExpression::Reference>(&e.node))
      add_step(reference->entry, program, needed);
    program.needs_data_ = program.needs_data_ && !makes_datapoints(e);
    auto* call = std::get_if<Call>(&e.node);
    if (call == nullptr) return;
    for (const std::size_t metric : call->entries) needed.insert(metric);
    if (call->function->shape != MathShape::band) return;
    const MathProgram::Band band{entries_[call->band.entry].id, call->band.deviations};
    const auto known = std::find(program.bands_.begin(), program.bands_.end(), band);
    call->band.index = static_cast<std::size_t>(known - program.bands_.begin());
    if (known == program.bands_.end()) program.bands_.push_back(band);
  });
  program.notices_.insert(program.notices_.end(), part.notices.begin(), part.notices.end());
  program.steps_.push_back({entry, *std::move(part.expression)});
}

MathProgram MathCompiler::build(std::size_t wanted) {
  MathProgram program;
  std::set<std::size_t> needed;
  program.entries_ = entries_.size();
  program.result_ = wanted;
  program.type_ = parts_[wanted].info.type;
  program.look_back_ = parts_[wanted].info.look_back;
  add_step(wanted, program, needed);
  for (const std::size_t entry : needed)
    if (is_metric(entry)) {
      program.metric_entries_.push_back(entry);
      program.metrics_.push_back(entries_[entry].id);
    }
  return program;
}

std::variant<MathProgram, std::vector<MathError>> MathProgram::compile(
    std::vector<MathEntry> entries, std::string_view result_id, MathResult result) {
  return MathCompiler(std::move(entries)).compile(result_id, result);
}

}  // namespace tocsin
