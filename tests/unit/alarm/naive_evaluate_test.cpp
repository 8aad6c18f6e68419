// SPDX-License-Identifier: Apache-2.0
// The plain evaluation, small and exhaustive, against one that is written from the prose.
#include <string>
#include <vector>

#include "rules/alarm/evaluate.hpp"
#include "support/catch.hpp"
#include "support/naive_alarm.hpp"

namespace tocsin {
namespace {

constexpr auto kTreatments = {MissingData::missing, MissingData::ignore, MissingData::breaching,
                              MissingData::not_breaching};
constexpr auto kStates = {AlarmState::insufficient_data, AlarmState::ok, AlarmState::alarm};

std::vector<naive::Window> windows_up_to(std::size_t length) {
  std::vector<naive::Window> out{""};
  for (std::size_t at = 0; at < out.size(); ++at)
    if (out[at].size() < length)
      for (const char c : {'-', '0', 'X'}) out.push_back(out[at] + c);
  return out;
}

std::vector<std::optional<bool>> row_of(const naive::Window& window) {
  std::vector<std::optional<bool>> out;
  for (const char c : window)
    out.push_back(c == '-' ? std::optional<bool>() : std::optional<bool>(c == 'X'));
  return out;
}

// A row of spec/alarms.md 5.4; "keep" as the state that was.
struct Documented {
  int m;
  naive::Window window;
  std::vector<std::string> states;  // missing, ignore, breaching, notBreaching
};

const std::vector<Documented> kDocumented{
    {3, "0-X-X", {"OK", "OK", "OK", "OK"}},
    {3, "0----", {"OK", "OK", "OK", "OK"}},
    {3, "-----", {"INSUFFICIENT_DATA", "keep", "ALARM", "OK"}},
    {3, "0XX-X", {"ALARM", "ALARM", "ALARM", "ALARM"}},
    {3, "--X--", {"ALARM", "keep", "ALARM", "OK"}},
    {2, "0-X-X", {"ALARM", "ALARM", "ALARM", "ALARM"}},
    {2, "00X0X", {"ALARM", "ALARM", "ALARM", "ALARM"}},
    {2, "0-X--", {"OK", "OK", "ALARM", "OK"}},
    {2, "----0", {"OK", "OK", "ALARM", "OK"}},
    {2, "---X-", {"ALARM", "keep", "ALARM", "OK"}},
};

}  // namespace

TEST_CASE("the naive evaluation gives the tables of the documentation") {
  for (const Documented& d : kDocumented) {
    auto expected = d.states.begin();
    for (const MissingData treat : kTreatments) {
      for (const AlarmState before : kStates) {
        INFO(d.window << " " << d.m << " of 3, " << to_string(treat));
        const std::string wanted = *expected == "keep" ? std::string(to_string(before)) : *expected;
        CHECK(to_string(naive::evaluate({3, d.m, 5, treat}, d.window, before)) == wanted);
      }
      ++expected;
    }
  }
}

TEST_CASE("every window up to six periods, every N, M, range and treatment is judged as told") {
  const std::vector<naive::Window> windows = windows_up_to(6);
  std::size_t judged = 0;
  for (const naive::Window& window : windows) {
    const auto row = row_of(window);
    for (int n = 1; n <= 6; ++n)
      for (int m = 1; m <= n; ++m)
        for (int range = n; range <= 8; ++range)
          for (const MissingData treat : kTreatments)
            for (const AlarmState before : kStates) {
              ++judged;
              const AlarmState wanted = naive::evaluate({n, m, range, treat}, window, before);
              const AlarmState got = evaluate({n, m, range, treat}, row, before);
              if (got == wanted) continue;
              FAIL(window << ": " << m << " of " << n << " in " << range << ", " << to_string(treat)
                          << ", was " << to_string(before) << ": got " << to_string(got) << ", not "
                          << to_string(wanted));
            }
  }
  CHECK(judged == 1'093U * 98U * 12U);
}

}  // namespace tocsin
