// SPDX-License-Identifier: Apache-2.0
// The tables and how an older file gets them. docs/state-format.md says what they mean.
#pragma once
#include <cstdint>
#include <span>

#include "daemon/store/database.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

// Marks a SQLite file as Tocsin's: "TOCS".
inline constexpr std::int64_t kApplicationId = 0x544f4353;

// Takes a file from `version - 1` to `version`. A migration that was released is never changed.
struct Migration {
  int version = 0;
  const char* sql = nullptr;
};
std::span<const Migration> migrations();

// Errors: newer-schema (a later Tocsin wrote the file), damaged (not Tocsin's file).
Status check_version(Database& db, std::span<const Migration> known = migrations());

// Runs what is missing, each migration in a transaction of its own: a failure leaves the version
// before it.
Status migrate(Database& db, std::span<const Migration> known = migrations());

}  // namespace tocsin
