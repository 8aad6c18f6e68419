// SPDX-License-Identifier: Apache-2.0
#include "notifiers/curl_transport.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "notifiers/curl_transfer.hpp"

namespace tocsin {
namespace {

constexpr Duration kPollMax = seconds{60};
constexpr long kConnectionsKept = 64;

// Once in a process and never undone: other threads may use libcurl or OpenSSL until the very end.
CURLcode global_init() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  return code;
}

class CurlTransport final : public Transport {
 public:
  CurlTransport(CURLM* multi, CurlTransportOptions options)
      : options_(std::move(options)), multi_(multi) {
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kConnectionsKept);
  }
  ~CurlTransport() override {
    for (auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_, easy);
    transfers_.clear();
    curl_multi_cleanup(multi_);
  }
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  void start(Token token, const Request& request) override {
    auto transfer = std::make_unique<CurlTransfer>(token, request, options_);
    CURL* easy = transfer->handle();
    if (easy == nullptr) {
      done_.push_back({token, transfer->failure()});
      return;
    }
    const CURLMcode code = curl_multi_add_handle(multi_, easy);
    if (code != CURLM_OK) {
      done_.push_back(
          {token, {.failure = Response::Failure::other, .detail = curl_multi_strerror(code)}});
      return;
    }
    transfers_[easy] = std::move(transfer);
  }

  std::vector<Completion> poll(Duration max_wait) override {
    // What start() has added goes out before any waiting: latency counts from here.
    perform();
    if (done_.empty()) {
      const auto wait = std::clamp(max_wait, Duration{0}, kPollMax);
      curl_multi_poll(multi_, nullptr, 0, static_cast<int>(wait.count()), nullptr);
      perform();
    }
    return std::exchange(done_, {});
  }

  void wake() override { curl_multi_wakeup(multi_); }

 private:
  void perform() {
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left))
      if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
  }

  void finish(CURL* easy, CURLcode code) {
    const auto found = transfers_.find(easy);
    if (found == transfers_.end()) return;
    done_.push_back({found->second->token(), found->second->finish(code)});
    curl_multi_remove_handle(multi_, easy);
    transfers_.erase(found);
  }

  CurlTransportOptions options_;
  CURLM* multi_;
  std::map<CURL*, std::unique_ptr<CurlTransfer>> transfers_;
  std::vector<Completion> done_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_curl_transport(CurlTransportOptions options) {
  if (const CURLcode code = global_init(); code != CURLE_OK)
    return Error{"curl", curl_easy_strerror(code)};
  // libcurl's library, unlike its command, does not look at it.
  const char* trusted = std::getenv("SSL_CERT_FILE");
  if (options.ca_file.empty() && trusted != nullptr) options.ca_file = trusted;
  CURLM* multi = curl_multi_init();
  if (multi == nullptr) return Error{"curl", "libcurl has no memory"};
  return std::unique_ptr<Transport>(std::make_unique<CurlTransport>(multi, std::move(options)));
}

}  // namespace tocsin
