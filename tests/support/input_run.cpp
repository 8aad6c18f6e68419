// SPDX-License-Identifier: Apache-2.0
#include "support/input_run.hpp"

#include <stdexcept>

namespace tocsin {
namespace {

ConfigNode scalar(const std::string& text) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::scalar;
  node.scalar = text;
  return node;
}

ConfigNode options_node(const InputRun::Options& options) {
  ConfigNode map;
  map.kind = ConfigNode::Kind::map;
  for (const auto& [key, values] : options.settings) {
    ConfigNode list;
    list.kind = ConfigNode::Kind::sequence;
    for (const std::string& value : values) list.items.push_back(scalar(value));
    map.entries.emplace_back(scalar(key), values.size() == 1 ? scalar(values[0]) : list);
  }
  return map;
}

InputMaker find_maker(const InputRun::Options& options) {
  Diagnostics out;
  for (const InputType& type : input_types())
    if (type.name == options.input)
      if (InputMaker maker = type.decode(options_node(options), out)) return maker;
  throw std::runtime_error("no such input: " + options.input);
}

}  // namespace

InputRun::InputRun(Committed& committed, Options options) {
  const InputMaker maker = find_maker(options);
  start(committed, std::move(options), maker);
}

void InputRun::start(Committed& committed, Options options, const InputMaker& maker) {
  committed_ = &committed;
  options_ = std::move(options);
  InputContext context;
  context.clock = &clock_;
  context.group.name = "group";
  context.group.input = options_.input;
  context.group.time = options_.time;
  context.group.max_stall = options_.max_stall;
  context.start_at = options_.start_at;
  context.start_age = options_.start_age;
  context.line_bytes_max = options_.line_bytes_max;
  context.positions = committed.positions;
  context.first_seen = committed.positions.empty();
  input_ = maker(context);
  thread_ = std::jthread([this](std::stop_token stop) {
    input_->run(*this, std::move(stop));
    const std::scoped_lock lock(mutex_);
    changed_.notify_all();
  });
}

bool InputRun::wait(const std::function<bool(const Committed&)>& holds) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, seconds{8}, [&] { return crashed_ || holds(*committed_); }) &&
         !crashed_;
}

bool InputRun::wait_until_idle() {
  const Instant from = clock_.now();
  return wait([from](const Committed& c) {
    if (c.looks.empty() || c.looks.back().began <= from) return false;
    for (const StreamLook& stream : c.looks.back().streams)
      if (stream.unread) return false;
    return true;
  });
}

void InputRun::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool InputRun::commit(const std::vector<PositionUpdate>& updates) {
  if (options_.crash_after && *options_.crash_after == 0) crashed_ = true;
  if (crashed_) return false;
  if (options_.crash_after) --*options_.crash_after;
  for (const PositionUpdate& update : updates) {
    if (update.value)
      committed_->positions[update.name] = *update.value;
    else
      committed_->positions.erase(update.name);
  }
  return true;
}

bool InputRun::deliver(EventBatch batch) {
  const std::scoped_lock lock(mutex_);
  const bool is_committed = commit(batch.positions);
  if (is_committed) {
    for (const EventSlice& event : batch.events) {
      committed_->messages.emplace_back(batch.message(event));
      committed_->streams.push_back(batch.stream);
      committed_->places.push_back(event.position);
    }
    committed_->more_unread.push_back(batch.more_unread);
    ++committed_->batches;
  }
  changed_.notify_all();
  return is_committed;
}

bool InputRun::report(LookReport look) {
  const std::scoped_lock lock(mutex_);
  const bool is_committed = commit(look.positions);
  if (is_committed) committed_->looks.push_back(std::move(look));
  changed_.notify_all();
  return is_committed;
}

}  // namespace tocsin
