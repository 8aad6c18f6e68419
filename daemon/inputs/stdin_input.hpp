// SPDX-License-Identifier: Apache-2.0
// Input `stdin`: the lines of standard input, as one stream. What is read cannot be read again: a
// restart goes on with what comes then.
#pragma once
#include "daemon/inputs/input.hpp"

namespace tocsin {

InputMaker decode_stdin_input(const ConfigNode& options, Diagnostics& out);
// The same over another descriptor, which the caller keeps open.
std::unique_ptr<Input> make_pipe_input(const InputContext& context, int descriptor);

}  // namespace tocsin
