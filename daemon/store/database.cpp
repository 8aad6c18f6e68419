// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/database.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace tocsin {
namespace {

constexpr int kBusyTimeoutMs = 2'000;

bool is_no_space(int system_error) { return system_error == ENOSPC || system_error == EDQUOT; }

bool is_no_permission(int system_error) {
  return system_error == EACCES || system_error == EPERM || system_error == EROFS;
}

std::string code_of(int code, int system_error) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "disk-full";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "read-only";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "damaged";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "in-use";
    default:
      break;
  }
  if (is_no_space(system_error)) return "disk-full";
  if (is_no_permission(system_error)) return "read-only";
  return "io-error";
}

struct Bind {
  sqlite3_stmt* statement;
  int index;
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(std::string_view text) const {
    return sqlite3_bind_text64(statement, index, text.data() ? text.data() : "", text.size(),
                               SQLITE_STATIC, SQLITE_UTF8);
  }
  int operator()(Blob blob) const {
    if (blob.bytes.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob64(statement, index, blob.bytes.data(), blob.bytes.size(),
                               SQLITE_STATIC);
  }
};

// A cached statement must not keep its read lock or its bindings after use.
struct Use {
  sqlite3_stmt* statement;
  explicit Use(sqlite3_stmt* s) : statement(s) {}
  Use(const Use&) = delete;
  ~Use() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

}  // namespace

std::int64_t Row::number(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Row::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (bytes == nullptr || size <= 0) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

void Database::CloseDatabase::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

void Database::FinalizeStatement::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Result<Database> Database::open(const std::string& path, Mode mode, const std::string& vfs) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (mode == Mode::create) flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (mode == Mode::write) flags |= SQLITE_OPEN_READWRITE;
  if (mode == Mode::read) flags |= SQLITE_OPEN_READONLY;
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
  Database db;
  db.path_ = path;
  db.db_.reset(handle);
  if (handle == nullptr) return Error{"io-error", path + ": out of memory"};
  if (code != SQLITE_OK) return db.failure(code);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return db;
}

Result<sqlite3_stmt*> Database::prepare(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end())
    return found->second.get();
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return failure(code);
  statements_.emplace(std::string(sql), StatementHandle(statement));
  return statement;
}

Status Database::each(std::string_view sql, std::initializer_list<SqlValue> values,
                      const std::function<void(const Row&)>& row) {
  Result<sqlite3_stmt*> prepared = prepare(sql);
  if (!prepared) return prepared.error();
  const Use use(*prepared);
  int index = 0;
  for (const SqlValue& value : values) {
    const int code = std::visit(Bind{use.statement, ++index}, value);
    if (code != SQLITE_OK) return failure(code);
  }
  for (;;) {
    const int code = sqlite3_step(use.statement);
    if (code == SQLITE_DONE) return success();
    if (code != SQLITE_ROW) return failure(code);
    row(Row(use.statement));
  }
}

Status Database::run(std::string_view sql, std::initializer_list<SqlValue> values) {
  return each(sql, values, [](const Row&) {});
}

Result<std::int64_t> Database::number(std::string_view sql,
                                      std::initializer_list<SqlValue> values) {
  std::optional<std::int64_t> first;
  Status done = each(sql, values, [&](const Row& row) {
    if (!first) first = row.number(0);
  });
  if (!done) return done.error();
  return first.value_or(0);
}

Result<std::string> Database::text(std::string_view sql) {
  std::optional<std::string> first;
  Status done = each(sql, {}, [&](const Row& row) {
    if (!first) first = row.text(0);
  });
  if (!done) return done.error();
  return first.value_or("");
}

Status Database::script(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return success();
}

void Database::keep_checkpoints() {
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

bool Database::is_read_only() const { return sqlite3_db_readonly(db_.get(), "main") == 1; }

std::int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(db_.get()); }
int Database::changed_rows() const { return sqlite3_changes(db_.get()); }

Error Database::failure(int code) const {
  const int system_error = sqlite3_system_errno(db_.get());
  std::string text = path_ + ": " + sqlite3_errmsg(db_.get());
  const int primary = code & 0xff;
  const bool of_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  if (of_system && system_error != 0)
    text.append(" (").append(std::strerror(system_error)).append(")");
  return Error{code_of(code, of_system ? system_error : 0), std::move(text)};
}

Result<Transaction> Transaction::begin(Database& db) {
  if (Status begun = db.run("BEGIN IMMEDIATE"); !begun) return begun.error();
  return Transaction(db);
}

// After some failures (a full disk, I/O) SQLite has rolled back by itself; then ROLLBACK finds
// nothing to do, and says so.
Transaction::~Transaction() {
  if (db_ != nullptr) (void)db_->run("ROLLBACK");
}

Status Transaction::commit() {
  Status done = db_->run("COMMIT");
  if (done) db_ = nullptr;
  return done;
}

}  // namespace tocsin
