// SPDX-License-Identifier: Apache-2.0
#include "rules/match/matcher.hpp"

#include <utility>

#include "rules/match/pattern_set.hpp"
#include "rules/match/time/event_time.hpp"
#include "rules/match/time/timestamps.hpp"

namespace tocsin {
namespace {

EventTime compile_time(const TimeSpec& spec, std::string_view input) {
  Result<EventTime> time = EventTime::compile(spec, input);
  TOCSIN_ASSERT(time.ok());  // a rule set with a bad `time:` is never built
  return std::move(time).value();
}

std::vector<std::uint32_t> filters_of(const RuleSet& rules, const std::string& log_group) {
  std::vector<std::uint32_t> filters;
  for (std::uint32_t i = 0; i < rules.filters.size(); ++i)
    if (rules.filters[i].log_group == log_group) filters.push_back(i);
  return filters;
}

bool is_reference(std::string_view value) { return value.starts_with('$'); }

// The references of a filter: its value, if it is one, and its dimensions.
std::vector<std::string> references_of(const MetricFilter& filter) {
  std::vector<std::string> references;
  if (is_reference(filter.value)) references.push_back(filter.value);
  for (const FieldBinding& dimension : filter.dimensions) references.push_back(dimension.reference);
  return references;
}

std::vector<PatternSet::Wanted> wanted_of(const RuleSet& rules,
                                          const std::vector<std::uint32_t>& filters) {
  std::vector<PatternSet::Wanted> wanted;
  for (const std::uint32_t filter : filters)
    wanted.push_back({rules.filters[filter].pattern, references_of(rules.filters[filter])});
  return wanted;
}

// Common to all filters, in this order. What makes CloudTrail events the same one when they are
// delivered again (spec/time.md section 6), and the time.
enum Common : std::size_t { kEventId, kAccountId, kTime };
constexpr std::size_t kEventIdBytes = 64;  // an account, a UUID: mostly
// Matches whose memory is kept for later ones, and how long a message may be of which it is.
constexpr std::size_t kSpareMatches = 1024;
constexpr std::size_t kSpareMessageBytes = 4096;
constexpr std::size_t kMatchesKept = 16 * 1024;  // of a list of them

std::vector<std::string> common_of(const EventTime& time) {
  std::vector<std::string> common{"$.eventID", "$.recipientAccountId"};
  if (!time.field().empty()) common.push_back(time.field());
  return common;
}

// The values that filters publish whatever the event says.
std::vector<std::optional<double>> values_of(const RuleSet& rules,
                                             const std::vector<std::uint32_t>& filters) {
  std::vector<std::optional<double>> values;
  for (const std::uint32_t filter : filters) {
    const std::string& value = rules.filters[filter].value;
    values.push_back(is_reference(value) ? std::nullopt : parse_number(value));
  }
  return values;
}

TimestampNeed timestamp_need(const RuleSet& rules, const std::vector<std::uint32_t>& filters) {
  TimestampNeed need = TimestampNeed::sparse;
  for (const std::uint32_t filter : filters) {
    if (!rules.filters[filter].default_value) continue;
    if (rules.filters[filter].default_per_event) return TimestampNeed::each_event;
    need = TimestampNeed::each_minute;
  }
  return need;
}

}  // namespace

struct Matcher::Group {
  std::string name;
  bool dedup = false;
  EventTime time;
  std::vector<std::uint32_t> filters;          // into RuleSet::filters
  std::vector<std::optional<double>> values;   // of `filters`: what is published, unless it is read
  std::shared_ptr<const PatternSet> patterns;  // of `filters`, in their order
  TimestampNeed need = TimestampNeed::sparse;
};

struct Matcher::Scratch::State {
  JsonReader reader;
  EventView view{reader};
  PatternSet::Scratch patterns;
  std::string message;  // of the event at hand
  std::vector<std::uint32_t> matched;
  bool only_objects = false;
  std::vector<MatchedEvent> spare;

  MatchedEvent take_spare() {
    if (spare.empty()) return {};
    MatchedEvent event = std::move(spare.back());
    spare.pop_back();
    return event;
  }
};

Matcher::Scratch::Scratch() : state_(std::make_unique<State>()) {}
Matcher::Scratch::~Scratch() = default;
bool Matcher::Scratch::saw_only_objects() const { return state_->only_objects; }

void Matcher::Scratch::reuse(std::vector<MatchedEvent>& matches) {
  for (MatchedEvent& match : matches) {
    if (state_->spare.size() == kSpareMatches) break;
    if (match.message.capacity() <= kSpareMessageBytes) state_->spare.push_back(std::move(match));
  }
  matches.clear();
  if (matches.capacity() > kMatchesKept) matches.shrink_to_fit();
}

Matcher::Matcher(std::shared_ptr<const RuleSet> rules, const Matcher* before)
    : rules_(std::move(rules)) {
  const auto add = [&](const LogGroup& group) {
    std::vector<std::uint32_t> filters = filters_of(*rules_, group.name);
    EventTime time = compile_time(group.time, group.input);
    std::vector<PatternSet::Wanted> wanted = wanted_of(*rules_, filters);
    std::vector<std::string> common = common_of(time);
    std::shared_ptr<const PatternSet> patterns;
    if (before != nullptr && before->group(group.name).patterns->is_made_of(wanted, common))
      patterns = before->group(group.name).patterns;
    else
      patterns = std::make_shared<const PatternSet>(std::move(wanted), std::move(common));
    const TimestampNeed need = timestamp_need(*rules_, filters);
    std::vector<std::optional<double>> values = values_of(*rules_, filters);
    groups_.push_back(
        std::make_unique<Group>(Group{group.name, group.dedup, std::move(time), std::move(filters),
                                      std::move(values), std::move(patterns), need}));
  };
  for (const LogGroup& group : rules_->log_groups) add(group);
  add(LogGroup{});
}

Matcher::~Matcher() = default;

const Matcher::Group& Matcher::group(const std::string& name) const {
  for (const auto& group : groups_)
    if (group->name == name) return *group;
  return *groups_.back();
}

void Matcher::match(EventBatch& batch, Scratch& scratch, MatchBatch& out) const {
  out = MatchBatch{};
  out.log_group = batch.log_group;
  out.stream = batch.stream;
  out.source = batch.source;
  out.positions = std::move(batch.positions);
  out.read_at = batch.read_at;
  out.source_time = batch.source_time;
  out.more_unread = batch.more_unread;
  match(EventBlock{batch.bytes, batch.events}, scratch, out);
}

void Matcher::match(const EventBlock& block, Scratch& scratch, MatchBatch& out,
                    MatchOptions options) const {
  out.rules = rules_;
  Scratch::State& state = *scratch.state_;
  const Group& group = this->group(out.log_group);
  const bool matches_only = !options.watermarks && group.need == TimestampNeed::sparse;
  const TimestampNeed need = matches_only ? TimestampNeed::matches : group.need;
  Timestamps times(block, group.time, need, out.source_time, state.view, out.times);
  EventCursor event(block);
  const std::uint64_t limits_before = state.patterns.regex_limits();
  const LiteralScan* literals = group.patterns->candidates();
  while (true) {
    if (literals != nullptr) event.skip_to(*literals);
    if (event.at_end()) break;
    const std::string_view message = event.message(state.message);
    group.patterns->match(message, state.patterns, state.matched);
    if (!state.matched.empty()) {
      MatchedEvent& found = out.matches.emplace_back(state.take_spare());
      found.index = event.index();
      found.position = event.position();
      found.message = options.messages ? message : std::string_view();
      describe(group, state, found);
      if (group.dedup) identify(group, state, found);
      times.matched(event, time_of(group, state, out.source_time));
    }
    event.next();
  }
  times.finish(event);
  state.only_objects = !block.events && !event.has_other_lines();
  out.events = event.index();
  out.regex_limits = state.patterns.regex_limits() - limits_before;
  out.bytes = block.bytes.size();
}

// Of a match that was read as JSON the time is at hand.
std::optional<Instant> Matcher::time_of(const Group& group, Scratch::State& state,
                                        Instant near) const {
  if (group.time.field().empty() || !group.patterns->has_common(state.patterns))
    return std::nullopt;
  const std::optional<std::string_view> text = group.patterns->common(kTime, state.patterns);
  if (!text) return std::nullopt;
  return group.time.find_in_field(*text, near);
}

// Its samples. What `found` was before does not matter.
void Matcher::describe(const Group& group, Scratch::State& state, MatchedEvent& found) const {
  found.event_id.clear();
  found.samples.resize(state.matched.size());
  auto sample = found.samples.begin();
  for (const std::uint32_t pattern : state.matched) {
    const std::uint32_t number = group.filters[pattern];
    const MetricFilter& filter = rules_->filters[number];
    sample->filter = number;
    std::size_t reference = 0;
    const auto next_reference = [&] {
      return group.patterns->reference(pattern, reference++, state.patterns);
    };
    if (!is_reference(filter.value))
      sample->value = group.values[pattern];
    else if (const auto value = next_reference())
      sample->value = parse_number(*value);
    else
      sample->value.reset();
    sample->dimensions.resize(filter.dimensions.size());
    for (std::optional<std::string>& dimension : sample->dimensions) {
      const auto text = next_reference();
      if (!text)
        dimension.reset();
      else if (dimension)
        dimension->assign(*text);
      else
        dimension.emplace(*text);
    }
    ++sample;
  }
}

void Matcher::identify(const Group& group, Scratch::State& state, MatchedEvent& found) {
  found.event_id.reserve(kEventIdBytes);
  found.event_id = group.patterns->common(kAccountId, state.patterns).value_or(std::string_view());
  found.event_id += '/';
  const auto id = group.patterns->common(kEventId, state.patterns);
  if (id && !id->empty())
    found.event_id += *id;
  else
    found.event_id.clear();
}

}  // namespace tocsin
