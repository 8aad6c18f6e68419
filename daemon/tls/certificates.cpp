// SPDX-License-Identifier: Apache-2.0
#include "daemon/tls/certificates.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "daemon/config/text_file.hpp"
#include "tocsin/file_descriptor.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kFileBytesMax = 64 * 1024;
constexpr Duration kClockSkew = hours{24};  // receivers whose clocks are behind
constexpr Duration kOwnLife = days{397};    // no longer is taken by many
constexpr Duration kAuthorityLife = days{7300};
constexpr Duration kRenewBefore = days{30};

Error io_error(const std::string& path) { return {"io-error", path + ": " + std::strerror(errno)}; }

// Nothing: there is no such file.
Result<std::optional<std::string>> read_if_there(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0) {
    if (errno == ENOENT) return std::optional<std::string>();
    return io_error(path);
  }
  Result<std::string> text = read_text_file(path, kFileBytesMax);
  if (!text) return Error{"io-error", text.error().text};
  return std::optional<std::string>(std::move(*text));
}

// Whole or not at all, readable by the owner alone.
Status write_whole(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  {
    const FileDescriptor file(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return io_error(fresh);
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t n = ::write(file.get(), text.data() + done, text.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return io_error(fresh);
      done += static_cast<std::size_t>(n);
    }
    if (::fsync(file.get()) != 0) return io_error(fresh);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return io_error(path);
  return success();
}

Error damaged(const std::string& path, const Error& why) {
  return {"damaged",
          path + ": " + why.text + "; restore it, or move it away and a new one is made"};
}

Result<Secret> open_key(const std::string& path, KeyKind kind) {
  Result<std::optional<std::string>> there = read_if_there(path);
  if (!there) return there.error();
  if (*there) return Secret(std::move(**there));
  Result<Secret> made = make_key(kind);
  if (!made) return made.error();
  if (Status done = write_whole(path, made->reveal()); !done) return done.error();
  return made;
}

bool proves(const CertificateFacts& facts, const std::vector<std::string>& hosts) {
  return std::all_of(hosts.begin(), hosts.end(), [&](const std::string& host) {
    return std::find(facts.hosts.begin(), facts.hosts.end(), host) != facts.hosts.end();
  });
}

// The pair NAME.key and NAME.pem.
Result<PemPair> open_pair(const std::string& stem, KeyKind kind, const CertificateWish& wish,
                          const PemPair* issuer, Instant now) {
  Result<Secret> key = open_key(stem + ".key", kind);
  if (!key) return key.error();
  const std::string path = stem + ".pem";
  Result<std::optional<std::string>> there = read_if_there(path);
  if (!there) return there.error();
  if (*there) {
    Result<CertificateFacts> facts = read_certificate(**there);
    if (!facts) return damaged(path, facts.error());
    PemPair pair{*key, **there};
    if (Status fits = check_pair(pair); !fits)
      return damaged(fits.error().code == "bad-key" ? stem + ".key" : path, fits.error());
    // Whoever trusts the authority must not be asked to do so again.
    const bool lasts = wish.authority || (facts->until - now > kRenewBefore && facts->from <= now &&
                                          proves(*facts, wish.hosts));
    if (lasts) return pair;
  }
  Result<std::string> made = make_certificate(wish, *key, issuer);
  if (!made) return damaged(stem + ".key", made.error());
  if (Status done = write_whole(path, *made); !done) return done.error();
  return PemPair{std::move(*key), std::move(*made)};
}

}  // namespace

Result<DaemonCertificates> open_certificates(const std::string& directory,
                                             const std::vector<std::string>& hosts, Instant now) {
  const std::string folder = directory + "/tls";
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return io_error(folder);
  CertificateWish wish{.name = "Tocsin authority",
                       .authority = true,
                       .from = now - kClockSkew,
                       .until = now + kAuthorityLife};
  Result<PemPair> authority = open_pair(folder + "/authority", KeyKind::ec, wish, nullptr, now);
  if (!authority) return authority.error();
  wish = {.name = "Tocsin", .hosts = hosts, .from = now - kClockSkew, .until = now + kOwnLife};
  Result<PemPair> https = open_pair(folder + "/https", KeyKind::ec, wish, &*authority, now);
  if (!https) return https.error();
  wish.name = "Tocsin notifications";
  wish.hosts.clear();
  Result<PemPair> signing = open_pair(folder + "/signing", KeyKind::rsa, wish, &*authority, now);
  if (!signing) return signing.error();
  return DaemonCertificates{std::move(authority->certificate), std::move(*https),
                            std::move(*signing)};
}

Result<PemPair> read_pair(const std::string& certificate_path, const std::string& key_path) {
  Result<std::string> certificate = read_text_file(certificate_path, kFileBytesMax);
  if (!certificate) return Error{"io-error", certificate.error().text};
  Result<std::string> key = read_text_file(key_path, kFileBytesMax);
  if (!key) return Error{"io-error", key.error().text};
  PemPair pair{Secret(std::move(*key)), std::move(*certificate)};
  if (Status fits = check_pair(pair); !fits) {
    const bool of_key = fits.error().code == "bad-key";
    return Error{fits.error().code,
                 (of_key ? key_path : certificate_path) + ": " + fits.error().text};
  }
  return pair;
}

}  // namespace tocsin
