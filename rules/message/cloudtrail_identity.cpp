// SPDX-License-Identifier: Apache-2.0
#include "rules/message/cloudtrail_identity.hpp"

#include <array>
#include <initializer_list>
#include <utility>

#include "rules/message/json_path.hpp"

namespace tocsin {
namespace {

// What CloudTrail writes instead of a name that nobody typed on purpose (often a password).
constexpr std::string_view kHidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
constexpr std::string_view kSsoPrefix = "AWSReservedSSO_";
constexpr std::string_view kServicePrefix = "AWSServiceRoleFor";

std::string first_of(const JsonNode* identity, std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths) {
    std::string text = text_at(identity, path);
    // Some trails have "-" and "--" for what was left out.
    if (text.find_first_not_of('-') != std::string::npos) return text;
  }
  return {};
}

std::string behind_last(std::string_view text, char separator) {
  const auto at = text.rfind(separator);
  return std::string(at == std::string_view::npos ? text : text.substr(at + 1));
}

std::string named(std::string_view kind, std::string name) {
  if (name == kHidden) name = "(name hidden by AWS)";
  return name.empty() ? std::string(kind) : std::string(kind) + " " + name;
}

// arn:aws:sts::111122223333:assumed-role/ROLE/SESSION
std::pair<std::string, std::string> role_and_session(const JsonNode* identity) {
  std::string role = first_of(identity, {"sessionContext.sessionIssuer.userName"});
  std::string session;
  const std::string arn = text_at(identity, "arn");
  const auto slash = arn.find('/');
  if (slash != std::string::npos) {
    const auto second = arn.find('/', slash + 1);
    if (role.empty()) role = arn.substr(slash + 1, second - slash - 1);
    if (second != std::string::npos) session = arn.substr(second + 1);
  }
  if (session.empty()) {
    const std::string principal = text_at(identity, "principalId");
    if (principal.find(':') != std::string::npos) session = behind_last(principal, ':');
  }
  return {std::move(role), std::move(session)};
}

// AWSReservedSSO_AdministratorAccess_0123456789abcdef -> AdministratorAccess
std::string permission_set(std::string_view role) {
  role.remove_prefix(kSsoPrefix.size());
  const auto at = role.rfind('_');
  return std::string(at == std::string_view::npos || at == 0 ? role : role.substr(0, at));
}

std::string root(const JsonNode*) { return "root account"; }

std::string iam_user(const JsonNode* identity) {
  return named("IAM user", first_of(identity, {"userName", "arn", "principalId"}));
}

// i-0dbc91f429e48eeed: EC2 calls the session of an instance's role so.
bool is_instance(std::string_view session) {
  return session.starts_with("i-") && session.size() >= 10 &&
         session.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
}

std::string assumed_role(const JsonNode* identity) {
  const auto [role, session] = role_and_session(identity);
  if (std::string_view(role).starts_with(kSsoPrefix) && !session.empty())
    return "SSO user " + session + " as " + permission_set(role);
  if (is_instance(session) && !role.empty()) return "EC2 instance " + session + " as role " + role;
  std::string out = std::string_view(role).starts_with(kServicePrefix)
                        ? "service-linked role " + role.substr(kServicePrefix.size())
                        : named("assumed role", role.empty() ? text_at(identity, "arn") : role);
  if (!session.empty()) out += " / " + session;
  return out;
}

std::string federated_user(const JsonNode* identity) {
  std::string name = first_of(identity, {"userName", "arn", "principalId"});
  name = behind_last(behind_last(name, '/'), ':');
  std::string out = named("federated user", name);
  const std::string issuer = first_of(identity, {"sessionContext.sessionIssuer.userName"});
  return issuer.empty() ? out : out + " of " + issuer;
}

std::string web_identity(const JsonNode* identity) {
  std::string out = named("web identity", first_of(identity, {"userName", "principalId"}));
  const std::string provider = first_of(identity, {"identityProvider"});
  return provider.empty() ? out : out + " from " + provider;
}

std::string saml_user(const JsonNode* identity) {
  std::string out = named("SAML user", first_of(identity, {"userName", "principalId"}));
  const std::string provider = first_of(identity, {"identityProvider"});
  return provider.empty() ? out : out + " from " + provider;
}

std::string aws_service(const JsonNode* identity) {
  return named("AWS service", first_of(identity, {"invokedBy", "userName", "principalId"}));
}

std::string aws_account(const JsonNode* identity) {
  return named("somebody in AWS account", first_of(identity, {"accountId", "principalId"}));
}

std::string identity_center_user(const JsonNode* identity) {
  return named("Identity Center user",
               first_of(identity, {"userName", "onBehalfOf.userId", "principalId"}));
}

std::string role(const JsonNode* identity) {
  return named("role", first_of(identity, {"userName", "arn", "principalId"}));
}

std::string directory_user(const JsonNode* identity) {
  return named("directory user", first_of(identity, {"userName", "principalId", "arn"}));
}

std::string anybody(const JsonNode* identity) {
  return first_of(identity, {"arn", "userName", "sessionContext.sessionIssuer.userName",
                             "principalId", "invokedBy"});
}

struct Row {
  std::string_view type;
  std::string (*describe)(const JsonNode* identity);
};
constexpr std::array kTypes{Row{"Root", root},
                            Row{"IAMUser", iam_user},
                            Row{"AssumedRole", assumed_role},
                            Row{"Role", role},
                            Row{"FederatedUser", federated_user},
                            Row{"WebIdentityUser", web_identity},
                            Row{"SAMLUser", saml_user},
                            Row{"AWSService", aws_service},
                            Row{"AWSAccount", aws_account},
                            Row{"IdentityCenterUser", identity_center_user},
                            Row{"Directory", directory_user}};

std::string describe(const JsonNode* identity) {
  const std::string type = text_at(identity, "type");
  for (const Row& row : kTypes)
    if (row.type == type) return row.describe(identity);
  return anybody(identity);
}

// The account, and that it is another one than the event's where that is so.
std::string account_text(const JsonNode* identity, const JsonNode& event, bool named_already) {
  const std::string account = first_of(identity, {"accountId"});
  const std::string recipient = first_of(&event, {"recipientAccountId"});
  if (account.empty()) return {};
  const bool foreign = !recipient.empty() && account != recipient;
  if (named_already) return foreign ? " (another account)" : "";
  return " (" + account + (foreign ? ", another account)" : ")");
}

}  // namespace

std::string cloudtrail_who(const JsonNode& event) {
  const JsonNode* identity = event.member("userIdentity");
  if (identity == nullptr || identity->kind != JsonNode::Kind::object) return {};
  std::string who = describe(identity);
  if (who.empty()) return {};
  who += account_text(identity, event, text_at(identity, "type") == "AWSAccount");
  // Whoever it was when the first role of a chain was assumed.
  const std::string source = first_of(identity, {"sessionContext.sourceIdentity"});
  if (!source.empty() && who.find(source) == std::string::npos) who += ", as " + source;
  const std::string service = first_of(identity, {"invokedBy"});
  if (!service.empty() && who.find(service) == std::string::npos) who += ", through " + service;
  return who;
}

}  // namespace tocsin
