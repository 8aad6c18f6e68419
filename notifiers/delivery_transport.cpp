// SPDX-License-Identifier: Apache-2.0
#include "notifiers/delivery_transport.hpp"

#include <iterator>
#include <utility>

#include "notifiers/file_writer.hpp"

namespace tocsin {
namespace {

class DeliveryTransport final : public Transport {
 public:
  explicit DeliveryTransport(std::unique_ptr<Transport> network)
      : network_(std::move(network)), files_([this] { network_->wake(); }) {}

  void start(Token token, const Request& request) override {
    if (const auto* file = std::get_if<FileRequest>(&request))
      files_.start(token, *file);
    else
      network_->start(token, request);
  }

  // A line that is done wakes the network's poll, also one that has not begun yet.
  std::vector<Completion> poll(Duration max_wait) override {
    std::vector<Completion> done = files_.take();
    std::vector<Completion> sent = network_->poll(done.empty() ? max_wait : Duration{0});
    append(done, sent);
    std::vector<Completion> written = files_.take();
    append(done, written);
    return done;
  }

  void wake() override { network_->wake(); }

 private:
  static void append(std::vector<Completion>& to, std::vector<Completion>& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }

  std::unique_ptr<Transport> network_;
  FileWriter files_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_delivery_transport(CurlTransportOptions options) {
  Result<std::unique_ptr<Transport>> network = make_curl_transport(std::move(options));
  if (!network) return network.error();
  return std::unique_ptr<Transport>(std::make_unique<DeliveryTransport>(std::move(*network)));
}

}  // namespace tocsin
