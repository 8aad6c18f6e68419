// SPDX-License-Identifier: Apache-2.0
// A disk that fails at any step of a commit or of opening.
#include <sched.h>
#include <sys/mount.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "daemon/store/store.hpp"
#include "faulty_vfs.hpp"
#include "forked.hpp"
#include "support/catch.hpp"
#include "support/sample_commit.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

StoreOptions faulty_options() {
  StoreOptions options;
  options.reserve_bytes = 64 * 1024;
  options.vfs = faulty_vfs();
  return options;
}

std::unique_ptr<Store> open_store(const TempDir& dir, const StoreOptions& options) {
  Result<std::unique_ptr<Store>> store = Store::open(dir.path(), options);
  INFO((store ? "" : store.error().text));
  REQUIRE(store);
  return std::move(*store);
}

// Which of the sample commits 1..n are stored; asserts that each is there whole or not at all.
std::size_t stored_commits(Store& store) {
  const auto image = store.load();
  REQUIRE(image);
  const std::size_t n = image->rows.size();
  CHECK(image->seen.size() == n);
  CHECK(image->alarms.size() == n);
  CHECK(image->next_sequence == n + 1);
  const auto positions = store.positions();
  CHECK((positions->empty() ? 0 : (*positions)[0].second.size()) == n);
  CHECK(store.outbox()->size() == 2 * n);
  CHECK(store.history({.alarm = "root-login", .limit = 1000})->size() == n);
  CHECK(store.transitions("root-login", 1000)->size() == n);
  return n;
}

// A commit big enough to make the log's checkpoint happen in it now and then.
Commit large_commit(int n) {
  Commit commit = sample_commit(n);
  commit.state.rows[0].value = std::string(300'000, static_cast<char>('a' + n));
  return commit;
}

TEST_CASE("whatever step of a commit fails, it is stored whole or not at all and can be repeated",
          "[store][faults]") {
  const auto kind = GENERATE(Faults::Kind::io_error, Faults::Kind::full, Faults::Kind::half_write);
  const bool stays = GENERATE(false, true);
  const auto durability = GENERATE(Durability::full, Durability::normal);
  int failures = 0;
  for (int step = 1;; step += step < 20 ? 1 : 29) {
    const TempDir dir;
    StoreOptions options = faulty_options();
    options.durability = durability;
    {
      auto store = open_store(dir, options);
      REQUIRE(store->commit(large_commit(1)));
      faults().arm(step, kind, stays);
      const bool stored = store->commit(large_commit(2)).ok();
      const bool reached = faults().was_reached();
      faults().disarm();
      CHECK(stored_commits(*store) == (stored ? 2 : 1));
      if (!stored) {
        ++failures;
        REQUIRE(store->commit(large_commit(2)));
      }
      REQUIRE(store->commit(large_commit(3)));
      if (!reached) break;
    }
    options.vfs.clear();
    CHECK(stored_commits(*open_store(dir, options)) == 3);
  }
  // A disk that is full only once gets by on the reserve.
  const bool reserve_helps = kind == Faults::Kind::full && !stays;
  CHECK((reserve_helps || failures > 5));
}

TEST_CASE("whatever step of opening fails, it is said and nothing is lost", "[store][faults]") {
  const bool is_new = GENERATE(true, false);
  int failures = 0;
  for (int step = 1;; ++step) {
    const TempDir dir;
    if (!is_new) REQUIRE(open_store(dir, faulty_options())->commit(sample_commit(1)));
    faults().arm(step, Faults::Kind::io_error, true);
    const bool opened = Store::open(dir.path(), faulty_options()).ok();
    const bool reached = faults().was_reached();
    faults().disarm();
    if (!opened) ++failures;
    CHECK(stored_commits(*open_store(dir, faulty_options())) == (is_new ? 0 : 1));
    if (!reached) break;
  }
  CHECK(failures > (is_new ? 3 : 0));
}

TEST_CASE("a failed commit that is followed by a crash leaves whole commits only",
          "[store][faults]") {
  for (int step = 1; step < 60; step += 7) {
    const TempDir dir;
    const int code = in_child([&] {
      auto store = Store::open(dir.path(), faulty_options());
      if (!store || !(*store)->commit(large_commit(1))) return 1;
      faults().arm(step, Faults::Kind::half_write, true);
      (void)(*store)->commit(large_commit(2));
      ::_exit(0);  // without closing anything
    });
    REQUIRE(code == 0);
    const std::size_t stored = stored_commits(*open_store(dir, faulty_options()));
    CHECK(stored >= 1);
  }
}

// Fills a tmpfs of 8 MiB to the last byte with one file.
void fill(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  const std::string block(64 * 1024, 'x');
  while (std::fwrite(block.data(), 1, block.size(), file) == block.size()) {
  }
  std::setvbuf(file, nullptr, _IONBF, 0);
  while (std::fputc('x', file) != EOF) {
  }
  std::fclose(file);
}

Commit positions_only(std::size_t bytes) {
  Commit commit;
  commit.positions = {{"g", "p", std::string(bytes, 'p')}};
  return commit;
}

// A file system of 8 MiB on `directory`, seen by this process only. false: not allowed to.
bool mount_small_disk(const std::string& directory) {
  const std::string map = "0 " + std::to_string(::geteuid()) + " 1";
  if (::unshare(CLONE_NEWNS) != 0) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/uid_map") << map;
  }
  ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  return ::mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=8m") == 0;
}

// What is expected of a disk that fills up; gives the line of what went otherwise.
int live_on_a_full_disk(const std::string& directory) {
  StoreOptions options;
  options.reserve_bytes = 2u << 20;
  auto opened = Store::open(directory + "/state", options);
  if (!opened) return __LINE__;
  Store& store = **opened;
  if (!store.commit(sample_commit(1)) || !store.report().reserve_held) return __LINE__;
  fill(directory + "/others");
  const auto refused = store.commit(positions_only(1u << 20));
  if (refused || refused.error().code != "disk-full") return __LINE__;
  if (!store.report().reserve_held) return __LINE__;
  Commit message = large_commit(2);
  if (const auto taken = store.commit(message); !taken || taken->size() != 2) return __LINE__;
  if (store.report().reserve_held) return __LINE__;
  if (store.commit(positions_only(10)).ok()) return __LINE__;
  if (!store.commit(sample_commit(3))) return __LINE__;
  std::filesystem::remove(directory + "/others");
  if (!store.commit(positions_only(10))) return __LINE__;
  if (!store.report().reserve_held) return __LINE__;
  return store.outbox()->size() == 6 ? 0 : __LINE__;
}

TEST_CASE("on a full disk messages are still stored, out of the reserve, until there is room again",
          "[store][faults]") {
  constexpr int kNoMounts = 77;
  const TempDir dir;
  std::FILE* wrong = std::tmpfile();
  const int code = in_child([&] {
    if (!mount_small_disk(dir.path())) return kNoMounts;
    const int line = live_on_a_full_disk(dir.path());
    std::fprintf(wrong, "line %d", line);
    std::fflush(wrong);
    return line == 0 ? 0 : 1;
  });
  if (code == kNoMounts) {
    WARN("not allowed to mount a small file system here");
    return;
  }
  char text[32] = "";
  std::rewind(wrong);
  (void)std::fgets(text, sizeof text, wrong);
  std::fclose(wrong);
  INFO(text);
  CHECK(code == 0);
}

}  // namespace
}  // namespace tocsin
