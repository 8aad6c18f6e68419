// SPDX-License-Identifier: Apache-2.0
// The two ways to inflate: a whole object at once, and a stream of any length. ByteSource chooses.
#pragma once
#include <memory>
#include <span>

#include "daemon/inputs/byte_source.hpp"

namespace tocsin {

// Inflates what `compressed` gives, piece by piece, with the limits of byte_source.hpp.
std::unique_ptr<ByteSource> make_gzip_stream(std::unique_ptr<ByteSource> compressed);

// The inflated whole of a small gzip file, more than twice as fast as the stream; nullptr if it is
// not small or anything is wrong with it: the stream then says what, after what can be read.
std::unique_ptr<ByteSource> try_inflate_whole(const FileDescriptor& file, InflateMemory* memory);
// Whether that is worth trying: by its size and what it claims, a small gzip file.
bool is_small_gzip(const FileDescriptor& file);

}  // namespace tocsin
