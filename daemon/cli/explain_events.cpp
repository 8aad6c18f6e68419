// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/explain_events.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include "rules/pattern/characters.hpp"
#include "rules/pattern/json_event.hpp"
#include "tocsin/file_descriptor.hpp"

namespace tocsin {
namespace {

constexpr const char* kStandardInput = "(standard input)";

// False at a failed read or write.
bool copy_to(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(to, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Up to `bytes_max` bytes more; false at a failed read.
bool read_some(int fd, std::size_t bytes_max, std::string& out) {
  const std::size_t begin = out.size();
  while (out.size() - begin < bytes_max) {
    const std::size_t at = out.size();
    out.resize(std::min(begin + bytes_max, at + 64 * 1024));
    const ssize_t count = ::read(fd, out.data() + at, out.size() - at);
    out.resize(at + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && errno != EINTR) return false;
    if (count == 0) return true;
  }
  return true;
}

// One JSON object over several lines that is no list of records.
bool is_whole_event(std::string_view text) {
  text = trim(text);
  if (text.empty() || text.front() != '{' || text.find('\n') == std::string_view::npos)
    return false;
  JsonReader reader;
  const JsonNode* root = reader.read(text);
  if (root == nullptr) return false;
  const JsonNode* records = root->member("Records");
  return records == nullptr || records->kind != JsonNode::Kind::array;
}

// Standard input cannot be read twice: it is put on disk, where readers can look at it again.
Result<FileDescriptor> copy_of_input() {
  std::FILE* file = std::tmpfile();
  if (file == nullptr) return Error{"io", "no temporary file for standard input"};
  FileDescriptor copy(::dup(fileno(file)));
  std::fclose(file);
  std::string chunk;
  do {
    chunk.clear();
    if (!read_some(0, kWholeEventBytesMax, chunk))
      return Error{"io", "standard input cannot be read"};
    if (!copy_to(copy.get(), chunk)) return Error{"io", "no space to keep standard input"};
  } while (!chunk.empty());
  ::lseek(copy.get(), 0, SEEK_SET);
  return copy;
}

// Leaves `fd` at its begin.
std::string whole_event_of(int fd) {
  struct stat about {};
  const bool small = ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode) &&
                     static_cast<std::size_t>(about.st_size) <= kWholeEventBytesMax;
  std::string text;
  if (!small) return {};
  const bool read = read_some(fd, kWholeEventBytesMax, text);
  ::lseek(fd, 0, SEEK_SET);
  return read && is_whole_event(text) ? std::string(trim(text)) : std::string();
}

}  // namespace

Result<ExplainedEvents> open_explained_events(const std::string& path) {
  ExplainedEvents out;
  FileDescriptor file;
  if (path == "-") {
    Result<FileDescriptor> copy = copy_of_input();
    if (!copy) return copy.error();
    file = std::move(*copy);
  } else {
    struct stat about {};  // opening a pipe twice could lose what its writer says
    if (::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode))
      file = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
  if (file) out.whole = whole_event_of(file.get());
  if (!out.whole.empty()) return out;
  // By its name once more: the reader's own words say why a file cannot be opened.
  auto reader = path == "-" ? EventReader::open(std::move(file), kStandardInput,
                                                EventFormat::cloudtrail, kWholeEventBytesMax)
                            : EventReader::open(path, EventFormat::cloudtrail);
  if (!reader) return reader.error();
  out.reader = std::move(*reader);
  return out;
}

}  // namespace tocsin
