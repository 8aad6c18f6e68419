// SPDX-License-Identifier: Apache-2.0
// The https side of the daemon: keys and certificates, the listener that serves them, and the links
// that lead there. Trouble with it is told and never keeps alarms from being sent: messages are not
// signed then. Main thread only.
#pragma once
#include <optional>
#include <string>
#include <utility>

#include "daemon/config/main_config.hpp"
#include "daemon/http/api_server.hpp"
#include "daemon/service_api.hpp"
#include "daemon/tls/certificates.hpp"
#include "tocsin/result.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class HttpsService {
 public:
  HttpsService(const Clock& clock, std::string host_name)
      : clock_(clock), host_name_(std::move(host_name)) {}

  // Before the endpoints of `config` are used, when its state directory is open: listens if it has
  // to and gives the endpoints the key. Error: what the configuration says cannot be listened on.
  Status prepare(const MainConfig& config);
  // From now on `server` serves what prepare() has found.
  void attach(ApiServer& server, ServiceApi& api);
  // Once an hour: certificates that end soon are made anew, an operator's read again.
  void refresh(const MainConfig& config) {
    if (certificates_) load(config);
  }

 private:
  Status listen(const HttpsConfig& https);
  void load(const MainConfig& config);
  void publish();
  std::string base_url(const HttpsConfig& https) const;

  const Clock& clock_;
  std::string host_name_;
  Listener listener_;       // until it is attached
  std::uint16_t port_ = 0;  // 0: nothing listens
  std::optional<DaemonCertificates> certificates_;
  ApiServer* server_ = nullptr;
  ServiceApi* api_ = nullptr;
};

}  // namespace tocsin
