// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/log_sample.hpp"

#include "support/catch.hpp"

using namespace tocsin;

TEST_CASE("texts of any length are counted in the log sample", "[match][prefilter]") {
  const LogSample& sample = LogSample::get();
  CHECK(sample.count("{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"") == 2);
  CHECK(sample.count("\"eventName\":\"DescribeInstances\"") == 1);
  CHECK(sample.count("\"eventName\":\"DescribeInstancesX") == 0);
  CHECK(sample.count("\"eventNa") == 2);
  CHECK(sample.count("\"eventName\"") == 2);
  CHECK(sample.count("eve") >= sample.count("event"));
  CHECK(sample.count("nowhere in it") == 0);
}
