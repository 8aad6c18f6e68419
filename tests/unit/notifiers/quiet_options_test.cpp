// SPDX-License-Identifier: Apache-2.0
#include "notifiers/quiet_options.hpp"

#include "support/catch.hpp"
#include "support/config_nodes.hpp"

namespace tocsin {
namespace {

using test::list;
using test::map;
using test::scalar;

struct Read {
  QuietPolicy policy;
  std::vector<std::string> codes;
};

Read read(const ConfigNode& options, bool takes_digests = true) {
  std::vector<Endpoint> endpoints(2);
  endpoints[0].label = "slack hooks.slack.com";
  endpoints[1].takes_digests = takes_digests;
  Diagnostics out;
  read_quiet_policy(options, endpoints, out);
  CHECK(endpoints[0].quiet == endpoints[1].quiet);
  Read result{endpoints[0].quiet, {}};
  for (const Diagnostic& d : out.list()) result.codes.push_back(d.code);
  return result;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("the short and the long forms of what makes messages fewer", "[notifiers][noise]") {
  CHECK(read(map({})).policy == QuietPolicy{});
  CHECK(read(map({{"group", scalar("5m")}})).policy.group ==
        GroupPolicy{minutes{5}, Duration{0}, {"alarm"}});
  const ConfigNode group = map({{"interval", scalar("1h")},
                                {"wait", scalar("30s")},
                                {"by", list({scalar("severity"), scalar("tags.team")})}});
  CHECK(read(map({{"group", group}})).policy.group ==
        GroupPolicy{hours{1}, seconds{30}, {"severity", "tags.team"}});
  const ConfigNode everything = map({{"interval", scalar("1h")}, {"by", list({})}});
  CHECK(read(map({{"group", everything}})).policy.group.by.empty());
  CHECK(read(map({{"digest", scalar("1h")}})).policy.digest ==
        DigestPolicy{hours{1}, {"critical"}});
  const ConfigNode digest =
      map({{"every", scalar("15m")}, {"at_once", list({scalar("high"), scalar("critical")})}});
  CHECK(read(map({{"digest", digest}})).policy.digest ==
        DigestPolicy{minutes{15}, {"high", "critical"}});
  for (const auto& [text, rate] : {std::pair<const char*, MessageRate>{"20/min", {20, minutes{1}}},
                                   {"5/10m", {5, minutes{10}}},
                                   {"1/s", {1, seconds{1}}},
                                   {"100/h", {100, hours{1}}},
                                   {"3/day", {3, days{1}}}}) {
    INFO(text);
    CHECK(read(map({{"rate_limit", scalar(text)}})).policy.rate == rate);
  }
}

TEST_CASE("what makes no sense as a policy is told", "[notifiers][noise]") {
  for (const char* text :
       {"20", "20/fortnight", "0/min", "-1/min", "1001/min", "5/", "/min", "5/10ms", "5/30d", ""}) {
    INFO(text);
    CHECK(read(map({{"rate_limit", scalar(text)}})).codes == Codes{"bad-value"});
  }
  CHECK(read(map({{"rate_limit", list({})}})).codes == Codes{"bad-value"});
  CHECK(read(map({{"group", scalar("500ms")}})).codes == Codes{"bad-value"});
  CHECK(read(map({{"group", map({{"wait", scalar("5s")}})}})).codes == Codes{"missing-key"});
  const ConfigNode coloured = map({{"interval", scalar("5m")}, {"by", scalar("colour")}});
  CHECK(read(map({{"group", coloured}})).codes == Codes{"bad-value"});
  const ConfigNode urgent = map({{"every", scalar("5m")}, {"at_once", list({scalar("urgent")})}});
  CHECK(read(map({{"digest", urgent}})).codes == Codes{"bad-value"});
  CHECK(read(map({{"group", scalar("5m")}, {"digest", scalar("1h")}})).codes == Codes{"conflict"});
}

TEST_CASE("a channel that shows no digests takes no policy that makes them", "[notifiers][noise]") {
  for (const char* key : {"group", "digest"})
    CHECK(read(map({{key, scalar("5m")}}), false).codes == Codes{"conflict"});
  CHECK(read(map({{"rate_limit", scalar("5/m")}}), false).codes == Codes{"conflict"});
  CHECK(read(map({}), false).codes.empty());
}

}  // namespace tocsin
