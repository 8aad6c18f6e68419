// SPDX-License-Identifier: Apache-2.0
#include "rules/match/matcher.hpp"

#include <utility>

#include "rules/match/event_time.hpp"
#include "rules/match/prefilter.hpp"
#include "rules/pattern/pattern.hpp"

namespace tocsin {
namespace {

EventTime compile_time(const TimeSpec& spec, std::string_view input) {
  Result<EventTime> time = EventTime::compile(spec, input);
  TOCSIN_ASSERT(time.ok());  // a rule set with a bad `time:` is never built
  return std::move(time).value();
}

Prefilter make_prefilter(const RuleSet& rules, const std::vector<std::uint32_t>& filters) {
  std::vector<const ast::Json*> patterns;
  for (const std::uint32_t filter : filters)
    if (const auto* json = std::get_if<ast::Json>(&rules.filters[filter].pattern->tree()))
      patterns.push_back(json);
  return Prefilter(patterns);
}

std::vector<std::uint32_t> filters_of(const RuleSet& rules, const std::string& log_group) {
  std::vector<std::uint32_t> filters;
  for (std::uint32_t i = 0; i < rules.filters.size(); ++i)
    if (rules.filters[i].log_group == log_group) filters.push_back(i);
  return filters;
}

std::string scalar_member(const JsonNode& root, std::string_view name) {
  const JsonNode* node = root.member(name);
  const bool scalar =
      node && (node->kind == JsonNode::Kind::string || node->kind == JsonNode::Kind::number);
  return std::string(scalar ? node->text : std::string_view{});
}

// What makes a CloudTrail event the same one when it is delivered again; spec/time.md section 6.
std::string event_id(EventView& event) {
  const JsonNode* root = event.json();
  if (!root) return {};
  const std::string id = scalar_member(*root, "eventID");
  return id.empty() ? id : scalar_member(*root, "recipientAccountId") + '/' + id;
}

Sample make_sample(const MetricFilter& filter, std::uint32_t index, EventView& event) {
  Sample sample;
  sample.filter = index;
  sample.value = sample_value(*filter.pattern, filter.value, event);
  for (const FieldBinding& dimension : filter.dimensions)
    sample.dimensions.push_back(filter.pattern->resolve(dimension.reference, event));
  return sample;
}

}  // namespace

struct Matcher::Group {
  std::string name;
  bool dedup = false;
  EventTime time;
  std::vector<std::uint32_t> filters;  // into RuleSet::filters
  Prefilter json;                      // of the JSON patterns among them
};

struct Matcher::Scratch::State {
  JsonReader reader;
  EventView event{reader};
};

Matcher::Scratch::Scratch() : state_(std::make_unique<State>()) {}
Matcher::Scratch::~Scratch() = default;

Matcher::Matcher(std::shared_ptr<const RuleSet> rules) : rules_(std::move(rules)) {
  for (const LogGroup& group : rules_->log_groups) {
    std::vector<std::uint32_t> filters = filters_of(*rules_, group.name);
    Prefilter json = make_prefilter(*rules_, filters);
    groups_.push_back({group.name, group.dedup, compile_time(group.time, group.input),
                       std::move(filters), std::move(json)});
  }
  groups_.push_back({{}, false, compile_time(TimeSpec{}, {}), {}, Prefilter({})});
}

Matcher::~Matcher() = default;

const Matcher::Group& Matcher::group(const std::string& name) const {
  for (const Group& group : groups_)
    if (group.name == name) return group;
  return groups_.back();
}

void Matcher::match(EventBatch& batch, Scratch& scratch, MatchBatch& out) const {
  out = MatchBatch{};
  out.rules = rules_;
  out.log_group = batch.log_group;
  out.stream = batch.stream;
  out.source = batch.source;
  out.positions = std::move(batch.positions);
  out.read_at = batch.read_at;
  out.source_time = batch.source_time;
  out.more_unread = batch.more_unread;
  out.times.reserve(batch.events.size());
  const Group& group = this->group(batch.log_group);
  for (const EventSlice& slice : batch.events) {
    const std::string_view message = batch.message(slice);
    out.bytes += message.size();
    EventView& event = scratch.state_->event;
    event.reset(message);
    MatchedEvent found;
    match_event(group, event, found);
    if (!found.samples.empty()) {
      found.index = static_cast<std::uint32_t>(out.times.size());
      found.position = slice.position;
      found.message = std::string(message);
      if (group.dedup) found.event_id = event_id(event);
      out.matches.push_back(std::move(found));
    }
    out.times.push_back(group.time.find(event, batch.source_time));
  }
}

void Matcher::match_event(const Group& group, EventView& event, MatchedEvent& found) const {
  const bool json_candidate = group.json.is_candidate(event);
  for (const std::uint32_t index : group.filters) {
    const MetricFilter& filter = rules_->filters[index];
    const bool is_json = filter.pattern->family() == Pattern::Family::json;
    if (is_json && !json_candidate) continue;
    if (filter.pattern->matches(event)) found.samples.push_back(make_sample(filter, index, event));
  }
}

}  // namespace tocsin
