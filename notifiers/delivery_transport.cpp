// SPDX-License-Identifier: Apache-2.0
#include "notifiers/delivery_transport.hpp"

#include <iterator>
#include <optional>
#include <utility>

#include "notifiers/exec_runner.hpp"
#include "notifiers/file_append.hpp"
#include "notifiers/journal_send.hpp"
#include "notifiers/local_writer.hpp"

namespace tocsin {
namespace {

// Threads of its own begin with the first request that needs them.
class DeliveryTransport final : public Transport {
 public:
  explicit DeliveryTransport(std::unique_ptr<Transport> network) : network_(std::move(network)) {}

  void start(Token token, const Request& request) override {
    if (const auto* file = std::get_if<FileRequest>(&request))
      begun(files_).start(token, [line = *file] { return append_line(line); });
    else if (const auto* entry = std::get_if<JournalRequest>(&request))
      begun(journal_).start(token, [fields = *entry] { return send_to_journal(fields); });
    else if (const auto* command = std::get_if<ExecRequest>(&request))
      begun(commands_).start(token, *command);
    else
      network_->start(token, request);
  }

  // What is done wakes the network's poll, also one that has not begun yet.
  std::vector<Completion> poll(Duration max_wait) override {
    std::vector<Completion> done;
    take_local(done);
    std::vector<Completion> sent = network_->poll(done.empty() ? max_wait : Duration{0});
    append(done, sent);
    take_local(done);
    return done;
  }

  void wake() override { network_->wake(); }

 private:
  template <class T>
  T& begun(std::optional<T>& worker) {
    if (!worker) worker.emplace([this] { network_->wake(); });
    return *worker;
  }
  template <class T>
  static void take_from(std::optional<T>& worker, std::vector<Completion>& to) {
    if (!worker) return;
    std::vector<Completion> from = worker->take();
    append(to, from);
  }
  void take_local(std::vector<Completion>& to) {
    take_from(files_, to);
    take_from(journal_, to);
    take_from(commands_, to);
  }
  static void append(std::vector<Completion>& to, std::vector<Completion>& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }

  std::unique_ptr<Transport> network_;
  std::optional<LocalWriter> files_;
  std::optional<LocalWriter> journal_;
  std::optional<ExecRunner> commands_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_delivery_transport(CurlTransportOptions options) {
  Result<std::unique_ptr<Transport>> network = make_curl_transport(std::move(options));
  if (!network) return network.error();
  return std::unique_ptr<Transport>(std::make_unique<DeliveryTransport>(std::move(*network)));
}

}  // namespace tocsin
