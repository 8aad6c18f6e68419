// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/database_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>

#include "daemon/store/directory_lock.hpp"
#include "daemon/store/schema.hpp"
#include "tocsin/file_descriptor.hpp"

namespace tocsin {
namespace {

constexpr const char* kAdvice =
    "; nothing was overwritten. Restore the directory from a backup, or move it away to begin "
    "anew";

Error damaged(const std::string& path, const std::string& what) {
  return Error{"damaged", path + ": " + what + kAdvice};
}

// Nothing: there is no such file.
Result<std::optional<off_t>> size_of(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0) {
    if (!S_ISREG(found.st_mode)) return damaged(path, "is not a regular file");
    return std::optional<off_t>(found.st_size);
  }
  if (errno == ENOENT) return std::optional<off_t>();
  return store_file_error(path, errno);
}

Status sync_directory_of(const std::string& path) {
  const std::string directory = path.substr(0, path.rfind('/') + 1);
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return store_file_error(directory, errno);
  const int failed = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  return failed == 0 ? success() : Status(store_file_error(directory, failed));
}

// An empty file for its owner alone: events are in it. SQLite gives its log the same rights.
Status create_private(const std::string& path) {
  const FileDescriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  return file ? success() : Status(store_file_error(path, errno));
}

Status create(const std::string& path, const StoreOptions& options) {
  const std::string fresh = path + ".new";
  for (const char* suffix : {"", "-journal", "-wal", "-shm"})
    if (::unlink((fresh + suffix).c_str()) != 0 && errno != ENOENT)
      return store_file_error(fresh + suffix, errno);
  if (Status made = create_private(fresh); !made) return made;
  {
    Result<Database> db = Database::open(fresh, Database::Mode::create, options.vfs);
    if (!db) return db.error();
    if (Status done = db->script("PRAGMA page_size = 4096; PRAGMA synchronous = FULL"); !done)
      return done;
    if (Status done = migrate(*db); !done) return done;
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return store_file_error(path, errno);
  return sync_directory_of(path);
}

// Before SQLite sees the files: it would take an empty file for a new database and throw away the
// log of a missing one.
Status check_files(const std::string& path, const StoreOptions& options) {
  Result<std::optional<off_t>> size = size_of(path);
  if (!size) return size.error();
  Result<std::optional<off_t>> log_size = size_of(path + "-wal");
  if (!log_size) return log_size.error();
  if (*size == off_t{0}) return damaged(path, "the file is empty");
  if (*size) return success();
  if (log_size->value_or(0) > 0)
    return damaged(path, "the file is missing, but its log (state.db-wal) is there");
  return create(path, options);
}

Status check_content(Database& db) {
  Result<std::int64_t> readable = db.number("PRAGMA schema_version");
  if (!readable && readable.error().code != "damaged") return readable.error();
  if (!readable)
    return damaged(db.path(), "is not a sound database (" + readable.error().text + ")");
  if (Status known = check_version(db); !known) return known;
  if (db.is_read_only())
    return Error{"read-only", db.path() + ": the file cannot be written; Tocsin needs to"};
  Result<std::string> verdict = db.text("PRAGMA quick_check(1)");
  if (!verdict && verdict.error().code != "damaged") return verdict.error();
  if (!verdict || *verdict != "ok")
    return damaged(db.path(),
                   "the integrity check found: " + (verdict ? *verdict : verdict.error().text));
  return success();
}

Status configure(Database& db, Durability durability) {
  Result<std::string> mode = db.text("PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  if (*mode != "wal")
    return Error{"io-error", db.path() +
                                 ": this file system does not support the write-ahead "
                                 "log that Tocsin needs; choose a local disk"};
  return db.script(durability == Durability::full ? "PRAGMA synchronous = FULL"
                                                  : "PRAGMA synchronous = NORMAL");
}

}  // namespace

Result<Database> open_database_file(const std::string& path, const StoreOptions& options) {
  if (Status done = check_files(path, options); !done) return done.error();
  Result<Database> db = Database::open(path, Database::Mode::write, options.vfs);
  if (!db) return db;
  if (Status done = check_content(*db); !done) return done.error();
  if (Status done = configure(*db, options.durability); !done) return done.error();
  if (Status done = migrate(*db); !done) return done.error();
  // Debian's SQLite writes zeros over all that is deleted, in pages that need not be written else.
  if (Status done = db->script("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                               "PRAGMA cache_size = -16384; PRAGMA journal_size_limit = 16777216;"
                               "PRAGMA secure_delete = FAST");
      !done)
    return done.error();
  db->keep_checkpoints();
  return db;
}

}  // namespace tocsin
