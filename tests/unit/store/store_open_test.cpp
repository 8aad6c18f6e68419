// SPDX-License-Identifier: Apache-2.0
// State directories that must not be touched, and the process that is killed in the middle.
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "daemon/store/schema.hpp"
#include "daemon/store/store.hpp"
#include "forked.hpp"
#include "support/catch.hpp"
#include "support/sample_commit.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

using Catch::Matchers::Contains;

StoreOptions small() {
  StoreOptions options;
  options.reserve_bytes = 64 * 1024;
  return options;
}

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void make_store(const TempDir& dir, int commits = 1) {
  auto store = Store::open(dir.path(), small());
  REQUIRE(store);
  for (int i = 1; i <= commits; ++i) REQUIRE((*store)->commit(sample_commit(i)));
}

void run_sql(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

// Refused with `code`, and every byte is as it was.
std::string refusal(const TempDir& dir, const std::string& code) {
  const std::string before = content(dir.path("state.db"));
  const std::string log_before = content(dir.path("state.db-wal"));
  const auto store = Store::open(dir.path(), small());
  REQUIRE_FALSE(store);
  CHECK(store.error().code == code);
  CHECK(content(dir.path("state.db")) == before);
  CHECK(content(dir.path("state.db-wal")) == log_before);
  return store.error().text;
}

TEST_CASE("nobody but the owner reads the state, whatever the rights of the directory", "[store]") {
  const TempDir dir;
  REQUIRE(::chmod(dir.path().c_str(), 0755) == 0);
  auto store = Store::open(dir.path(), small());
  REQUIRE(store);
  REQUIRE((*store)->commit(sample_commit(1)));
  for (const char* file : {"state.db", "state.db-wal", "state.db-shm", "lock", "reserve"}) {
    INFO(file);
    struct stat found {};
    REQUIRE(::stat(dir.path(file).c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a file that is no database is left alone", "[store]") {
  const TempDir dir;
  dir.write("state.db", std::string(20'000, 'g'));
  CHECK_THAT(refusal(dir, "damaged"), Contains("nothing was overwritten"));
}

TEST_CASE("an empty file is damage, not a new store", "[store]") {
  const TempDir dir;
  dir.write("state.db", "");
  CHECK_THAT(refusal(dir, "damaged"), Contains("empty"));
}

TEST_CASE("a database cut short is damage", "[store]") {
  const TempDir dir;
  make_store(dir, 50);
  const std::string whole = content(dir.path("state.db"));
  dir.write("state.db", whole.substr(0, whole.size() / 2));
  refusal(dir, "damaged");
}

TEST_CASE("a page of garbage in the middle is found", "[store]") {
  const TempDir dir;
  make_store(dir, 50);
  std::string bytes = content(dir.path("state.db"));
  for (std::size_t page = 4096; page + 4096 <= bytes.size(); page += 2 * 4096)
    bytes.replace(page, 512, std::string(512, '\x7f'));
  dir.write("state.db", bytes);
  CHECK_THAT(refusal(dir, "damaged"), Contains("state.db"));
}

TEST_CASE("a log without its database is damage, for SQLite would throw it away", "[store]") {
  const TempDir dir;
  dir.write("state.db-wal", "frames");
  CHECK_THAT(refusal(dir, "damaged"), Contains("missing"));
  CHECK(content(dir.path("state.db-wal")) == "frames");
}

TEST_CASE("another program's database is left alone", "[store]") {
  const TempDir dir;
  run_sql(dir.path("state.db"), "CREATE TABLE precious(x); INSERT INTO precious VALUES(1)");
  CHECK_THAT(refusal(dir, "damaged"), Contains("not one of Tocsin's"));
}

TEST_CASE("a store of a later version is left alone", "[store]") {
  const TempDir dir;
  make_store(dir);
  run_sql(dir.path("state.db"), "PRAGMA user_version = 999");
  CHECK_THAT(refusal(dir, "newer-schema"), Contains("999"));
}

TEST_CASE("a creation that was cut off is begun anew", "[store]") {
  const TempDir dir;
  dir.write("state.db.new", "half a database");
  dir.write("state.db.new-journal", "old");
  make_store(dir);
  CHECK(Store::open(dir.path(), small()));
}

TEST_CASE("a migration that fails leaves the version before it", "[store]") {
  const TempDir dir;
  auto db = Database::open(dir.path("x.db"), Database::Mode::create);
  REQUIRE(db);
  const Migration steps[] = {{1, "CREATE TABLE a(x INTEGER) STRICT"},
                             {2, "ALTER TABLE a ADD COLUMN y INTEGER; CREATE TABLE a(z INTEGER)"}};
  REQUIRE(migrate(*db, std::span(steps).first(1)));
  CHECK_FALSE(migrate(*db, steps));
  CHECK(*db->number("PRAGMA user_version") == 1);
  CHECK(*db->number("SELECT count(*) FROM pragma_table_info('a')") == 1);
  const Migration mended[] = {steps[0], {2, "ALTER TABLE a ADD COLUMN y INTEGER"}};
  CHECK(migrate(*db, mended));
  CHECK(*db->number("PRAGMA user_version") == 2);
  CHECK_FALSE(check_version(*db, std::span(steps).first(1)));
}

TEST_CASE("a store of the first version is read on", "[store]") {
  const TempDir dir;
  {
    auto db = Database::open(dir.path("state.db"), Database::Mode::create);
    REQUIRE(db);
    REQUIRE(migrate(*db, migrations().first(1)));
    REQUIRE(db->run(
        "INSERT INTO history(alarm, key, time, type, summary, data) VALUES"
        "('a', '', 5, 'StateUpdate', 's', '{}'), ('a', '1:k1:v', 6, 'StateUpdate', 's', '{}')"));
  }
  auto store = Store::open(dir.path(), small());
  REQUIRE(store);
  const auto items = (*store)->history({.alarm = "a"});
  REQUIRE(items);
  REQUIRE(items->size() == 2);
  CHECK((*items)[0].type == "AlarmContributorStateUpdate");
  CHECK((*items)[1].type == "StateUpdate");
  CHECK((*items)[1].alarm_type == AlarmType::metric);
}

TEST_CASE("a directory that another process uses is refused by that process's number", "[store]") {
  const TempDir dir;
  auto store = Store::open(dir.path(), small());
  REQUIRE(store);
  const std::string owner = std::to_string(::getpid());
  const int code = in_child([&] {
    const auto second = Store::open(dir.path(), small());
    if (second || second.error().code != "in-use") return 1;
    return second.error().text.find("process " + owner) == std::string::npos ? 2 : 0;
  });
  CHECK(code == 0);
  CHECK((*store)->commit(sample_commit(1)));
  store->reset();
  CHECK(Store::open(dir.path(), small()));
}

TEST_CASE("a directory that cannot be written is refused in words", "[store]") {
  const TempDir dir;
  make_store(dir);
  for (const char* name : {"state.db", "lock", "reserve"})
    REQUIRE(::chmod(dir.path(name).c_str(), 0444) == 0);
  REQUIRE(::chmod(dir.path().c_str(), 0555) == 0);
  const int code = in_child([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 77;  // root may write anything
    const auto store = Store::open(dir.path(), small());
    if (store) return 1;
    return store.error().code == "read-only" ? 0 : 2;
  });
  REQUIRE(::chmod(dir.path().c_str(), 0755) == 0);
  CHECK((code == 0 || code == 77));
}

TEST_CASE("a new directory is closed to others", "[store]") {
  const TempDir dir;
  REQUIRE(Store::open(dir.path("a/b/state"), small()));
  struct stat found {};
  REQUIRE(::stat(dir.path("a/b/state").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0700);
}

// Commits 1, 2, 3... and writes a byte after each.
int commit_for_ever(const std::string& directory, int first, int progress) {
  auto store = Store::open(directory, small());
  if (!store) return 1;
  for (int n = first;; ++n) {
    if (!(*store)->commit(sample_commit(n))) return 2;
    if (::write(progress, "x", 1) != 1) return 3;
  }
}

// Kills the child after `acknowledged` commits, at whatever it does then.
void kill_in_the_middle(const std::string& directory, int first, int acknowledged) {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(commit_for_ever(directory, first, pipe_ends[1]));
  ::close(pipe_ends[1]);
  char byte = 0;
  for (int i = 0; i < acknowledged; ++i) REQUIRE(::read(pipe_ends[0], &byte, 1) == 1);
  ::kill(pid, SIGKILL);
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  REQUIRE(WIFSIGNALED(status));
}

TEST_CASE("a process that is killed keeps what it was told is stored, and no half commit",
          "[store][kill]") {
  const TempDir dir;
  std::size_t stored = 0;
  for (int round = 1; round <= 25; ++round) {
    kill_in_the_middle(dir.path(), static_cast<int>(stored) + 1, round % 9 + 1);
    auto store = Store::open(dir.path(), small());
    REQUIRE(store);
    const auto image = (*store)->load();
    REQUIRE(image);
    const std::size_t now = image->rows.size();
    CHECK(now >= stored + static_cast<std::size_t>(round % 9 + 1));
    CHECK(image->next_sequence == now + 1);
    CHECK(image->seen.size() == now);
    CHECK(image->alarms.size() == now);
    CHECK((*(*store)->positions())[0].second.size() == now);
    CHECK((*store)->outbox()->size() == 2 * now);
    CHECK((*store)->transitions("root-login", 10'000)->size() == now);
    CHECK((*store)->history({.alarm = "root-login", .limit = 10'000})->size() == now);
    stored = now;
  }
}

}  // namespace
}  // namespace tocsin
