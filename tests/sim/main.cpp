// SPDX-License-Identifier: Apache-2.0
// sim [--seed N [--trace]] | [--from N] [--count N] [--seeds FILE]
//
// Plays simulations and says which failed and why; exit 1 if one did. One seed makes one world and
// everything that happens in it, so that `sim --seed N` plays a failure again.
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "sim/checker.hpp"
#include "sim/run.hpp"
#include "sim/seeds.hpp"
#include "support/temp_dir.hpp"

namespace tocsin::sim {
namespace {

void check(const World& world, const Store& store, Ledger& ledger) {
  check_transitions(world, ledger);
  check_store(world, store, ledger);
  check_told(world, ledger);
  check_delivered(world, store, ledger);
  check_covered(world, ledger);
}

void play(const World& world, Run::Schedule schedule, Ledger& ledger) {
  const TempDir directory;
  Run run(world, schedule, directory.path(), ledger);
  run.play();
  check(world, run.daemon().store(), ledger);
}

bool report(const World& world, const Ledger& plain, const Ledger& crashed) {
  std::vector<std::string> faults;
  for (const std::string& f : plain.faults) faults.push_back("without crashes: " + f);
  faults.insert(faults.end(), crashed.faults.begin(), crashed.faults.end());
  std::cout << "seed " << world.seed << ' ' << to_string(world.order) << ": " << crashed.crashes
            << " crashes, " << crashed.commits << " commits, " << crashed.transitions.size()
            << " transitions, " << crashed.notifications.size() << " messages, " << crashed.attempts
            << " attempts, trace " << std::hex << crashed.hash() << std::dec
            << (faults.empty() ? "" : ": FAILED") << '\n';
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < faults.size() && i < kShown; ++i)
    std::cout << "  " << faults[i] << '\n';
  if (faults.size() > kShown) std::cout << "  and " << faults.size() - kShown << " more\n";
  return faults.empty();
}

// true: all is well.
bool simulate(std::uint64_t seed, bool trace) {
  const World world(seed);
  Ledger plain, crashed, again;
  plain.verbose = crashed.verbose = trace;
  play(world, {Random(seed).next() + 1, false}, plain);
  play(world, {Random(seed).next() + 2, true}, crashed);
  check_equal(world, plain, crashed);
  const bool twice = trace || seed % 5 == 0;
  if (twice) play(world, {Random(seed).next() + 2, true}, again);
  if (twice && again.hash() != crashed.hash())
    crashed.fault("trace", "the same seed gave another trace");
  if (trace) {
    for (const Alarm& a : world.rules->alarms)
      if (a.composite)
        std::cout << a.name << ' ' << a.composite->rule << '\n';
      else
        std::cout << a.name << " anchor " << int(a.anchor) << ' ' << to_string(a.statistic) << ' '
                  << to_string(a.comparison) << ' ' << a.threshold << ", period "
                  << a.period.count() / 1000 << " s, " << a.datapoints_to_alarm.value_or(1)
                  << " of " << a.evaluation_periods << ", " << to_string(a.treat_missing_data)
                  << '\n';
    std::cout << "without crashes\n";
    for (const std::string& line : plain.lines) std::cout << line << '\n';
    std::cout << "with crashes\n";
    for (const std::string& line : crashed.lines) std::cout << line << '\n';
  }
  return report(world, plain, crashed);
}

int run(const std::vector<std::string>& arguments) {
  std::vector<std::uint64_t> seeds;
  std::uint64_t from = 1, count = 0;
  bool trace = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (name == "--trace") {
      trace = true;
      continue;
    }
    const std::string value = i + 1 < arguments.size() ? arguments[++i] : "";
    if (name == "--seed") seeds.push_back(std::stoull(value));
    if (name == "--from") from = std::stoull(value);
    if (name == "--count") count = std::stoull(value);
    if (name == "--seeds") seeds = seeds_in(value);
  }
  for (std::uint64_t i = 0; i < count; ++i) seeds.push_back(from + i);
  std::size_t failed = 0;
  for (const std::uint64_t seed : seeds) failed += simulate(seed, trace) ? 0U : 1U;
  std::cout << seeds.size() - failed << " of " << seeds.size() << " simulations are well\n";
  return failed == 0 && !seeds.empty() ? 0 : 1;
}

}  // namespace
}  // namespace tocsin::sim

int main(int argc, char** argv) {
  try {
    return tocsin::sim::run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::cout << "sim: " << e.what() << '\n';
    return 1;
  }
}
