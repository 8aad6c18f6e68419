// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/gzip_source.hpp"

#include <libdeflate.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

namespace tocsin {
namespace {

constexpr std::size_t kWholeBytesMax = 16 << 20;
constexpr std::size_t kInputBlock = 256 << 10;
constexpr std::uint64_t kRatioSlack = 1 << 20;
constexpr std::size_t kRoomStep = 256 << 10;

std::uint64_t inflated_bytes_max(std::uint64_t compressed) {
  return std::min(kInflatedBytesMax, compressed * kInflateRatioMax + kRatioSlack);
}

class GzipStream : public ByteSource {
 public:
  explicit GzipStream(std::unique_ptr<ByteSource> compressed)
      : compressed_(std::move(compressed)), input_(kInputBlock) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) failure_ = Error{"io", "no memory to inflate"};
    owns_stream_ = !failure_;
  }
  ~GzipStream() override {
    if (owns_stream_) inflateEnd(&stream_);
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  Result<std::size_t> read(std::span<char> out) override {
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), 1 << 30));
    const uInt room = stream_.avail_out;
    while (!failure_ && !ended_ && stream_.avail_out > 0) inflate_some();
    if (room > stream_.avail_out) return std::size_t{room - stream_.avail_out};
    if (failure_) return *failure_;
    return std::size_t{0};
  }

 private:
  void inflate_some() {
    if (stream_.avail_in == 0 && !refill()) return;
    const uInt in_before = stream_.avail_in, out_before = stream_.avail_out;
    const int answer = inflate(&stream_, Z_NO_FLUSH);
    taken_ += in_before - stream_.avail_in;
    given_ += out_before - stream_.avail_out;
    is_inside_member_ = answer != Z_STREAM_END;
    if (answer == Z_STREAM_END)
      inflateReset(&stream_);
    else if (answer != Z_OK)
      failure_ = Error{"damaged", "the gzip data is damaged"};
    if (given_ > inflated_bytes_max(taken_))
      failure_ = Error{"too-large", "inflates to more than 1 GiB or 1,000 times its size"};
  }

  // False at the end of the input, or when it cannot be read.
  bool refill() {
    Result<std::size_t> got = compressed_->read(input_);
    if (!got) {
      failure_ = got.error();
      return false;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(*got);
    if (*got > 0) return true;
    if (is_inside_member_) failure_ = Error{"truncated", "the gzip data ends too early"};
    ended_ = true;
    return false;
  }

  std::unique_ptr<ByteSource> compressed_;
  std::vector<char> input_;
  z_stream stream_{};
  std::optional<Error> failure_;
  std::uint64_t taken_ = 0, given_ = 0;
  bool owns_stream_ = false, is_inside_member_ = true, ended_ = false;
};

// Memory that only grows, and whose content is nobody's business then.
class Room {
 public:
  char* of(std::size_t size) {
    if (size <= size_) return bytes_.get();
    size += kRoomStep - size % kRoomStep;
    bytes_.reset();
    size_ = 0;
    bytes_.reset(new char[size]);
    size_ = size;
    return bytes_.get();
  }
  const char* data() const { return bytes_.get(); }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
};

bool read_whole(const FileDescriptor& file, std::span<char> out) {
  for (std::size_t have = 0; have < out.size();) {
    const ssize_t got =
        ::pread(file.get(), out.data() + have, out.size() - have, static_cast<off_t>(have));
    if (got <= 0) return false;
    have += static_cast<std::size_t>(got);
  }
  return true;
}

// The length of the last member, as the file's last bytes claim it.
std::size_t claimed_size(const unsigned char* end) {
  std::size_t size = 0;
  for (int i = 1; i <= 4; ++i) size = size << 8 | end[-i];
  return size;
}

// What a small regular file claims to inflate to, and its own size.
struct GzipClaim {
  std::size_t size = 0, inflated = 0;
};

std::optional<GzipClaim> small_claim(const FileDescriptor& file) {
  constexpr std::size_t kGzipOverhead = 18;
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size < kGzipOverhead || size > kWholeBytesMax) return std::nullopt;
  unsigned char tail[4];
  if (::pread(file.get(), tail, sizeof tail, static_cast<off_t>(size - sizeof tail)) != sizeof tail)
    return std::nullopt;
  const GzipClaim claim{size, claimed_size(tail + sizeof tail)};
  if (claim.inflated > std::min<std::uint64_t>(kWholeBytesMax, inflated_bytes_max(size)))
    return std::nullopt;
  return claim;
}

}  // namespace

struct InflateMemory::State {
  std::unique_ptr<libdeflate_decompressor, FreeDecompressor> inflater{
      libdeflate_alloc_decompressor()};
  Room in, out;

  // One member that is all of the file and becomes exactly what it claims; more members are the
  // stream's.
  bool inflate(const FileDescriptor& file, const GzipClaim& claim) {
    char* const compressed = in.of(claim.size);
    if (!inflater || !read_whole(file, {compressed, claim.size})) return false;
    std::size_t taken = 0;
    const auto answer =
        libdeflate_gzip_decompress_ex(inflater.get(), compressed, claim.size,
                                      out.of(claim.inflated), claim.inflated, &taken, nullptr);
    return answer == LIBDEFLATE_SUCCESS && taken == claim.size;
  }
};

InflateMemory::InflateMemory() : state_(std::make_unique<State>()) {}
InflateMemory::~InflateMemory() = default;

namespace {

class MemorySource : public ByteSource {
 public:
  MemorySource(std::string_view bytes, std::unique_ptr<InflateMemory> own)
      : bytes_(bytes), own_(std::move(own)) {}
  Result<std::size_t> read(std::span<char> out) override {
    const std::size_t length = std::min(out.size(), bytes_.size() - used_);
    std::memcpy(out.data(), bytes_.data() + used_, length);
    used_ += length;
    return length;
  }
  std::optional<std::string_view> whole() const override { return bytes_; }

 private:
  std::string_view bytes_;
  std::unique_ptr<InflateMemory> own_;
  std::size_t used_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> make_gzip_stream(std::unique_ptr<ByteSource> compressed) {
  return std::make_unique<GzipStream>(std::move(compressed));
}

bool is_small_gzip(const FileDescriptor& file) { return small_claim(file).has_value(); }

std::unique_ptr<ByteSource> try_inflate_whole(const FileDescriptor& file, InflateMemory* memory) {
  const std::optional<GzipClaim> claim = small_claim(file);
  if (!claim) return nullptr;
  std::unique_ptr<InflateMemory> own;
  if (memory == nullptr) {
    own = std::make_unique<InflateMemory>();
    memory = own.get();
  }
  InflateMemory::State& state = memory->state();
  if (!state.inflate(file, *claim)) return nullptr;
  return std::make_unique<MemorySource>(std::string_view(state.out.data(), claim->inflated),
                                        std::move(own));
}

}  // namespace tocsin
