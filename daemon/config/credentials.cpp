// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/credentials.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <vector>

#include "daemon/config/text_file.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kOpen = "${credential:";
constexpr std::size_t kCredentialBytesMax = 64 * 1024;

Error bad(std::string text) { return {"bad-credential", std::move(text)}; }

bool is_credential_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Result<std::string> read_credential(const std::string& name, const Environment& environment) {
  std::vector<std::string> places;
  if (!environment.credentials_directory.empty()) {
    places.push_back(environment.credentials_directory + "/" + name);
    places.push_back(environment.credentials_directory + "/tocsin_" + name);
  }
  places.push_back(environment.credentials_fallback + "/" + name);
  std::string tried;
  for (const std::string& place : places) {
    Result<std::string> text = read_text_file(place, kCredentialBytesMax);
    if (!text) {
      tried += (tried.empty() ? "" : "; ") + text.error().text;
      // What exists and cannot be read is not replaced by another place's value.
      if (text.error().code != "not-found") break;
      continue;
    }
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
    if (text->empty()) return bad("credential \"" + name + "\": " + place + " is empty");
    if (text->find('\0') != std::string::npos)
      return bad("credential \"" + name + "\": " + place + " is no text");
    return std::move(text.value());
  }
  return bad("credential \"" + name + "\" cannot be read: " + tried);
}

}  // namespace

Result<Secret> resolve_credentials(const std::string& text, const Environment& environment) {
  std::string resolved;
  std::size_t at = 0;
  for (std::size_t begin = text.find(kOpen); begin != std::string::npos;
       begin = text.find(kOpen, at)) {
    resolved.append(text, at, begin - at);
    const std::size_t name_begin = begin + kOpen.size();
    const std::size_t end = text.find('}', name_begin);
    if (end == std::string::npos) return bad("${credential:... without its }");
    const std::string name = text.substr(name_begin, end - name_begin);
    if (!is_credential_name(name))
      return bad("a credential's name is made of a-z, 0-9, _ and -, as in ${credential:smtp}");
    Result<std::string> value = read_credential(name, environment);
    if (!value) return value.error();
    resolved += *value;
    at = end + 1;
  }
  resolved.append(text, at, std::string::npos);
  return Secret(std::move(resolved));
}

}  // namespace tocsin
