// SPDX-License-Identifier: Apache-2.0
// The daemon's own keys and certificates, in `tls/` of the state directory: made at the first
// start, renewed before they end. docs/state-format.md lists the files.
#pragma once
#include <string>
#include <vector>

#include "daemon/tls/x509.hpp"

namespace tocsin {

struct DaemonCertificates {
  std::string authority;  // receivers trust it once; it has signed the other two
  PemPair https;          // of the server
  PemPair signing;        // of SNS envelopes
};

// Reads what is in `directory`/tls and makes what is missing: keys stay, a certificate that ends
// within 30 days, is not valid yet or lacks one of `hosts` is made anew. Error damaged: a file
// cannot be read as what it should be; nothing was changed, the text says what to do. io-error,
// openssl.
Result<DaemonCertificates> open_certificates(const std::string& directory,
                                             const std::vector<std::string>& hosts, Instant now);

// A certificate and key that an operator has given. Errors: io-error, bad-certificate, bad-key,
// wrong-key; the text names the file.
Result<PemPair> read_pair(const std::string& certificate_path, const std::string& key_path);

}  // namespace tocsin
