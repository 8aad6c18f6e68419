// SPDX-License-Identifier: Apache-2.0
#include "support/receivers.hpp"

#include <atomic>
#include <fstream>

#include "support/catch.hpp"

namespace tocsin::test {
namespace {

std::string next_record_file(const TempDir& directory) {
  static std::atomic<int> count{0};
  return directory.path("record-" + std::to_string(++count) + ".jsonl");
}

std::vector<std::string> command(const std::string& script, std::vector<std::string> arguments,
                                 const std::string& record_file) {
  // Debian's python, since that is where aiosmtpd is.
  std::vector<std::string> all{"/usr/bin/python3", TOCSIN_SOURCE_DIR "/tests/support/" + script,
                               "--record", record_file};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

}  // namespace

Receiver::Receiver(const TempDir& directory, const std::string& script,
                   std::vector<std::string> arguments)
    : record_file_(next_record_file(directory)),
      process_(command(script, std::move(arguments), record_file_)) {}

std::vector<nlohmann::json> Receiver::record() const {
  std::vector<nlohmann::json> list;
  std::ifstream in(record_file_);
  for (std::string line; std::getline(in, line);) {
    auto row = nlohmann::json::parse(line, nullptr, false);
    if (row.is_object()) list.push_back(std::move(row));
  }
  return list;
}

Certificate make_certificate(const TempDir& directory) {
  Certificate made{directory.path("certificate.pem"), directory.path("key.pem")};
  run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
       "-nodes", "-keyout", made.key_file, "-out", made.certificate_file, "-days", "2", "-subj",
       "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"});
  return made;
}

namespace {

bool has_module(const std::string& module) {
  const bool is_there = run({"/usr/bin/python3", "-c", "import " + module}) == 0;
  if (!is_there) WARN("skipped: python3-" << module << " is missing");
  return is_there;
}

}  // namespace

bool has_smtp_receiver() { return has_module("aiosmtpd"); }
bool has_http2_receiver() { return has_module("h2"); }

}  // namespace tocsin::test
