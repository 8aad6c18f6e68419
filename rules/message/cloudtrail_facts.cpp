// SPDX-License-Identifier: Apache-2.0
#include "rules/message/cloudtrail_facts.hpp"

#include <array>
#include <string>
#include <string_view>

#include "rules/message/cloudtrail_identity.hpp"
#include "rules/message/cloudtrail_resources.hpp"
#include "rules/message/json_path.hpp"
#include "rules/message/network_rule.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kErrorCharacters = 160;

// "ec2" for "ec2.amazonaws.com".
std::string service_of(const JsonNode& event) {
  const std::string source = text_at(&event, "eventSource");
  constexpr std::string_view kSuffix = ".amazonaws.com";
  return std::string_view(source).ends_with(kSuffix)
             ? source.substr(0, source.size() - kSuffix.size())
             : source;
}

bool is_denial(std::string_view code) {
  return code.find("AccessDenied") != std::string_view::npos ||
         code.find("UnauthorizedOperation") != std::string_view::npos ||
         code.find("NotAuthorized") != std::string_view::npos;
}

// Nothing for a call that succeeded; a sign-in says how it went and whether a second factor was
// used.
std::string outcome(const JsonNode& event) {
  const std::string code = text_at(&event, "errorCode");
  const std::string message = text_at(&event, "errorMessage");
  const std::string sign_in = text_at(&event, "responseElements.ConsoleLogin");
  const std::string mfa = text_at(&event, "additionalEventData.MFAUsed");
  std::string out = sign_in;
  if (!code.empty()) out = (is_denial(code) ? "denied, " : "failed, ") + code;
  if (!message.empty())
    out +=
        (out.empty() ? "failed, " : ", ") + cut_code_points(to_one_line(message), kErrorCharacters);
  if (!mfa.empty())
    out += std::string(out.empty() ? "" : ", ") + "MFA " + (mfa == "Yes" ? "yes" : "no");
  return out;
}

std::string what(const JsonNode& event) {
  std::string out = service_of(event);
  if (!out.empty()) out += ' ';
  out += text_at(&event, "eventName");
  for (const std::string& detail : {network_rule(event), outcome(event)})
    if (!detail.empty()) out += ": " + detail;
  return out;
}

bool is_inside_aws(std::string_view agent) {
  return agent == "AWS Internal" || agent.ends_with(".amazonaws.com");
}

// The product that matters, of a list as browsers and SDKs send it.
std::string short_agent(std::string_view agent) {
  constexpr std::array<std::string_view, 9> kTelling{"Terraform/", "Pulumi/", "aws-cli/",
                                                     "S3Console/", "Edg/",    "OPR/",
                                                     "Firefox/",   "Chrome/", "Safari/"};
  while (!agent.empty() && (agent.front() == '[' || agent.front() == ' ')) agent.remove_prefix(1);
  for (const std::string_view product : kTelling) {
    const auto at = agent.find(product);
    if (at != std::string_view::npos)
      return std::string(agent.substr(at, agent.find_first_of(" ,;)]", at) - at));
  }
  return std::string(agent.substr(0, agent.find_first_of(" ,;]")));
}

std::string where(const JsonNode& event) {
  std::string out;
  const auto add = [&](const std::string& part) {
    if (part.empty()) return;
    if (!out.empty()) out += ", ";
    out += part;
  };
  const std::string source = text_at(&event, "sourceIPAddress");
  add(source);
  add(text_at(&event, "vpcEndpointId"));
  add(text_at(&event, "awsRegion"));
  std::string account = text_at(&event, "recipientAccountId");
  if (account.empty()) account = text_at(&event, "userIdentity.accountId");
  if (!account.empty()) add("account " + account);
  const std::string agent = text_at(&event, "userAgent");
  if (agent != source && agent != "AWS Internal")
    add(is_inside_aws(agent) ? agent : short_agent(agent));
  return out;
}

}  // namespace

bool is_cloudtrail(const JsonNode& event) {
  return event.kind == JsonNode::Kind::object && !text_at(&event, "eventName").empty() &&
         (event.member("userIdentity") != nullptr || event.member("eventSource") != nullptr);
}

FiveWs cloudtrail_facts(const JsonNode& event) {
  return {cloudtrail_who(event), what(event), {}, where(event), cloudtrail_resources(event)};
}

}  // namespace tocsin
