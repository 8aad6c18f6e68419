// SPDX-License-Identifier: Apache-2.0
#include "support/tocsin_says.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "daemon/cli/command.hpp"
#include "support/temp_dir.hpp"

namespace tocsin::test {
namespace {

// A file in place of a standard descriptor, until the end of the scope.
class Redirected {
 public:
  Redirected(int descriptor, const std::string& path, int flags)
      : descriptor_(descriptor), saved_(::dup(descriptor)) {
    const int file = ::open(path.c_str(), flags | O_CLOEXEC);
    ::dup2(file, descriptor_);
    ::close(file);
  }
  ~Redirected() {
    ::dup2(saved_, descriptor_);
    ::close(saved_);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

 private:
  int descriptor_;
  int saved_;
};

}  // namespace

Answer tocsin_says(const std::vector<std::string>& args, const std::string& input) {
  const TempDir folder;
  const std::string in = folder.write("stdin", input);
  const std::string out = folder.write("stdout", "");
  Answer answer;
  std::fflush(stdout);
  {
    const Redirected standard_input(STDIN_FILENO, in, O_RDONLY);
    const Redirected standard_output(STDOUT_FILENO, out, O_WRONLY);
    answer.code = run_tocsin(args);
    std::fflush(stdout);
  }
  std::ostringstream text;
  text << std::ifstream(out).rdbuf();
  answer.text = text.str();
  return answer;
}

}  // namespace tocsin::test
