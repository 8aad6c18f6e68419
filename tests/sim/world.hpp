// SPDX-License-Identifier: Apache-2.0
// What happens outside of Tocsin in one simulation, all of it made from one number: rules, what is
// written to the streams and when, and what the endpoints are like.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/random.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/time.hpp"

namespace tocsin::sim {

// In which sense two runs over the same world are equal (spec/time.md section 9).
enum class Order {
  ordered,     // one stream in order of time: in full
  disordered,  // out of order within lateness, several streams: episodes
  wild,        // beyond lateness, stalls, lines without time: what replay tells is shown
};

struct Line {
  Instant written;         // wall time from which it can be read
  Instant time;            // that stands in it; kNoTime: none does
  std::uint64_t kind = 0;  // bit i: filter i matches
  double value = 1;
  std::string key;
  std::string event_id;
};

struct Stream {
  std::string group, name;
  std::vector<Line> lines;                              // in order of `written`
  std::vector<std::pair<Instant, Instant>> unreadable;  // its data cannot be read meanwhile
};

// How a fake server behaves. Chances are of one attempt.
struct Manners {
  double retry = 0, rejected = 0, timeout = 0, lost_answer = 0;
  Duration slowest{seconds{2}};
  Instant down_from = kNever, down_to = kNever;  // every attempt fails
};

struct World {
  explicit World(std::uint64_t seed);

  std::uint64_t seed;
  Order order = Order::ordered;
  bool distinct_times = true;
  Instant start, end;
  Duration pace{};  // between looks, about
  std::shared_ptr<const RuleSet> rules;
  std::vector<Stream> streams;
  std::map<std::string, std::vector<Endpoint>> endpoints;  // by topic
  std::map<std::string, Manners> manners;                  // by endpoint id

 private:
  void make_rules(Random& random);
  static void add_composite(RuleSet& made, Random& random);
  void make_streams(Random& random);
  void make_endpoints(Random& random);
  void fill(Stream& stream, Random& random);
};

const char* to_string(Order order);

}  // namespace tocsin::sim
