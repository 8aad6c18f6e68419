// SPDX-License-Identifier: Apache-2.0
// file: { path, format, max_size, retry_for }
#include <algorithm>

#include "notifiers/channels.hpp"
#include "notifiers/endpoint_name.hpp"
#include "notifiers/file_target.hpp"
#include "notifiers/payload_format.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

struct Options {
  std::string path;
  const PayloadFormat* format = nullptr;
  std::size_t bytes_max = 1024 * kMiB;
  SnsSubscription subscription;
};

class File final : public Notifier {
 public:
  explicit File(Options options) : options_(std::move(options)) {}

  Request request(const Notification& n, const Attempt& attempt) const override {
    FileRequest out;
    out.path = options_.path;
    out.line = options_.format->body(n, attempt, options_.subscription);
    // JSON has no line breaks of its own; a message that is none must not look like two.
    std::replace_if(
        out.line.begin(), out.line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    out.bytes_max = options_.bytes_max;
    return out;
  }

  Delivery outcome(const Response& answer, Instant) const override {
    return file_outcome(answer, options_.path);
  }

 private:
  Options options_;
};

void read_path(ConfigReader& read, std::string& path) {
  if (!read.require("path", path)) return;
  if (!is_path_of_file(path))
    report(read.diagnostics(), "bad-value", *read.map().find("path"),
           "`path` must be the absolute path of a file", "such as /var/log/tocsin/alarms.ndjson");
}

}  // namespace

std::vector<Endpoint> make_file(const ConfigNode& node, const NotifierContext& context,
                                Diagnostics& out) {
  ConfigReader read(node, "file", out);
  Endpoint endpoint;
  Options options;
  read_path(read, options.path);
  options.format = read_format(read, context);
  read.optional_size("max_size", options.bytes_max, {kMiB, kMiB << 20});
  read_common_options(read, endpoint.retry_for);
  read.finish();
  if (options.path.empty()) return {};
  endpoint.id = endpoint_id(context.topic, "file", options.path);
  endpoint.label = "file " + options.path;
  options.subscription = sns_subscription(name_uuid(endpoint.id), context);
  limit_to_format(endpoint, *options.format);
  endpoint.notifier = std::make_shared<File>(std::move(options));
  return {std::move(endpoint)};
}

}  // namespace tocsin
