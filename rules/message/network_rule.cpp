// SPDX-License-Identifier: Apache-2.0
#include "rules/message/network_rule.hpp"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/message/json_path.hpp"

namespace tocsin {
namespace {

// More are counted, not listed.
constexpr std::size_t kListed = 3;

std::string protocol_name(const std::string& protocol) {
  using Row = std::pair<std::string_view, std::string_view>;
  constexpr std::array kNames{Row{"-1", "all traffic"}, Row{"1", "icmp"}, Row{"6", "tcp"},
                              Row{"17", "udp"}, Row{"58", "icmpv6"}};
  for (const auto& [number, name] : kNames)
    if (number == protocol) return std::string(name);
  return protocol;
}

std::string ports(const std::string& protocol, const std::string& from, const std::string& to) {
  std::string out = protocol_name(protocol);
  if (out.empty()) out = "all traffic";
  if (from.empty() || from == "-1" || protocol == "-1") return out;
  if (from == "0" && to == "65535") return out + " all ports";
  out += " " + from;
  return to.empty() || to == from ? out : out + "-" + to;
}

// The other ends of one permission: addresses, groups, prefix lists.
void add_peers(const JsonNode* permission, std::vector<std::string>& out) {
  using Row = std::pair<std::string_view, std::string_view>;
  constexpr std::array kPeers{Row{"ipRanges", "cidrIp"}, Row{"ipv6Ranges", "cidrIpv6"},
                              Row{"groups", "groupId"}, Row{"groups", "groupName"},
                              Row{"prefixListIds", "prefixListId"}};
  for (const auto& [list, field] : kPeers) {
    const JsonNode* items = find_path(find_path(permission, list), "items");
    if (items == nullptr) continue;
    for (const JsonNode* item = items->first_child; item != nullptr; item = item->next) {
      std::string peer = text_at(item, field);
      if (!peer.empty()) out.push_back(std::move(peer));
    }
  }
}

std::string join(const std::vector<std::string>& parts) {
  std::string out;
  for (std::size_t i = 0; i < parts.size() && i < kListed; ++i)
    out += (i == 0 ? "" : ", ") + parts[i];
  if (parts.size() > kListed) out += ", and " + std::to_string(parts.size() - kListed) + " more";
  return out;
}

std::string security_group_rules(const JsonNode* request, std::string_view direction) {
  std::vector<std::string> rules;
  const auto add = [&](const JsonNode* permission, const std::vector<std::string>& peers) {
    std::string rule = ports(text_at(permission, "ipProtocol"), text_at(permission, "fromPort"),
                             text_at(permission, "toPort"));
    if (!peers.empty()) rule += " " + std::string(direction) + " " + join(peers);
    rules.push_back(std::move(rule));
  };
  const JsonNode* items = find_path(request, "ipPermissions.items");
  if (items != nullptr && items->kind == JsonNode::Kind::array) {
    for (const JsonNode* item = items->first_child; item != nullptr; item = item->next) {
      std::vector<std::string> peers;
      add_peers(item, peers);
      add(item, peers);
    }
  }
  // The old flat form.
  const std::string cidr = text_at(request, "cidrIp");
  if (rules.empty() && (!cidr.empty() || !text_at(request, "ipProtocol").empty()))
    add(request, cidr.empty() ? std::vector<std::string>{} : std::vector<std::string>{cidr});
  return join(rules);
}

std::string acl_entry(const JsonNode* request) {
  const std::string action = text_at(request, "ruleAction");
  if (action.empty()) return {};
  std::string peer = text_at(request, "cidrBlock");
  if (peer.empty()) peer = text_at(request, "ipv6CidrBlock");
  const bool egress = text_at(request, "egress") == "true";
  std::string out = action + " " +
                    ports(text_at(request, "aclProtocol"), text_at(request, "portRange.from"),
                          text_at(request, "portRange.to"));
  return peer.empty() ? out : out + (egress ? " to " : " from ") + peer;
}

std::string route(const JsonNode* request) {
  std::string destination = text_at(request, "destinationCidrBlock");
  if (destination.empty()) destination = text_at(request, "destinationIpv6CidrBlock");
  if (destination.empty()) return {};
  constexpr std::array<std::string_view, 8> kTargets{
      "gatewayId",          "natGatewayId",
      "instanceId",         "transitGatewayId",
      "networkInterfaceId", "vpcPeeringConnectionId",
      "localGatewayId",     "egressOnlyInternetGatewayId"};
  for (const std::string_view target : kTargets) {
    const std::string id = text_at(request, target);
    if (!id.empty()) return destination + " via " + id;
  }
  return destination;
}

}  // namespace

std::string network_rule(const JsonNode& event) {
  const JsonNode* request = event.member("requestParameters");
  const std::string name = text_at(&event, "eventName");
  const std::string_view view = name;
  if (view.ends_with("SecurityGroupIngress")) return security_group_rules(request, "from");
  if (view.ends_with("SecurityGroupEgress")) return security_group_rules(request, "to");
  if (view.ends_with("NetworkAclEntry")) return acl_entry(request);
  if (view.ends_with("Route")) return route(request);
  return {};
}

}  // namespace tocsin
