// SPDX-License-Identifier: Apache-2.0
// One request as a libcurl easy handle: set up from a Request, read out as a Response. Part of
// curl_transport.
#pragma once
#include <curl/curl.h>

#include <memory>
#include <string>

#include "notifiers/curl_transport.hpp"
#include "notifiers/transport.hpp"

namespace tocsin {

class CurlTransfer {
 public:
  // A request that cannot be performed (a header that breaks the protocol, no memory) has no
  // handle; `failure` then says why.
  CurlTransfer(Transport::Token token, const Request& request, const CurlTransportOptions& options);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  CURL* handle() const { return failed_early_ ? nullptr : easy_.get(); }
  Transport::Token token() const { return token_; }
  const Response& failure() const { return response_; }

  // After libcurl has done with the handle.
  Response finish(CURLcode code);

 private:
  template <class T, void (*Free)(T*)>
  struct Freed {
    void operator()(T* p) const { Free(p); }
  };
  template <class T, void (*Free)(T*)>
  using Owned = std::unique_ptr<T, Freed<T, Free>>;

  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_mail_reply(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_read(char* to, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);

  void set_common(const CurlTransportOptions& options);
  void set_tls(SharedTlsOptions tls);
  void set_http(const HttpRequest& request);
  void set_mail(const MailRequest& request, const CurlTransportOptions& options);
  void set_mail_body(const MailRequest& request);
  void set_mail_text(const std::string& text);
  // nullptr: it has failed.
  curl_mimepart* add_part(curl_mime* to, const std::string& data, const char* type,
                          const char* encoding);
  void add_text(curl_mime* to, const std::string& text, const char* type);
  void add_related(const MailRequest& request);
  void append(Owned<curl_slist, curl_slist_free_all>& list, const std::string& line);
  void fail_early(std::string detail);
  void read_failure(CURLcode code);

  Transport::Token token_;
  SharedTlsOptions tls_;  // before the handle, which does not copy its texts
  Owned<CURL, curl_easy_cleanup> easy_;
  Owned<curl_slist, curl_slist_free_all> headers_;
  Owned<curl_slist, curl_slist_free_all> recipients_;
  Owned<curl_mime, curl_mime_free> mime_;
  std::string request_body_;
  std::size_t body_read_ = 0;  // of a mail without parts
  Response response_;
  std::size_t header_bytes_ = 0;
  bool is_mail_ = false;
  bool reply_goes_on_ = false;
  bool allow_private_ = true;
  bool failed_early_ = false;
  int addresses_refused_ = 0;
  int addresses_tried_ = 0;
};

}  // namespace tocsin
