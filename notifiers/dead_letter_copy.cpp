// SPDX-License-Identifier: Apache-2.0
#include "notifiers/dead_letter_copy.hpp"

#include <utility>

#include "notifiers/endpoint_name.hpp"
#include "notifiers/file_target.hpp"
#include "notifiers/own_notice.hpp"

namespace tocsin {
namespace {

constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30;
constexpr const char* kWhat = "dead-letter-copy";

class DeadLetterFile final : public Notifier {
 public:
  DeadLetterFile(std::string path, bool is_directory)
      : path_(std::move(path)), is_directory_(is_directory) {}

  Request request(const Notification& n, const Attempt&) const override {
    return FileRequest{is_directory_ ? path_ + "/" + n.message_id + ".json" : path_, n.event_record,
                       kFileBytesMax, is_directory_};
  }
  Delivery outcome(const Response& answer, Instant) const override {
    return file_outcome(answer, path_);
  }

 private:
  std::string path_;
  bool is_directory_;
};

}  // namespace

std::optional<Endpoint> read_redrive(const ConfigNode& node, const std::string& topic,
                                     Diagnostics& out) {
  ConfigReader read(node, "`redrive`", out);
  std::string file, directory;
  read.optional("file", file);
  read.optional("directory", directory);
  read.finish();
  if (!node.is_map()) return std::nullopt;
  const std::string& path = file.empty() ? directory : file;
  if (file.empty() == directory.empty() || !is_path_of_file(path)) {
    report(out, "bad-value", node, "`redrive` is the absolute path of a `file` or a `directory`",
           "{ file: /var/log/tocsin/dead-letters.ndjson }");
    return std::nullopt;
  }
  Endpoint endpoint;
  endpoint.id = endpoint_id(topic, "dead-letters", path);
  endpoint.label = "dead letters in " + path;
  endpoint.notifier = std::make_shared<DeadLetterFile>(path, file.empty());
  return endpoint;
}

Notification dead_letter_copy(const DeliveryReport& report, std::string letter, Instant now) {
  Notification n;
  n.message_id = name_uuid("dead letter copy " + report.message_id + " " + report.endpoint + " " +
                           std::to_string(report.record.outbox_id));
  n.topic = report.topic;
  n.dedup_key = own_notice_key(kWhat, report.endpoint);
  n.subject = "Dead letter of " + report.endpoint_label;
  n.event_record = std::move(letter);
  n.told_at = n.transition.at = n.transition.decided_at = now;
  return n;
}

bool is_dead_letter_copy(std::string_view dedup_key) {
  return dedup_key.starts_with(own_notice_key(kWhat, ""));
}

}  // namespace tocsin
