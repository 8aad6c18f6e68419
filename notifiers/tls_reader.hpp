// SPDX-License-Identifier: Apache-2.0
// The option `tls: { ca, certificate, key }` of channels and of the mail server. Each is the path
// of a PEM file, or ${credential:NAME} whose content is that text. They are read with the
// configuration, so that a file that is missing, is no certificate or does not fit its key is told
// then and not by the first alarm; a new file counts after a reload.
#pragma once
#include "tocsin/config_reader.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

// None: the key is absent, or was reported.
SharedTlsOptions read_tls(ConfigReader& read, const NotifierContext& context);

}  // namespace tocsin
