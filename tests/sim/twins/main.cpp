// SPDX-License-Identifier: Apache-2.0
// twins [--seed N] | [--from N] [--count N] [--seeds FILE] [--dump DIRECTORY]
//
// Plays random scripts through engines that differ in batches, restarts, crashes and reloads only,
// and says where they did not tell the same, or where an ALARM ended untold; exit 1 then. One seed
// makes one script and all its twins, so that `twins --seed N` plays a failure again; --dump writes
// all that the two told that differ first, to be compared.
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "sim/seeds.hpp"
#include "sim/twins/twin.hpp"

namespace tocsin::sim {
namespace {

using Lines = std::vector<std::string>;

const std::vector<Schedule> kSchedules{
    {"one batch", 1, 0},         {"random batches", 2, 0.3},   {"restarts", 3, 1, 0.2},
    {"crashes", 4, 0.3, 0, 0.1}, {"reloads", 5, 1, 0, 0, 0.2}, {"all of it", 6, 0.3, 0.1, 0.1, 0.1},
};
// What it tells is another; but no ALARM that was told ends or goes untold.
const Schedule kDamaged{"damaged rows", 7, 0.3, 0.2, 0, 0, 0.7};

// From shortly before the first difference.
std::string cut(const Lines& lines, std::size_t line, std::size_t column) {
  if (line >= lines.size()) return "nothing";
  return lines[line].substr(column < 300 ? 0 : column - 300, 500);
}

bool same(const std::string& where, const Lines& wanted, const Lines& got) {
  if (got == wanted) return true;
  std::size_t i = 0;
  while (i < got.size() && i < wanted.size() && got[i] == wanted[i]) ++i;
  std::size_t column = 0;
  if (i < got.size() && i < wanted.size())
    while (got[i][column] == wanted[i][column]) ++column;
  std::cout << where << ", line " << i << ":\n  " << cut(got, i, column) << "\nstraight:\n  "
            << cut(wanted, i, column) << '\n';
  return false;
}

void dump(const std::string& file, const Said& said) {
  std::ofstream out(file);
  for (const Lines& lines : said)
    for (const std::string& line : lines) out << line << '\n';
}

bool play(std::uint64_t seed, const std::string& directory, std::size_t& told) {
  const Script script(seed);
  const Said straight = Twin(script, {}).play();
  told += straight[0].size();
  bool well = true;
  for (Schedule s : kSchedules) {
    s.seed += seed * 100;
    Twin twin(script, s);
    const Said& said = twin.play();
    const std::string where = "seed " + std::to_string(seed) + ", " + s.name;
    // Of a script the first difference tells enough.
    for (std::size_t i = 0; well && i < said.size(); ++i) well = same(where, straight[i], said[i]);
    if (well || directory.empty()) continue;
    dump(directory + "/straight", straight);
    dump(directory + "/twin", said);
    return false;
  }
  Schedule s = kDamaged;
  s.seed += seed * 100;
  Twin twin(script, s);
  twin.play();
  if (twin.gap().empty()) return well;
  std::cout << "seed " << seed << ", " << s.name << ": " << twin.gap().substr(0, 800) << '\n';
  return false;
}

int run(const std::vector<std::string>& arguments) {
  std::vector<std::uint64_t> seeds;
  std::uint64_t from = 1, count = 0;
  std::string directory;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const std::string& name = arguments[i];
    const std::string& value = arguments[i + 1];
    if (name == "--seed") seeds.push_back(std::stoull(value));
    if (name == "--from") from = std::stoull(value);
    if (name == "--count") count = std::stoull(value);
    if (name == "--dump") directory = value;
    if (name == "--seeds") seeds = seeds_in(value);
  }
  for (std::uint64_t i = 0; i < count; ++i) seeds.push_back(from + i);
  std::size_t failed = 0, told = 0;
  for (const std::uint64_t seed : seeds) failed += play(seed, directory, told) ? 0U : 1U;
  std::cout << seeds.size() - failed << " of " << seeds.size()
            << " scripts told every twin the same (" << told << " transitions)\n";
  return failed == 0 && told > 0 ? 0 : 1;
}

}  // namespace
}  // namespace tocsin::sim

int main(int argc, char** argv) {
  try {
    return tocsin::sim::run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::cout << "twins: " << e.what() << '\n';
    return 1;
  }
}
