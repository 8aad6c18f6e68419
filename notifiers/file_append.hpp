// SPDX-License-Identifier: Apache-2.0
// Appends lines to files that others rotate: the file is opened by its name for each line, so that
// a rotated one is left at once and no signal is needed.
#pragma once
#include "tocsin/notifier.hpp"

namespace tocsin {

// Blocks until the line is on disk (fdatasync; of a new file its directory too). status 200: it is.
// A line that could not be written whole is taken back; what a crash left of one gets a line of its
// own. Anything but a plain file is refused (refused_target); all else may be tried again: no such
// directory, no permission, no room, or `bytes_max` is reached, since someone may rotate the file.
Response append_line(const FileRequest& request);

}  // namespace tocsin
