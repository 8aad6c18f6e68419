// SPDX-License-Identifier: Apache-2.0
// What a connection over TLS uses beside the system's authorities. Certificates are always
// verified, with or without it.
#pragma once
#include <memory>
#include <string>

#include "tocsin/secret.hpp"

namespace tocsin {

// Texts in PEM that were read and checked when the configuration was.
struct TlsOptions {
  std::string ca;           // whom to trust in the place of the system's authorities; empty: those
  std::string certificate;  // that we show if we are asked, and its chain; empty: none
  Secret key;               // of that certificate, not encrypted
};
// Shared by all requests to an endpoint. None: nothing of its own.
using SharedTlsOptions = std::shared_ptr<const TlsOptions>;

}  // namespace tocsin
