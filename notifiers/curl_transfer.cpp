// SPDX-License-Identifier: Apache-2.0
#include "notifiers/curl_transfer.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "notifiers/base64.hpp"
#include "notifiers/mail_header.hpp"
#include "notifiers/target_address.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kBodyMax = std::size_t{64} << 10;
constexpr std::size_t kHeaderBytesMax = std::size_t{16} << 10;
constexpr std::size_t kReplyMax = std::size_t{4} << 10;
constexpr std::size_t kEncodedLine = 76;

std::span<const unsigned char> address_bytes(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return {reinterpret_cast<const unsigned char*>(&v4.sin_addr), sizeof v4.sin_addr};
  }
  if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    return {reinterpret_cast<const unsigned char*>(&v6.sin6_addr), sizeof v6.sin6_addr};
  }
  return {};
}

struct CodeFailure {
  CURLcode code;
  Response::Failure failure;
};
constexpr CodeFailure kCodes[] = {
    {CURLE_OPERATION_TIMEDOUT, Response::Failure::timeout},
    {CURLE_COULDNT_RESOLVE_HOST, Response::Failure::dns},
    {CURLE_COULDNT_RESOLVE_PROXY, Response::Failure::dns},
    {CURLE_COULDNT_CONNECT, Response::Failure::connect_refused},
    {CURLE_SEND_ERROR, Response::Failure::reset},
    {CURLE_RECV_ERROR, Response::Failure::reset},
    {CURLE_GOT_NOTHING, Response::Failure::reset},
    {CURLE_PARTIAL_FILE, Response::Failure::reset},
    {CURLE_HTTP2, Response::Failure::reset},
    {CURLE_HTTP2_STREAM, Response::Failure::reset},
    {CURLE_SSL_CONNECT_ERROR, Response::Failure::tls},
    {CURLE_PEER_FAILED_VERIFICATION, Response::Failure::tls},
    {CURLE_SSL_CACERT_BADFILE, Response::Failure::tls},
    {CURLE_SSL_CERTPROBLEM, Response::Failure::tls},
    {CURLE_SSL_CIPHER, Response::Failure::tls},
    {CURLE_SSL_ISSUER_ERROR, Response::Failure::tls},
    {CURLE_USE_SSL_FAILED, Response::Failure::tls},
};

Response::Failure failure_of(CURLcode code) {
  const auto found = std::find_if(std::begin(kCodes), std::end(kCodes),
                                  [&](const CodeFailure& row) { return row.code == code; });
  return found == std::end(kCodes) ? Response::Failure::other : found->failure;
}

// The system's folder of authorities counts beside a file of them.
void trust_no_others(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
}

void set_blob(CURL* easy, CURLoption option, const std::string& text) {
  // libcurl takes it without const and only reads it.
  curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY};
  curl_easy_setopt(easy, option, &blob);
}

}  // namespace

CurlTransfer::CurlTransfer(Transport::Token token, const Request& request,
                           const CurlTransportOptions& options)
    : token_(token), easy_(curl_easy_init()) {
  if (!easy_) {
    fail_early("libcurl has no memory");
    return;
  }
  set_common(options);
  if (const auto* http = std::get_if<HttpRequest>(&request))
    set_http(*http);
  else if (const auto* mail = std::get_if<MailRequest>(&request))
    set_mail(*mail, options);
  else
    fail_early("this is nothing for the network");
}

void CurlTransfer::fail_early(std::string detail) {
  failed_early_ = true;
  response_.failure = Response::Failure::other;
  response_.detail = std::move(detail);
}

void CurlTransfer::set_common(const CurlTransportOptions& options) {
  CURL* e = easy_.get();
  curl_easy_setopt(e, CURLOPT_PRIVATE, this);
  curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  // Without it a name that does not resolve would stop the whole loop when its request times out:
  // libcurl joins the resolver's thread, which sits in getaddrinfo for as long as the system's
  // timeout is.
  curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(e, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) {
    curl_easy_setopt(e, CURLOPT_CAINFO, options.ca_file.c_str());
    trust_no_others(e);
  }
  curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  curl_easy_setopt(e, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::on_open);
  curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, this);
}

void CurlTransfer::set_tls(SharedTlsOptions tls) {
  tls_ = std::move(tls);
  if (!tls_) return;
  CURL* e = easy_.get();
  if (!tls_->ca.empty()) {
    set_blob(e, CURLOPT_CAINFO_BLOB, tls_->ca);
    trust_no_others(e);
  }
  if (tls_->certificate.empty()) return;
  set_blob(e, CURLOPT_SSLCERT_BLOB, tls_->certificate);
  set_blob(e, CURLOPT_SSLKEY_BLOB, tls_->key.reveal());
}

void CurlTransfer::append(Owned<curl_slist, curl_slist_free_all>& list, const std::string& line) {
  // A null byte would cut the line, a line break would add one.
  if (line.find('\0') != std::string::npos) return fail_early("a header contains a null byte");
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return fail_early("libcurl has no memory");
  (void)list.release();
  list.reset(longer);
}

void CurlTransfer::set_http(const HttpRequest& request) {
  CURL* e = easy_.get();
  allow_private_ = request.allow_private;
  set_tls(request.tls);
  request_body_ = request.body;
  for (const auto& [name, value] : request.headers) {
    const std::string line = name + ": " + value;
    if (line.find_first_of("\r\n") != std::string::npos)
      return fail_early("a header contains a line break");
    append(headers_, line);
  }
  append(headers_, "Expect:");  // no waiting for 100-continue
  curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(e, CURLOPT_URL, request.url.reveal().c_str());
  curl_easy_setopt(e, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(e, CURLOPT_POSTFIELDS, request_body_.c_str());
  curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_body_.size()));
  if (request.method != "POST") curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  curl_easy_setopt(e, CURLOPT_HEADERDATA, this);
}

void CurlTransfer::set_mail(const MailRequest& request, const CurlTransportOptions& options) {
  CURL* e = easy_.get();
  is_mail_ = true;
  set_tls(request.tls);
  // A line break in an address would be a command of somebody else's making.
  if (!parse_mail_address(request.from) || !parse_mail_address(request.to))
    return fail_early("not a mail address");
  for (const auto& [name, value] : request.headers) {
    const auto line = encode_mail_header(name, value);
    if (!line) return fail_early(line.error().text);
    append(headers_, *line);
  }
  curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, static_cast<long>(options.mail_timeout.count()));
  append(recipients_, "<" + request.to + ">");
  curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(e, CURLOPT_URL, request.smtp_url.c_str());
  curl_easy_setopt(e, CURLOPT_MAIL_FROM, ("<" + request.from + ">").c_str());
  curl_easy_setopt(e, CURLOPT_MAIL_RCPT, recipients_.get());
  long use_ssl = CURLUSESSL_ALL;
  // Whoever can hide STARTTLS from us must not get the password for it.
  if (request.starttls == MailRequest::StartTls::opportunistic && request.username.empty())
    use_ssl = CURLUSESSL_TRY;
  if (request.starttls == MailRequest::StartTls::none) use_ssl = CURLUSESSL_NONE;
  curl_easy_setopt(e, CURLOPT_USE_SSL, use_ssl);
  curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_mail_reply);
  curl_easy_setopt(e, CURLOPT_HEADERDATA, this);
  if (!request.username.empty()) {
    curl_easy_setopt(e, CURLOPT_USERNAME, request.username.c_str());
    curl_easy_setopt(e, CURLOPT_PASSWORD, request.password.reveal().c_str());
  }
  set_mail_body(request);
}

void CurlTransfer::set_mail_body(const MailRequest& request) {
  append(headers_, "MIME-Version: 1.0");
  if (request.html.empty()) return set_mail_text(request.text);
  append(headers_, "Content-Type: multipart/alternative");  // libcurl adds the boundary
  mime_.reset(curl_mime_init(easy_.get()));
  if (!mime_) return fail_early("libcurl has no memory");
  // The best part last, as multipart/alternative wants it.
  add_text(mime_.get(), request.text, "text/plain; charset=UTF-8");
  if (request.images.empty())
    add_text(mime_.get(), request.html, "text/html; charset=UTF-8");
  else
    add_related(request);
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(easy_.get(), CURLOPT_MIMEPOST, mime_.get());
}

// libcurl makes parts of whatever it encodes itself, and programs that read a mail want its body.
void CurlTransfer::set_mail_text(const std::string& text) {
  append(headers_, "Content-Type: text/plain; charset=UTF-8");
  append(headers_, "Content-Transfer-Encoding: base64");
  for (const curl_slist* line = headers_.get(); line != nullptr; line = line->next)
    request_body_.append(line->data).append("\r\n");
  const std::string encoded = to_base64(text);
  for (std::size_t at = 0; at < encoded.size(); at += kEncodedLine)
    request_body_.append("\r\n").append(encoded, at, kEncodedLine);
  request_body_ += "\r\n";
  curl_easy_setopt(easy_.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy_.get(), CURLOPT_INFILESIZE_LARGE,
                   static_cast<curl_off_t>(request_body_.size()));
  curl_easy_setopt(easy_.get(), CURLOPT_READFUNCTION, &CurlTransfer::on_read);
  curl_easy_setopt(easy_.get(), CURLOPT_READDATA, this);
  curl_easy_setopt(easy_.get(), CURLOPT_SEEKFUNCTION, &CurlTransfer::on_seek);
  curl_easy_setopt(easy_.get(), CURLOPT_SEEKDATA, this);
}

std::size_t CurlTransfer::on_read(char* to, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const std::size_t copied = transfer.request_body_.copy(to, size * count, transfer.body_read_);
  transfer.body_read_ += copied;
  return copied;
}

// A connection that turned out to be closed is replaced, and the mail read again.
int CurlTransfer::on_seek(void* self, curl_off_t offset, int origin) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const bool known = origin == SEEK_SET && offset >= 0 &&
                     static_cast<std::size_t>(offset) <= transfer.request_body_.size();
  if (!known) return CURL_SEEKFUNC_CANTSEEK;
  transfer.body_read_ = static_cast<std::size_t>(offset);
  return CURL_SEEKFUNC_OK;
}

curl_mimepart* CurlTransfer::add_part(curl_mime* to, const std::string& data, const char* type,
                                      const char* encoding) {
  curl_mimepart* part = curl_mime_addpart(to);
  if (part == nullptr || curl_mime_data(part, data.data(), data.size()) != CURLE_OK ||
      curl_mime_type(part, type) != CURLE_OK || curl_mime_encoder(part, encoding) != CURLE_OK) {
    fail_early("libcurl has no memory");
    return nullptr;
  }
  return part;
}

void CurlTransfer::add_text(curl_mime* to, const std::string& text, const char* type) {
  if (!text.empty()) add_part(to, text, type, "quoted-printable");
}

// The HTML with the pictures that it shows.
void CurlTransfer::add_related(const MailRequest& request) {
  curl_mimepart* whole = curl_mime_addpart(mime_.get());
  Owned<curl_mime, curl_mime_free> made(whole == nullptr ? nullptr : curl_mime_init(easy_.get()));
  if (!made || curl_mime_subparts(whole, made.get()) != CURLE_OK)
    return fail_early("libcurl has no memory");
  curl_mime* related = made.release();  // `whole` owns it now
  curl_mime_type(whole, "multipart/related; type=\"text/html\"");
  add_text(related, request.html, "text/html; charset=UTF-8");
  for (const MailImage& image : request.images) {
    curl_mimepart* part = add_part(related, image.bytes, image.type.c_str(), "base64");
    if (part == nullptr) return;
    Owned<curl_slist, curl_slist_free_all> lines;
    append(lines, "Content-ID: <" + image.id + ">");
    append(lines, "Content-Disposition: inline");
    if (curl_mime_headers(part, lines.release(), 1) != CURLE_OK)
      return fail_early("libcurl has no memory");
  }
}

std::size_t CurlTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  std::string& body = static_cast<CurlTransfer*>(self)->response_.body;
  const std::size_t length = size * count;
  const std::size_t kept = std::min(length, kBodyMax - body.size());
  body.append(data, kept);
  // Less than was offered ends the transfer: its status is known, and the rest is not worth
  // reading.
  return kept == length ? length : CURL_WRITEFUNC_ERROR;
}

std::size_t CurlTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) transfer.response_.headers.clear();  // after a 1xx
  transfer.header_bytes_ += line.size();
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || transfer.header_bytes_ > kHeaderBytesMax)
    return size * count;
  std::string name(line.substr(0, colon));
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n' || value.back() == ' '))
    value.remove_suffix(1);
  transfer.response_.headers.emplace_back(std::move(name), value);
  return size * count;
}

// Of the last reply that refuses, the server's words: all lines of it.
std::size_t CurlTransfer::on_mail_reply(char* data, std::size_t size, std::size_t count,
                                        void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const std::string_view line(data, size * count);
  if (line.size() < 4 || (line[0] != '4' && line[0] != '5')) return line.size();
  std::string& words = transfer.response_.body;
  if (!transfer.reply_goes_on_) words.clear();
  transfer.reply_goes_on_ = line[3] == '-';
  if (words.size() + line.size() <= kReplyMax) words += line.substr(4);
  return line.size();
}

// The address is judged here and not the name before: between a look-up of ours and libcurl's the
// answer could change.
curl_socket_t CurlTransfer::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const AddressClass kind = classify_address(address_bytes(address->addr));
  const bool refused = kind == AddressClass::forbidden ||
                       (kind == AddressClass::restricted && !transfer.allow_private_);
  if (refused) {
    ++transfer.addresses_refused_;
    return CURL_SOCKET_BAD;
  }
  ++transfer.addresses_tried_;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Response CurlTransfer::finish(CURLcode code) {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  // An HTTP status that came is the answer, even if its body broke off or went on for ever. Of SMTP
  // the last code says something about the mail only if it refuses, or if all went well.
  const bool is_answer =
      is_mail_ ? code == CURLE_OK || (status >= 400 && status <= 599) : status >= 200;
  if (is_answer)
    response_.status = static_cast<int>(is_mail_ && code == CURLE_OK ? 250 : status);
  else
    read_failure(code);
  return std::move(response_);
}

void CurlTransfer::read_failure(CURLcode code) {
  response_.failure = failure_of(code);
  // libcurl's own sentence for the code, never its error buffer: that quotes URLs and host names.
  response_.detail = curl_easy_strerror(code);
  if (addresses_refused_ > 0 && addresses_tried_ == 0) {
    response_.failure = Response::Failure::refused_target;
    response_.detail = "link-local and metadata addresses are never a target";
    if (!allow_private_) response_.detail += ", private ones only from the configuration file";
    return;
  }
  long os_error = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &os_error);
  if (code == CURLE_COULDNT_CONNECT && os_error == ETIMEDOUT)
    response_.failure = Response::Failure::timeout;
}

}  // namespace tocsin
