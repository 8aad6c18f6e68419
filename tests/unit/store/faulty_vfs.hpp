// SPDX-License-Identifier: Apache-2.0
// A file layer for SQLite that does what disks do: at the n-th step (write, sync, truncate, delete,
// open) it fails, is full, or writes only half.
#pragma once
#include <sqlite3.h>

#include <cstddef>
#include <new>
#include <string>

namespace tocsin {

struct Faults {
  enum class Kind { io_error, full, half_write };
  int steps = 0;    // counted since arm()
  int fail_at = 0;  // 0: never
  bool from_then_on = false;
  Kind kind = Kind::io_error;

  void arm(int step, Kind what, bool stays) {
    steps = 0;
    fail_at = step;
    kind = what;
    from_then_on = stays;
  }
  void disarm() { fail_at = 0; }
  bool was_reached() const { return steps >= fail_at; }
  bool hits() {
    ++steps;
    return fail_at != 0 && (steps == fail_at || (from_then_on && steps > fail_at));
  }
};

inline Faults& faults() {
  static Faults f;
  return f;
}

namespace faulty {

struct File {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
inline File* self(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
inline sqlite3_file* real(sqlite3_file* file) { return self(file)->real(); }
inline sqlite3_vfs* system_files() { return sqlite3_vfs_find("unix"); }

inline int failure() { return faults().kind == Faults::Kind::full ? SQLITE_FULL : SQLITE_IOERR; }

inline int close(sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); }
inline int read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return real(f)->pMethods->xRead(real(f), to, size, at);
}
inline int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  if (faults().hits()) {
    if (faults().kind == Faults::Kind::half_write)
      (void)real(f)->pMethods->xWrite(real(f), from, size / 2, at);
    return failure() == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }
  return real(f)->pMethods->xWrite(real(f), from, size, at);
}
inline int truncate(sqlite3_file* f, sqlite3_int64 size) {
  if (faults().hits()) return SQLITE_IOERR_TRUNCATE;
  return real(f)->pMethods->xTruncate(real(f), size);
}
// No power is cut in these tests, so nothing is gained by waiting for the disk.
inline int sync(sqlite3_file*, int) { return faults().hits() ? SQLITE_IOERR_FSYNC : SQLITE_OK; }
inline int file_size(sqlite3_file* f, sqlite3_int64* size) {
  return real(f)->pMethods->xFileSize(real(f), size);
}
inline int lock(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
inline int unlock(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
inline int check_lock(sqlite3_file* f, int* out) {
  return real(f)->pMethods->xCheckReservedLock(real(f), out);
}
inline int control(sqlite3_file* f, int op, void* arg) {
  return real(f)->pMethods->xFileControl(real(f), op, arg);
}
inline int sector_size(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
inline int characteristics(sqlite3_file* f) {
  return real(f)->pMethods->xDeviceCharacteristics(real(f));
}
inline int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
inline int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
  return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}
inline void shm_barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
inline int shm_unmap(sqlite3_file* f, int remove) {
  return real(f)->pMethods->xShmUnmap(real(f), remove);
}

inline const sqlite3_io_methods& methods() {
  static const sqlite3_io_methods m{
      2,         close,      read,    write,       truncate,        sync,    file_size, lock,
      unlock,    check_lock, control, sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
      shm_unmap, nullptr,    nullptr};
  return m;
}

inline int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
  file->pMethods = nullptr;
  if (faults().hits()) return SQLITE_CANTOPEN;
  const int code = system_files()->xOpen(system_files(), name, real(file), flags, out);
  if (code == SQLITE_OK) file->pMethods = &methods();
  return code;
}
inline int remove(sqlite3_vfs*, const char* name, int sync_directory) {
  if (faults().hits()) return SQLITE_IOERR_DELETE;
  return system_files()->xDelete(system_files(), name, sync_directory);
}

}  // namespace faulty

// Its name, for StoreOptions::vfs.
inline std::string faulty_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs v = *faulty::system_files();
    v.szOsFile += static_cast<int>(sizeof(faulty::File));
    v.zName = "faulty";
    v.pNext = nullptr;
    v.xOpen = faulty::open;
    v.xDelete = faulty::remove;
    return v;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  (void)registered;
  return vfs.zName;
}

}  // namespace tocsin
