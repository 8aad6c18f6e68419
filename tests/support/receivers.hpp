// SPDX-License-Identifier: Apache-2.0
// The scripted HTTP and mail receivers of tests/support/*.py as objects of a test.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

namespace tocsin::test {

// A self-signed certificate for localhost and 127.0.0.1, which is its own authority. Made by the
// openssl command.
struct Certificate {
  std::string certificate_file;
  std::string key_file;
};
Certificate make_certificate(const TempDir& directory);

// A receiver with its record. `arguments` are those of the script; the record is added.
class Receiver {
 public:
  Receiver(const TempDir& directory, const std::string& script, std::vector<std::string> arguments);
  // "127.0.0.1:port"
  std::string address() const { return "127.0.0.1:" + process_.first_line(); }
  // What it has recorded so far: one object a request or mail.
  std::vector<nlohmann::json> record() const;

 private:
  std::string record_file_;
  ChildProcess process_;
};

inline Receiver http_receiver(const TempDir& directory, std::vector<std::string> arguments = {}) {
  return {directory, "http_receiver.py", std::move(arguments)};
}
inline Receiver smtp_receiver(const TempDir& directory, std::vector<std::string> arguments = {}) {
  return {directory, "smtp_receiver.py", std::move(arguments)};
}

inline Receiver http2_receiver(const TempDir& directory, const Certificate& certificate) {
  return {directory,
          "http2_receiver.py",
          {"--tls", certificate.certificate_file, certificate.key_file}};
}

// Whether Debian's python3-h2 is there. Without it tests of HTTP/2 do nothing but say so.
bool has_http2_receiver();
// Whether Debian's python3-aiosmtpd is there. Without it tests of mail do nothing but say so.
bool has_smtp_receiver();

}  // namespace tocsin::test
