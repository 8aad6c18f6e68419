// SPDX-License-Identifier: Apache-2.0
// A seeded writer that appends and rotates, and a reader that is killed between any two commits:
// renamed, copied and truncated, compressed; followed by name or by a glob over all of them.
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "support/catch.hpp"
#include "support/gzip.hpp"
#include "support/input_run.hpp"
#include "support/temp_dir.hpp"

using namespace tocsin;
namespace fs = std::filesystem;

namespace {

using Texts = std::vector<std::string>;

class Rotator {
 public:
  enum class Way { rename, copy_truncate, compress };

  Rotator(const TempDir& dir, Way way) : dir_(dir), way_(way) { dir.write("log", ""); }

  void rotate() {
    shift("");
    shift(".gz");
    if (way_ == Way::copy_truncate)
      fs::copy(dir_.path("log"), dir_.path("log.1"));
    else
      fs::rename(dir_.path("log"), dir_.path("log.1"));
    if (way_ == Way::compress && fs::exists(dir_.path("log.2"))) compress(dir_.path("log.2"));
    dir_.write("log", "");
  }

 private:
  void shift(const std::string& suffix) {
    for (int i = 60; i > 0; --i) {
      const std::string from = dir_.path("log." + std::to_string(i) + suffix);
      if (fs::exists(from)) fs::rename(from, dir_.path("log." + std::to_string(i + 1) + suffix));
    }
  }

  static void compress(const std::string& plain) {
    std::ifstream in(plain, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    std::ofstream(plain + ".gz", std::ios::binary) << gzip(text);
    fs::last_write_time(plain + ".gz", fs::last_write_time(plain));
    fs::remove(plain);
  }

  const TempDir& dir_;
  Way way_;
};

InputRun::Options follow(const std::string& glob) {
  InputRun::Options options;
  options.settings = {{"path", {glob}}};
  return options;
}

struct Faults {
  Texts missing, repeated;
};

Faults faults(const Texts& messages, int written) {
  std::map<std::string, int> times;
  for (const std::string& message : messages) ++times[message.substr(0, message.find('x'))];
  Faults found;
  for (int i = 1; i <= written; ++i) {
    const int count = times["line " + std::to_string(i)];
    if (count == 0) found.missing.push_back(std::to_string(i));
    if (count > 1) found.repeated.push_back(std::to_string(i));
  }
  return found;
}

}  // namespace

TEST_CASE("whatever is written, rotated and killed, each line is delivered once", "[inputs]") {
  const int seed = GENERATE(range(1, 9));
  CAPTURE(seed);
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  const auto chance = [&](int percent) { return static_cast<int>(random() % 100) < percent; };
  const TempDir dir;
  Rotator rotator(dir, static_cast<Rotator::Way>(seed % 3));
  const std::string glob = dir.path(seed % 2 == 0 ? "log*" : "log");
  Committed seen;
  int written = 0;
  const auto write_some = [&] {
    for (std::uint64_t count = random() % 200; count > 0; --count)
      dir.append("log",
                 "line " + std::to_string(++written) + std::string(random() % 40, 'x') + '\n');
  };
  for (int life = 0; life < 6; ++life) {
    auto options = follow(glob);
    if (life > 0 && chance(70)) options.crash_after = random() % 12;
    InputRun run(seen, options);
    if (life == 0) REQUIRE(run.wait_until_idle());
    for (int step = 0; step < 8; ++step) {
      write_some();
      if (chance(40)) run.wait_until_idle();
      if (chance(30)) rotator.rotate();
    }
    if (chance(30)) run.wait_until_idle();
  }
  InputRun last(seen, follow(glob));
  last.wait_for_messages(static_cast<std::size_t>(written));
  REQUIRE(last.wait_until_idle());
  last.stop();
  const Faults found = faults(seen.messages, written);
  CHECK(found.missing == Texts{});
  CHECK(found.repeated == Texts{});
}
