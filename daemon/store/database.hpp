// SPDX-License-Identifier: Apache-2.0
// One connection to a SQLite file: statements are prepared once, failures are Errors with one of
// the store's codes. A connection belongs to one thread at a time.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "tocsin/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace tocsin {

// Bytes for a BLOB column; a string_view is TEXT.
struct Blob {
  std::string_view bytes;
};
// What is bound to a `?`: only looked at during the call.
using SqlValue = std::variant<std::int64_t, std::string_view, Blob>;

// A row of a result; columns count from 0. Views live until the next row.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  std::int64_t number(int column) const;
  std::string text(int column) const;  // TEXT or BLOB, as bytes

 private:
  sqlite3_stmt* statement_;
};

class Database {
 public:
  enum class Mode { create, write, read };

  // `vfs` empty: the system's files. A connection that is closed before keep_checkpoints() leaves
  // file and log as they were found.
  static Result<Database> open(const std::string& path, Mode mode, const std::string& vfs = {});

  // Runs a statement (one) that gives no rows.
  Status run(std::string_view sql, std::initializer_list<SqlValue> values = {});
  // Calls `row` for each row of the result.
  Status each(std::string_view sql, std::initializer_list<SqlValue> values,
              const std::function<void(const Row&)>& row);
  // The first column of the first row; 0 and "" if there is none.
  Result<std::int64_t> number(std::string_view sql, std::initializer_list<SqlValue> values = {});
  Result<std::string> text(std::string_view sql);
  // Several statements, without values.
  Status script(const char* sql);

  // From now on closing moves the log into the file, as SQLite does by default.
  void keep_checkpoints();
  bool is_read_only() const;
  std::int64_t last_row_id() const;
  // Rows that the last INSERT, UPDATE or DELETE changed.
  int changed_rows() const;
  const std::string& path() const { return path_; }

 private:
  struct CloseDatabase {
    void operator()(sqlite3* db) const;
  };
  struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const;
  };
  using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

  Result<sqlite3_stmt*> prepare(std::string_view sql);
  Error failure(int code) const;

  std::string path_;
  // Statements must go before their connection: the order of members matters.
  std::unique_ptr<sqlite3, CloseDatabase> db_;
  std::map<std::string, StatementHandle, std::less<>> statements_;
};

// BEGIN IMMEDIATE .. commit(); rolled back when it goes without.
class Transaction {
 public:
  static Result<Transaction> begin(Database& db);
  Transaction(Transaction&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
  Transaction(const Transaction&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& db) : db_(&db) {}
  Database* db_;
};

}  // namespace tocsin
