// SPDX-License-Identifier: Apache-2.0
// What tests/cases/filter-policy-cases.jsonl does not say.
#include "rules/message/filter_policy.hpp"

#include "rules/ruleset/yaml_document.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

std::optional<FilterPolicy> parse(const std::string& yaml, Diagnostics& out) {
  const ConfigNode node = read_yaml(yaml, "policy.yaml", out);
  return FilterPolicy::parse(node, FilterScope::message_body, out);
}

bool accepts(const std::string& yaml, const std::string& body) {
  Diagnostics out;
  const auto policy = parse(yaml, out);
  REQUIRE(policy);
  return policy->accepts_body(body);
}

}  // namespace

TEST_CASE("a policy in YAML is typed as it is written", "[message][filter]") {
  CHECK(accepts("k: [ALARM]", R"({"k":"ALARM"})"));
  CHECK(accepts("k: [5]", R"({"k":5.0})"));
  CHECK_FALSE(accepts("k: ['5']", R"({"k":5})"));
  CHECK_FALSE(accepts("k: [5]", R"({"k":"5"})"));
  CHECK(accepts("k: [true]", R"({"k":true})"));
  CHECK_FALSE(accepts("k: ['true']", R"({"k":true})"));
  CHECK(accepts("k: [null]", R"({"k":null})"));
  CHECK(accepts("k: [000000000000]", R"({"k":"000000000000"})"));
}

TEST_CASE("numbers beyond every double are compared without harm", "[message][filter]") {
  CHECK(accepts("k: [{numeric: ['>', 5]}]", R"({"k":1e999})"));
  CHECK(accepts("k: [{numeric: [<, 5]}]", R"({"k":-1e999})"));
  CHECK_FALSE(accepts("k: [5]", R"({"k":1e999})"));
}

TEST_CASE("a key named twice must hold both times", "[message][filter]") {
  const std::string policy = "{a: {b: [{prefix: x}]}, a.b: [{suffix: y}]}";
  CHECK(accepts(policy, R"({"a":{"b":"xy"}})"));
  CHECK_FALSE(accepts(policy, R"({"a":{"b":"zy"}})"));
}

TEST_CASE("an address with a NUL inside is none", "[message][filter]") {
  CHECK(accepts("k: [{cidr: 10.0.0.0/8}]", R"({"k":"10.1.2.3"})"));
  CHECK_FALSE(accepts("k: [{cidr: 10.0.0.0/8}]", R"({"k":"10.1.2.3\u0000"})"));
}

TEST_CASE("a body nested as deep as it may be is looked through", "[message][filter]") {
  std::string body = R"({"k":)";
  for (int i = 0; i < 900; ++i) body += '[';
  body += "1";
  for (int i = 0; i < 900; ++i) body += ']';
  CHECK(accepts("k: [1]", body + "}"));
}

TEST_CASE("every fault of a policy is told, each at its place", "[message][filter]") {
  Diagnostics out;
  CHECK_FALSE(
      parse("a: x\nb: []\nc: [{prefx: x}]\nd: {e: [{exists: 'no'}]}\n"
            "f: [{wildcard: a*b*c*d*}]\n",
            out));
  std::string told;
  for (const Diagnostic& d : out.list())
    told +=
        d.code + " " + std::to_string(d.where.line) + ":" + std::to_string(d.where.column) + "\n";
  CHECK(told ==
        "not_array 1:4\nempty_array 2:4\nunknown_operator 3:6\noperand_type 4:18\nbad_value "
        "5:16\n");
  CHECK(out.list()[2].hint.find("prefix") != std::string::npos);
}

TEST_CASE("a policy has a limit in bytes", "[message][filter]") {
  Diagnostics out;
  CHECK_FALSE(parse("k: [" + std::string(300'000, 'x') + "]", out));
  CHECK(out.list().front().code == "size");
}

}  // namespace tocsin
