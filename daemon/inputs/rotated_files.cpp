// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/rotated_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "daemon/inputs/byte_source.hpp"

namespace tocsin {
namespace {

// A file's mtime is that of the kernel's last tick, the clock is not.
constexpr Duration kTimestampTick = milliseconds{20};

// Whether the gzip file holds, inflated, what was read. Reads it up to the position.
bool copy_holds(const FileDescriptor& file, const FilePosition& position) {
  const auto source = inflate(file);
  if (!source) return false;
  Fingerprint fingerprint;
  std::vector<char> block(256 << 10);
  const auto read_until = [&](std::uint64_t end) {
    while (fingerprint.length() < end) {
      const std::uint64_t wanted =
          std::min<std::uint64_t>(block.size(), end - fingerprint.length());
      const Result<std::size_t> got = source->read({block.data(), wanted});
      if (!got || *got == 0) return false;
      fingerprint.add({block.data(), *got});
    }
    return true;
  };
  // The head first: to tell most files apart costs little.
  if (position.head_length < position.offset &&
      !(read_until(position.head_length) && fingerprint.has_head(position)))
    return false;
  return read_until(position.offset) && fingerprint.has_tail(position) &&
         read_until(position.head_length) && fingerprint.has_head(position);
}

bool holds(const FileDescriptor& file, bool is_gzip, const FilePosition& position) {
  if (is_gzip) return copy_holds(file, position);
  return compare(file.get(), position) == Likeness::same;
}

class Searcher {
 public:
  explicit Searcher(const RotationSearch& search) : search_(search) {}

  // A file that is renamed or compressed during a listing may be missing in it, or be another by
  // the time it is opened. It does not move in each of so many.
  RotatedFiles search() {
    constexpr int kListingsMax = 10;
    Listing listing = list_siblings(search_.path);
    for (int i = 0; i < kListingsMax; ++i) {
      is_disturbed_ = listing.is_disturbed;
      look_through(listing.siblings);
      Listing next = list_siblings(search_.path);
      if (!is_disturbed_ && !next.is_disturbed && next.has_same_names(listing)) break;
      listing = std::move(next);
    }
    std::stable_sort(found_.between.begin(), found_.between.end(),
                     [](const auto& a, const auto& b) {
                       return is_older(a->modified(), a->path(), b->modified(), b->path());
                     });
    return std::move(found_);
  }

 private:
  void look_through(const std::vector<Sibling>& siblings) {
    known_ = search_.known();
    found_.unreadable = 0;
    if (search_.wants_rest) find_rest(siblings);
    if (search_.wants_between) find_between(siblings);
  }

  void find_rest(const std::vector<Sibling>& siblings) {
    // The file itself first, then plain copies, then compressed ones.
    const auto rank = [this](const Sibling& s) {
      return s.id == search_.position.id ? 0 : s.is_gzip ? 2 : 1;
    };
    for (int wanted = 0; wanted < 3; ++wanted)
      for (const Sibling& s : siblings)
        if (!found_.rest && rank(s) == wanted && !is_found(s) && !search_.is_taken(s))
          found_.rest = open_rest(s);
  }

  void find_between(const std::vector<Sibling>& siblings) {
    for (const Sibling& s : siblings) {
      // What is empty may be a copy that begins.
      if (!s.is_numbered || s.size == 0 || !is_changed(s) || s.modified > search_.until) continue;
      if (is_found(s) || search_.is_taken(s) || search_.is_followed(s.path)) continue;
      FileDescriptor file = open(s);
      if (!file && !is_moved_) ++found_.unreadable;
      if (!file || is_known_copy(file, s)) continue;
      FilePosition beginning;
      if (s.is_gzip) set_head(inflated_begin(file, kHeadBytesMax), beginning);
      found_.between.push_back(make_file(std::move(file), s, beginning));
    }
  }

  bool is_changed(const Sibling& s) const { return s.modified > search_.since - kTimestampTick; }

  bool is_found(const Sibling& s) const {
    const auto is_it = [&s](const auto& file) { return file && file->position().id == s.id; };
    return is_it(found_.rest) || std::any_of(found_.between.begin(), found_.between.end(), is_it);
  }

  // The file that was listed, unless another has its name by now.
  FileDescriptor open(const Sibling& s) {
    errno = 0;
    Result<FileDescriptor> file = open_file(s.path);
    struct stat info {};
    is_moved_ = file ? ::fstat(file->get(), &info) == 0 && id_of(info) != s.id : errno == ENOENT;
    is_disturbed_ = is_disturbed_ || is_moved_;
    if (!file || is_moved_) return {};
    return std::move(*file);
  }

  std::unique_ptr<LogFile> make_file(FileDescriptor file, const Sibling& s,
                                     FilePosition position) const {
    position.id = s.id;
    const auto form = s.is_gzip ? LogFile::Form::gzip_copy : LogFile::Form::plain;
    return std::make_unique<LogFile>(std::move(file), s.path, position, search_.kind, form);
  }

  std::unique_ptr<LogFile> open_rest(const Sibling& s) {
    // Every file begins with nothing: without content only its id tells a file from others, and
    // that may be of another by now, if this was not empty since.
    const bool is_blank = search_.position.is_blank();
    if (is_blank && (s.id != search_.position.id || (s.size > 0 && !is_changed(s)))) return nullptr;
    FileDescriptor file = open(s);
    if (!file || !holds(file, s.is_gzip, search_.position)) return nullptr;
    if (is_blank && is_known_copy(file, s)) return nullptr;
    return make_file(std::move(file), s, search_.position);
  }

  // It holds what was read already.
  bool is_known_copy(const FileDescriptor& file, const Sibling& s) const {
    const auto is_held = [&](const FilePosition& position) {
      return !position.is_blank() &&
             (holds(file, s.is_gzip, position) || (!s.is_gzip && holds_part(file.get(), position)));
    };
    // Found under another name in a listing before, and compressed since.
    const auto is_copied = [&](const std::unique_ptr<LogFile>& other) {
      return other && !other->is_compressed() && is_held(other->position());
    };
    return is_held(search_.position) || std::any_of(known_.begin(), known_.end(), is_held) ||
           is_copied(found_.rest) ||
           std::any_of(found_.between.begin(), found_.between.end(), is_copied);
  }

  const RotationSearch& search_;
  std::vector<FilePosition> known_;
  RotatedFiles found_;
  bool is_disturbed_ = false;  // another listing may show more
  bool is_moved_ = false;      // what open() has not opened is elsewhere
};

}  // namespace

RotatedFiles find_rotated(const RotationSearch& search) { return Searcher(search).search(); }

}  // namespace tocsin
