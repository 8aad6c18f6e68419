// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/sections.hpp"
#include "notifiers/endpoint_name.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

void read_listen(ConfigReader& read, std::string& listen, const char* example) {
  if (!read.optional("listen", listen) || listen == "off") return;
  const std::size_t colon = listen.rfind(':');
  const auto port =
      colon == std::string::npos ? std::nullopt : parse_integer(listen.substr(colon + 1));
  if (!port || *port < 0 || *port > 65'535)
    report(read.diagnostics(), "bad-value", *read.map().find("listen"),
           "`listen` must be an address and a port, or off", std::string("such as ") + example);
}

void read_file(ConfigReader& read, const char* key, std::string& path) {
  if (read.optional(key, path) && (path.empty() || path[0] != '/'))
    report(read.diagnostics(), "bad-value", *read.map().find(key),
           "`" + std::string(key) + "` must be the absolute path of a file in PEM");
}

void read_url(ConfigReader& read, std::string& url) {
  if (!read.optional("url", url)) return;
  const Result<WebTarget> target = parse_web_target(url);
  if (!target || target->scheme != "https" || url.find_first_of("?#@") != std::string::npos)
    report(read.diagnostics(), "bad-value", *read.map().find("url"),
           "`url` must be a plain https URL: receivers fetch certificates over nothing else",
           "such as https://alarms.example.com:8687");
  while (url.ends_with('/')) url.pop_back();
}

HttpsConfig decode_https(const ConfigNode& node, Diagnostics& out) {
  HttpsConfig https;
  https.written = true;
  if (node.is_scalar() && node.scalar == "off") {
    https.listen = "off";
    return https;
  }
  ConfigReader read(node, "`https`", out);
  read_listen(read, https.listen, "0.0.0.0:8687");
  read_url(read, https.url);
  read_file(read, "certificate", https.certificate);
  read_file(read, "key", https.key);
  read.finish();
  if (https.certificate.empty() != https.key.empty())
    report(out, "missing-key", node, "`certificate` and `key` go together");
  return https;
}

}  // namespace

ApiConfig decode_api(const ConfigNode& section, Diagnostics& out) {
  ApiConfig api;
  ConfigReader read(section, "`api`", out);
  read_listen(read, api.listen, "127.0.0.1:8686");
  if (read.optional("socket", api.socket) &&
      (api.socket.empty() || api.socket[0] != '/' || api.socket.size() > 107))
    report(out, "bad-value", *section.find("socket"),
           "`socket` must be an absolute path of at most 107 bytes");
  if (const ConfigNode* https = read.find("https")) api.https = decode_https(*https, out);
  read.finish();
  return api;
}

}  // namespace tocsin
