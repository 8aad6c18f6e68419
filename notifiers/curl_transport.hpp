// SPDX-License-Identifier: Apache-2.0
// The one file that knows sockets: HTTP, HTTPS, SMTP and SMTPS through libcurl's multi interface,
// connections kept alive. Bounds: a request 15 s, its connection 5 s, of an answer's body 64 KiB
// are kept. TLS certificates are always verified, redirects never followed, forbidden addresses
// (target_address.hpp) never connected to.
#pragma once
#include <memory>
#include <string>

#include "notifiers/transport.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

struct CurlTransportOptions {
  std::string user_agent = "tocsin";
  // Certificates to trust instead of the system's. Empty: those of $SSL_CERT_FILE, as other
  // programs take it, else the system's.
  std::string ca_file = {};
  Duration timeout{seconds{15}};
  Duration mail_timeout{seconds{60}};
  Duration connect_timeout{seconds{5}};
};

// Error: libcurl cannot be initialised.
Result<std::unique_ptr<Transport>> make_curl_transport(CurlTransportOptions options = {});

}  // namespace tocsin
