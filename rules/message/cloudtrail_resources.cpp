// SPDX-License-Identifier: Apache-2.0
#include "rules/message/cloudtrail_resources.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "rules/message/json_path.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kResources = 10;
// Lists in events can be long; what is behind these is not looked at.
constexpr int kListItems = 10;

// Where a resource is named. `label` goes before names that do not say what they are; `service`:
// only in its events.
struct Row {
  std::string_view path;
  std::string_view label = {};
  std::string_view service = {};
};

constexpr std::array kRequest{
    Row{"groupId"},
    Row{"groupName", "security group ", "ec2"},
    Row{"userName", "user "},
    Row{"roleName", "role "},
    Row{"groupName", "group ", "iam"},
    Row{"policyArn"},
    Row{"policyName", "policy "},
    Row{"roleArn"},
    Row{"instanceProfileName", "instance profile "},
    Row{"name", "trail ", "cloudtrail"},
    Row{"trailName", "trail "},
    Row{"keyId", "key "},
    Row{"functionName", "function "},
    Row{"instanceId"},
    Row{"instancesSet.items.*.instanceId"},
    Row{"vpcId"},
    Row{"peerVpcId"},
    Row{"vpcPeeringConnectionId"},
    Row{"networkAclId"},
    Row{"networkAclAssociationId", "association "},
    Row{"internetGatewayId"},
    Row{"customerGatewayId"},
    Row{"routeTableId"},
    Row{"associationId"},
    Row{"subnetId"},
    Row{"volumeId"},
    Row{"snapshotId"},
    Row{"imageId"},
    Row{"networkInterfaceId"},
    Row{"allocationId"},
    Row{"configurationRecorderName", "configuration recorder "},
    Row{"configurationRecorder.name", "configuration recorder "},
    Row{"deliveryChannelName", "delivery channel "},
    Row{"deliveryChannel.name", "delivery channel "},
    Row{"dBInstanceIdentifier", "DB instance "},
    Row{"dBClusterIdentifier", "DB cluster "},
    Row{"dBSnapshotIdentifier", "DB snapshot "},
    Row{"tableName", "table "},
    Row{"stackName", "stack "},
    Row{"clusterName", "cluster "},
    Row{"topicArn"},
    Row{"queueUrl"},
    Row{"resourceArn"},
    Row{"accountId", "account ", "organizations"},
    Row{"accountName", "account ", "organizations"},
    Row{"organizationalUnitId"},
    Row{"policyId"},
    Row{"targetId"},
    Row{"handshakeId"},
    Row{"target.id", "account ", "organizations"},
    Row{"name", "", "organizations"},
    Row{"name", "parameter ", "ssm"},
    Row{"accessKeyId", "access key "},
    Row{"serialNumber"},
};

constexpr std::array kResponse{
    Row{"groupId"},
    Row{"user.arn"},
    Row{"role.arn"},
    Row{"group.arn"},
    Row{"policy.arn"},
    Row{"accessKey.accessKeyId", "access key "},
    Row{"vpc.vpcId"},
    Row{"vpcPeeringConnection.vpcPeeringConnectionId"},
    Row{"subnet.subnetId"},
    Row{"routeTable.routeTableId"},
    Row{"networkAcl.networkAclId"},
    Row{"internetGateway.internetGatewayId"},
    Row{"customerGateway.customerGatewayId"},
    Row{"instancesSet.items.*.instanceId"},
    Row{"keyMetadata.arn"},
    Row{"trailARN"},
    Row{"functionArn"},
    Row{"createAccountStatus.accountId", "account "},
    Row{"handshake.id"},
};

class ResourceList {
 public:
  explicit ResourceList(std::string service) : service_(std::move(service)) {}

  void add(std::string_view label, const std::string& name) {
    if (name.empty() || name == "***" || all_.size() >= kResources) return;
    std::string text = std::string(name.starts_with("arn:") ? "" : label) + name;
    if (std::find(all_.begin(), all_.end(), text) == all_.end()) all_.push_back(std::move(text));
  }

  template <std::size_t N>
  void add_table(const JsonNode* from, const std::array<Row, N>& rows) {
    if (from == nullptr) return;
    for (const Row& row : rows)
      if (row.service.empty() || row.service == service_) add_path(from, row);
  }

  std::vector<std::string> take() { return std::move(all_); }

 private:
  void add_path(const JsonNode* from, const Row& row) {
    const auto star = row.path.find(".*.");
    if (star == std::string_view::npos) {
      add(row.label, text_at(from, row.path));
      return;
    }
    const JsonNode* list = find_path(from, row.path.substr(0, star));
    if (list == nullptr || list->kind != JsonNode::Kind::array) return;
    int left = kListItems;
    for (const JsonNode* item = list->first_child; item != nullptr && left > 0;
         item = item->next, --left)
      add(row.label, text_at(item, row.path.substr(star + 3)));
  }

  std::string service_;
  std::vector<std::string> all_;
};

// An object, several of one bucket, or the bucket alone.
void add_s3(const JsonNode* request, ResourceList& out) {
  const std::string bucket = text_at(request, "bucketName");
  if (bucket.empty()) return;
  const std::string key = text_at(request, "key");
  if (!key.empty()) {
    out.add("", "s3://" + bucket + "/" + key);
    return;
  }
  out.add("bucket ", bucket);
}

// An S3 ARN has neither region nor account: it says no more than the bucket and key that are listed
// already.
bool restates(std::string_view arn, const std::string& bucket) {
  constexpr std::string_view kS3 = "arn:aws:s3:::";
  if (bucket.empty() || !arn.starts_with(kS3)) return false;
  arn.remove_prefix(kS3.size());
  return arn.starts_with(bucket) && (arn.size() == bucket.size() || arn[bucket.size()] == '/');
}

void add_arns(const JsonNode* resources, const std::string& bucket, ResourceList& out) {
  if (resources == nullptr || resources->kind != JsonNode::Kind::array) return;
  int left = kListItems;
  for (const JsonNode* item = resources->first_child; item != nullptr && left > 0;
       item = item->next, --left) {
    const std::string arn = text_at(item, "ARN");
    if (!restates(arn, bucket)) out.add("", arn);
    const std::string prefix = text_at(item, "ARNPrefix");
    if (!prefix.empty() && !restates(prefix, bucket)) out.add("", prefix + "*");
  }
}

std::string service_of(const JsonNode& event) {
  const std::string source = text_at(&event, "eventSource");
  return source.substr(0, source.find('.'));
}

}  // namespace

std::vector<std::string> cloudtrail_resources(const JsonNode& event) {
  ResourceList out(service_of(event));
  const JsonNode* request = event.member("requestParameters");
  add_s3(request, out);
  out.add_table(request, kRequest);
  out.add_table(event.member("responseElements"), kResponse);
  add_arns(event.member("resources"), text_at(request, "bucketName"), out);
  return out.take();
}

}  // namespace tocsin
