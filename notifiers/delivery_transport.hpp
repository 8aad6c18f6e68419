// SPDX-License-Identifier: Apache-2.0
// The transport of the daemon: the network through libcurl; files, the journal and commands each on
// a thread of their own.
#pragma once
#include <memory>

#include "notifiers/curl_transport.hpp"
#include "notifiers/transport.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

// Error: libcurl cannot be initialised.
Result<std::unique_ptr<Transport>> make_delivery_transport(CurlTransportOptions options = {});

}  // namespace tocsin
