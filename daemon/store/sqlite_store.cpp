// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cerrno>
#include <mutex>
#include <optional>
#include <utility>

#include "daemon/store/alarm_queries.hpp"
#include "daemon/store/commit_writer.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/database_file.hpp"
#include "daemon/store/directory_lock.hpp"
#include "daemon/store/disk_reserve.hpp"
#include "daemon/store/store.hpp"
#include "daemon/store/store_queries.hpp"
#include "daemon/store/subscription_rows.hpp"

namespace tocsin {
namespace {

// Messages and what became of them: what the reserve is for.
bool concerns_delivery(const Commit& commit) {
  return !commit.notifications.empty() || !commit.deliveries.empty() || !commit.released.empty() ||
         !commit.dead_letters.empty();
}

class SqliteStore : public Store {
 public:
  SqliteStore(DirectoryLock lock, Database writer, Database reader, DiskReserve reserve,
              StoreOptions options, Tally tally)
      : lock_(std::move(lock)),
        options_(std::move(options)),
        reserve_(std::move(reserve)),
        writer_(std::move(writer)),
        reader_(std::move(reader)),
        tally_(std::move(tally)) {
    publish();
  }

  Result<StateImage> load() override { return store_queries::load(writer_); }
  Result<std::vector<std::pair<std::string, std::vector<PositionUpdate>>>> positions() override {
    return store_queries::positions(writer_);
  }
  Result<std::vector<OutboxEntry>> outbox() override { return store_queries::outbox(writer_); }
  Result<std::vector<DeliveryReceipt>> receipts() override {
    return store_queries::receipts(writer_);
  }
  Result<std::vector<OutboxEntry>> held() override { return store_queries::held(writer_); }

  Result<std::vector<Subscription>> subscriptions() override {
    return subscription_rows::read(writer_);
  }

  Result<std::vector<OutboxEntry>> commit(const Commit& commit) override;
  void on_overflow(Aftermath aftermath) override { aftermath_ = std::move(aftermath); }
  std::vector<DeliveryReport> take_overflowed() override { return std::exchange(overflowed_, {}); }
  std::size_t crowd(const std::string& endpoint) const override {
    return dead_letters::crowd(tally_, options_, endpoint);
  }
  void keep_history_for(Duration kept) override { options_.history_kept = kept; }

  Result<std::vector<AlarmStatus>> alarms() const override {
    std::lock_guard guard(reader_mutex_);
    return store_queries::alarms(reader_);
  }
  Result<std::vector<AlarmStatus>> alarms(const AlarmQuery& query) const override {
    std::lock_guard guard(reader_mutex_);
    return store_queries::alarms(reader_, query);
  }
  Result<std::vector<AlarmSummary>> alarm_summaries(const AlarmQuery& query) const override {
    std::lock_guard guard(reader_mutex_);
    return store_queries::alarm_summaries(reader_, query);
  }
  Result<StateCounts> state_counts() const override {
    std::lock_guard guard(reader_mutex_);
    return store_queries::state_counts(reader_);
  }
  Result<std::vector<HistoryItem>> history(const HistoryQuery& query) const override {
    std::lock_guard guard(reader_mutex_);
    return store_queries::history(reader_, query);
  }
  Result<std::vector<Transition>> transitions(const std::string& alarm,
                                              std::size_t limit) const override {
    std::lock_guard guard(reader_mutex_);
    return store_queries::transitions(reader_, alarm, limit);
  }
  Result<std::string> notification(std::int64_t outbox_id) const override {
    std::lock_guard guard(reader_mutex_);
    return store_queries::notification(reader_, outbox_id);
  }
  Instant outbox_oldest() const override {
    std::lock_guard guard(reader_mutex_);
    return store_queries::outbox_oldest(reader_);
  }
  Result<std::vector<DeadLetter>> dead_letters(const DeadLetterQuery& query) const override {
    std::lock_guard guard(reader_mutex_);
    return dead_letters::read(reader_, query);
  }
  StoreReport report() const override;

 private:
  Result<std::vector<OutboxEntry>> write(const Commit& commit);
  void publish();

  DirectoryLock lock_;
  StoreOptions options_;  // the writer's
  DiskReserve reserve_;
  Database writer_;
  // One connection for all readers: what people ask for is rare and short, and must not wait for
  // the writer.
  mutable std::mutex reader_mutex_;
  mutable Database reader_;
  Tally tally_;
  Aftermath aftermath_ = [](const auto&, bool) { return Commit{}; };
  std::vector<DeliveryReport> overflowed_;
  std::atomic<std::size_t> outbox_rows_{0}, dead_letters_{0};
  std::atomic<std::uint64_t> outbox_overflows_{0};
  std::atomic<bool> reserve_held_{false};
};

Result<std::vector<OutboxEntry>> SqliteStore::commit(const Commit& commit) {
  const bool for_delivery = concerns_delivery(commit);
  if (!reserve_.held() && !reserve_.restore() && !for_delivery) {
    publish();
    return Error{"disk-full", writer_.path() +
                                  ": the disk is full, and what was kept aside there is for "
                                  "messages only; make room"};
  }
  Result<std::vector<OutboxEntry>> done = write(commit);
  if (!done && done.error().code == "disk-full" && for_delivery && reserve_.release())
    done = write(commit);
  publish();
  return done;
}

Result<std::vector<OutboxEntry>> SqliteStore::write(const Commit& commit) {
  Result<Transaction> transaction = Transaction::begin(writer_);
  if (!transaction) return transaction.error();
  Tally tally = tally_;
  CommitWriter writer(writer_, options_, tally, aftermath_);
  if (Status done = writer.write(commit); !done) return done.error();
  if (Status done = transaction->commit(); !done) return done.error();
  tally_ = std::move(tally);
  overflowed_.insert(overflowed_.end(), std::make_move_iterator(writer.overflowed().begin()),
                     std::make_move_iterator(writer.overflowed().end()));
  return std::move(writer.created());
}

void SqliteStore::publish() {
  std::size_t rows = 0;
  for (const auto& [endpoint, waiting] : tally_.waiting) rows += waiting;
  outbox_rows_ = rows;
  dead_letters_ = tally_.dead_letters;
  outbox_overflows_ = tally_.outbox_overflows;
  reserve_held_ = reserve_.held();
}

StoreReport SqliteStore::report() const {
  return {.outbox_rows = outbox_rows_,
          .dead_letters = dead_letters_,
          .outbox_overflows = outbox_overflows_,
          .reserve_held = reserve_held_};
}

}  // namespace

bool Commit::empty() const {
  return positions.empty() && state.rows.empty() && state.seen.empty() &&
         state.seen_floor.empty() && state.alarms.empty() && state.removed.empty() &&
         state.next_sequence == 0 && transitions.empty() && history.empty() &&
         notifications.empty() && digested.empty() && released.empty() && deliveries.empty() &&
         dead_letters.empty() && subscriptions.empty();
}

Result<std::unique_ptr<Store>> Store::open(const std::string& directory,
                                           const StoreOptions& options) {
  Result<DirectoryLock> lock = DirectoryLock::acquire(directory);
  if (!lock) return lock.error();
  const std::string path = directory + "/state.db";
  Result<Database> writer = open_database_file(path, options);
  if (!writer) return writer.error();
  Result<Database> reader = Database::open(path, Database::Mode::read, options.vfs);
  if (!reader) return reader.error();
  Result<Tally> tally = store_queries::tally(*writer);
  if (!tally) return tally.error();
  DiskReserve reserve(directory + "/reserve", options.reserve_bytes);
  return std::unique_ptr<Store>(
      std::make_unique<SqliteStore>(std::move(*lock), std::move(*writer), std::move(*reader),
                                    std::move(reserve), options, std::move(*tally)));
}

}  // namespace tocsin
