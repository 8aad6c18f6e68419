// SPDX-License-Identifier: Apache-2.0
#include "rules/message/five_ws.hpp"

#include <nlohmann/json.hpp>

#include "rules/message/text.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

FiveWs facts(const std::string& message) {
  return five_ws({instant_from_ms(1'773'488'462'000), "trail", 0, message}, "UTC");
}

// A CloudTrail record with this userIdentity.
FiveWs by(const std::string& identity) {
  return facts(R"({"eventSource":"ec2.amazonaws.com","eventName":"StopInstances",)"
               R"("recipientAccountId":"111122223333","userIdentity":)" +
               identity + "}");
}

using Rows = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("every kind of CloudTrail identity reads well", "[message][five-ws]") {
  const Rows rows = {
      {R"({"type":"Root","accountId":"111122223333","arn":"arn:aws:iam::111122223333:root"})",
       "root account (111122223333)"},
      {R"({"type":"IAMUser","accountId":"111122223333","userName":"alice"})",
       "IAM user alice (111122223333)"},
      {R"({"type":"IAMUser","accountId":"111122223333","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"})",
       "IAM user (name hidden by AWS) (111122223333)"},
      {R"({"type":"AssumedRole","accountId":"111122223333",)"
       R"("arn":"arn:aws:sts::111122223333:assumed-role/Admin/alice",)"
       R"("sessionContext":{"sessionIssuer":{"type":"Role","userName":"Admin"}}})",
       "assumed role Admin / alice (111122223333)"},
      {R"({"type":"AssumedRole","accountId":"111122223333","principalId":"AROAX:i-0abc",)"
       R"("arn":"arn:aws:sts::111122223333:assumed-role/web/i-0abc"})",
       "assumed role web / i-0abc (111122223333)"},
      {R"({"type":"AssumedRole","accountId":"111122223333","arn":)"
       R"("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/bob@example.com"})",
       "SSO user bob@example.com as AdministratorAccess (111122223333)"},
      {R"({"type":"AssumedRole","accountId":"111122223333","invokedBy":"config.amazonaws.com",)"
       R"("arn":"arn:aws:sts::111122223333:assumed-role/ConfigRole/x"})",
       "assumed role ConfigRole / x (111122223333), through config.amazonaws.com"},
      {R"({"type":"FederatedUser","accountId":"111122223333",)"
       R"("arn":"arn:aws:sts::111122223333:federated-user/carol",)"
       R"("sessionContext":{"sessionIssuer":{"type":"IAMUser","userName":"broker"}}})",
       "federated user carol of broker (111122223333)"},
      {R"({"type":"WebIdentityUser","userName":"dave","identityProvider":"accounts.google.com"})",
       "web identity dave from accounts.google.com"},
      {R"({"type":"SAMLUser","userName":"erin","principalId":"SAMPLE:erin","identityProvider":"idp"})",
       "SAML user erin from idp"},
      {R"({"type":"AWSService","invokedBy":"inspector2.amazonaws.com"})",
       "AWS service inspector2.amazonaws.com"},
      {R"({"type":"AWSAccount","accountId":"444455556666","principalId":"AIDAX"})",
       "somebody in AWS account 444455556666 (another account)"},
      {R"({"type":"IAMUser","accountId":"444455556666","userName":"mallory"})",
       "IAM user mallory (444455556666, another account)"},
      {R"({"type":"IdentityCenterUser","accountId":"111122223333","onBehalfOf":{"userId":"u-1"}})",
       "Identity Center user u-1 (111122223333)"},
      {R"({"accountId":"111122223333","invokedBy":"ec2.amazonaws.com"})",
       "ec2.amazonaws.com (111122223333)"},
      {R"({"principalId":"-","arn":"--","accountId":"-"})", ""},
      {R"({"type":"Novel","arn":"arn:aws:iam::111122223333:thing/x"})",
       "arn:aws:iam::111122223333:thing/x"},
      {"null", ""},
      {"{}", ""},
      {"[1]", ""},
  };
  for (const auto& [identity, who] : rows) CHECK(by(identity).who == who);
}

TEST_CASE("identities as real trails have them read well", "[message][five-ws]") {
  const auto who = [](const std::string& recipient, const std::string& identity) {
    return facts(R"({"eventSource":"s3.amazonaws.com","eventName":"GetObject",)"
                 R"("recipientAccountId":")" +
                 recipient + R"(","userIdentity":)" + identity + "}")
        .who;
  };
  const std::string own = "123837392027";
  const std::string issuer =
      R"(,"sessionContext":{"attributes":{"mfaAuthenticated":"false"},"sessionIssuer":{"type":"Role",)"
      R"("accountId":"123837392027","userName":")";
  const std::string role =
      R"({"type":"AssumedRole","accountId":"123837392027","accessKeyId":"ASIA",)";
  CHECK(who(own, role +
                     R"("principalId":"AROATFQR7NSC6Q6YRQ2Q7:i-0dbc91f429e48eeed","arn":)"
                     R"("arn:aws:sts::123837392027:assumed-role/web-role/i-0dbc91f429e48eeed")" +
                     issuer + R"(web-role"}}})") ==
        "EC2 instance i-0dbc91f429e48eeed as role web-role (123837392027)");
  CHECK(who(own, role +
                     R"("invokedBy":"inspector2.amazonaws.com","arn":"arn:aws:sts::123837392027:)"
                     R"(assumed-role/AWSServiceRoleForAmazonInspector2/MandoService1")" +
                     issuer + R"(AWSServiceRoleForAmazonInspector2"}}})") ==
        "service-linked role AmazonInspector2 / MandoService1 (123837392027), through "
        "inspector2.amazonaws.com");
  CHECK(who("742491224508",
            role +
                R"("arn":"arn:aws:sts::123837392027:assumed-role/deploy/aws-go-sdk-1688990082")" +
                issuer + R"(deploy"},"sourceIdentity":"alice"}})") ==
        "assumed role deploy / aws-go-sdk-1688990082 (123837392027, another account), as alice");
  CHECK(who("742491224508",
            R"({"type":"FederatedUser","accountId":"742491224508","principalId":)"
            R"("742491224508:red_team","arn":"arn:aws:sts::742491224508:federated-user/red_team",)"
            R"("sessionContext":{"sessionIssuer":{"type":"IAMUser","userName":"federation"}}})") ==
        "federated user red_team of federation (742491224508)");
  CHECK(who(own,
            R"({"type":"IAMUser","accountId":"123837392027","userName":"benjamin",)"
            R"("arn":"arn:aws:iam::123837392027:user/benjamin","invokedBy":"AWS Internal"})") ==
        "IAM user benjamin (123837392027), through AWS Internal");
  CHECK(who(own, R"({"type":"Root","accountId":"123837392027","principalId":"123837392027",)"
                 R"("arn":"arn:aws:iam::123837392027:root","accessKeyId":""})") ==
        "root account (123837392027)");
}

TEST_CASE("an opened port is in the sentence", "[message][five-ws]") {
  const FiveWs f = facts(
      R"({"eventSource":"ec2.amazonaws.com","eventName":"AuthorizeSecurityGroupIngress",)"
      R"("awsRegion":"eu-west-3","sourceIPAddress":"198.51.100.7","recipientAccountId":"111122223333",)"
      R"("userAgent":"APN/1.0 HashiCorp/1.0 Terraform/1.5.7","x":1,)"
      R"("userIdentity":{"type":"IAMUser","userName":"alice","accountId":"111122223333"},)"
      R"("requestParameters":{"groupId":"sg-0abc","ipPermissions":{"items":[{"ipProtocol":"tcp",)"
      R"("fromPort":22,"toPort":22,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},)"
      R"("ipv6Ranges":{"items":[{"cidrIpv6":"::/0"}]}}]}}})");
  CHECK(f.who == "IAM user alice (111122223333)");
  CHECK(f.what == "ec2 AuthorizeSecurityGroupIngress: tcp 22 from 0.0.0.0/0, ::/0");
  CHECK(f.where == "198.51.100.7, eu-west-3, account 111122223333, Terraform/1.5.7");
  CHECK(f.resources == std::vector<std::string>{"sg-0abc"});
}

TEST_CASE("network rules of all forms are spelled out", "[message][five-ws]") {
  const auto what = [](const std::string& name, const std::string& request) {
    return facts(R"({"eventSource":"ec2.amazonaws.com","eventName":")" + name +
                 R"(","userIdentity":{},"requestParameters":)" + request + "}")
        .what;
  };
  CHECK(
      what(
          "AuthorizeSecurityGroupEgress",
          R"({"ipPermissions":{"items":[{"ipProtocol":"-1","groups":{"items":[{"groupId":"sg-1"}]}}]}})") ==
      "ec2 AuthorizeSecurityGroupEgress: all traffic to sg-1");
  CHECK(
      what(
          "AuthorizeSecurityGroupIngress",
          R"({"groupId":"sg-1","ipProtocol":"udp","fromPort":1000,"toPort":2000,"cidrIp":"10.0.0.0/8"})") ==
      "ec2 AuthorizeSecurityGroupIngress: udp 1000-2000 from 10.0.0.0/8");
  CHECK(
      what(
          "CreateNetworkAclEntry",
          R"({"ruleAction":"allow","aclProtocol":"6","egress":false,"portRange":{"from":3389,"to":3389},"cidrBlock":"0.0.0.0/0"})") ==
      "ec2 CreateNetworkAclEntry: allow tcp 3389 from 0.0.0.0/0");
  CHECK(what("CreateRoute", R"({"destinationCidrBlock":"0.0.0.0/0","gatewayId":"igw-1"})") ==
        "ec2 CreateRoute: 0.0.0.0/0 via igw-1");
  CHECK(what("AuthorizeSecurityGroupIngress", "null") == "ec2 AuthorizeSecurityGroupIngress");
  CHECK(what("AuthorizeSecurityGroupIngress", R"({"ipPermissions":7})") ==
        "ec2 AuthorizeSecurityGroupIngress");
}

TEST_CASE("how a call ended is said", "[message][five-ws]") {
  const auto what = [](const std::string& more) {
    return facts(
               R"({"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","userIdentity":{},)" +
               more + "}")
        .what;
  };
  CHECK(
      what(
          R"("responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"No"})") ==
      "signin ConsoleLogin: Success, MFA no");
  CHECK(
      what(
          R"("responseElements":{"ConsoleLogin":"Failure"},"errorMessage":"Failed authentication")") ==
      "signin ConsoleLogin: Failure, Failed authentication");
  CHECK(what(R"("errorCode":"AccessDenied","errorMessage":"no policy")") ==
        "signin ConsoleLogin: denied, AccessDenied, no policy");
  CHECK(what(R"("errorCode":"Client.UnauthorizedOperation")") ==
        "signin ConsoleLogin: denied, Client.UnauthorizedOperation");
  CHECK(what(R"("errorCode":"ThrottlingException","errorMessage":"Rate exceeded")") ==
        "signin ConsoleLogin: failed, ThrottlingException, Rate exceeded");
}

TEST_CASE("resources are named as the caller named them", "[message][five-ws]") {
  const auto resources = [](const std::string& service, const std::string& more) {
    return facts(R"({"eventSource":")" + service +
                 R"(.amazonaws.com","eventName":"X","userIdentity":{},)" + more + "}")
        .resources;
  };
  using List = std::vector<std::string>;
  CHECK(resources(
            "s3",
            R"("requestParameters":{"bucketName":"audit","key":"2026/a.csv"},)"
            R"("resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::audit/2026/a.csv"}])") ==
        List{"s3://audit/2026/a.csv"});
  CHECK(
      resources(
          "s3",
          R"("requestParameters":{"bucketName":"audit"},"resources":[{"ARNPrefix":"arn:aws:s3:::audit/"}])") ==
      List{"bucket audit"});
  CHECK(
      resources(
          "iam",
          R"("requestParameters":{"userName":"bob","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"})") ==
      List{"user bob", "arn:aws:iam::aws:policy/AdministratorAccess"});
  CHECK(resources("iam", R"("requestParameters":{"groupName":"admins"})") == List{"group admins"});
  CHECK(resources(
            "ec2",
            R"("requestParameters":{"groupName":"web"},"responseElements":{"groupId":"sg-1"})") ==
        List{"security group web", "sg-1"});
  CHECK(resources("cloudtrail", R"("requestParameters":{"name":"main"})") == List{"trail main"});
  CHECK(resources("kms", R"("requestParameters":{"keyId":"arn:aws:kms:us-east-1:1:key/k"})") ==
        List{"arn:aws:kms:us-east-1:1:key/k"});
  CHECK(
      resources(
          "ec2",
          R"("requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}})") ==
      List{"i-1", "i-2"});
  CHECK(resources("ec2", R"("requestParameters":null,"responseElements":null,"resources":null)")
            .empty());
}

TEST_CASE("user agents are shortened to what tells", "[message][five-ws]") {
  const auto agent = [](const std::string& text) {
    return facts(
               R"({"eventName":"X","userIdentity":{},"sourceIPAddress":"192.0.2.1","userAgent":")" +
               text + "\"}")
        .where;
  };
  CHECK(agent("Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0") ==
        "192.0.2.1, Firefox/102.0");
  CHECK(agent("[S3Console/0.4, aws-internal/3]") == "192.0.2.1, S3Console/0.4");
  CHECK(agent("[Boto3/1.26.165 Python/3.10.6]") == "192.0.2.1, Boto3/1.26.165");
  CHECK(agent("console.ec2.amazonaws.com") == "192.0.2.1, console.ec2.amazonaws.com");
  CHECK(agent("AWS Internal") == "192.0.2.1");
}

TEST_CASE("sshd lines say who came from where", "[message][five-ws]") {
  struct Row {
    std::string line, who, where;
  };
  const std::string head = "Mar 14 12:41:02 web1 sshd[4242]: ";
  const std::vector<Row> rows = {
      {"Failed password for root from 192.0.2.7 port 4022 ssh2", "user root",
       "192.0.2.7, host web1"},
      {"Failed password for invalid user admin from 2001:db8::1 port 4022 ssh2", "user admin",
       "2001:db8::1, host web1"},
      {"Accepted publickey for alice from 192.0.2.7 port 4022 ssh2: RSA SHA256:x", "user alice",
       "192.0.2.7, host web1"},
      {"Invalid user  from 192.0.2.7", "", "192.0.2.7, host web1"},
      {"Connection closed by authenticating user bob 192.0.2.7 port 22 [preauth]", "user bob",
       "192.0.2.7, host web1"},
      {"Disconnected from 192.0.2.7 port 22 [preauth]", "", "192.0.2.7, host web1"},
      {"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
       "rhost=192.0.2.7  user=root",
       "user root", "192.0.2.7, host web1"},
      {"message repeated 2 times: [ Failed password for root from 192.0.2.7 port 22 ssh2]",
       "user root", "192.0.2.7, host web1"},
      {"error: maximum authentication attempts exceeded for root from 192.0.2.7 port 22 ssh2 "
       "[preauth]",
       "user root", "192.0.2.7, host web1"},
      // The attacker chooses the name.
      {"Failed password for invalid user x from 10.0.0.1 from 192.0.2.7 port 22 ssh2",
       "user x from 10.0.0.1", "192.0.2.7, host web1"},
      {"Failed password for root from somewhere", "", "host web1"},
  };
  for (const Row& row : rows) {
    const FiveWs f = facts(head + row.line);
    CHECK(f.who == row.who);
    CHECK(f.where == row.where);
    CHECK(f.what.starts_with("sshd: "));
  }
}

TEST_CASE("other lines are best effort and never wrong-looking", "[message][five-ws]") {
  FiveWs f = facts(R"(192.0.2.9 - bob [14/Mar/2026:12:41:02 +0100] "GET /admin HTTP/1.1" 403 12)");
  CHECK(f.who == "user bob");
  CHECK(f.what == "GET /admin HTTP/1.1: 403");
  CHECK(f.where == "192.0.2.9");
  f = facts(
      "2026-03-14T12:41:02.123+01:00 db1 sudo[1]:    alice : TTY=pts/0 ; PWD=/ ; USER=root ; "
      "COMMAND=/bin/sh");
  CHECK(f.who == "user alice");
  CHECK(f.what == "sudo as root: /bin/sh");
  CHECK(f.where == "host db1");
  f = facts(
      R"({"level":"error","msg":"payment failed","user":{"name":"zoe"},"ip":"192.0.2.8","host":"pay1"})");
  CHECK(f.who == "user zoe");
  CHECK(f.what == "payment failed, error");
  CHECK(f.where == "192.0.2.8, host pay1");
  f = facts("just a line");
  CHECK(f.what == "just a line");
  CHECK(f.who.empty());
  CHECK(f.where.empty());
  CHECK(facts(R"({"a":1})").what == R"({"a":1})");
  CHECK(facts("").what.empty());
}

TEST_CASE("nothing in an event breaks a line, a length or UTF-8", "[message][five-ws]") {
  const std::vector<std::string> events = {
      R"({"eventName":"a\r\nBcc: x","userIdentity":{"type":"IAMUser","userName":"<b>\u0000\u202e*x*"}})",
      R"({"eventName":")" + std::string(100'000, 'x') + R"(","userIdentity":{}})",
      "sshd \xFF\xFE\x01",
      std::string(100'000, '['),
      R"({"eventName":{},"userIdentity":[]})",
  };
  for (const std::string& event : events) {
    const FiveWs f = facts(event);
    for (const std::string& text : {f.who, f.what, f.where}) {
      CHECK(count_code_points(text) <= 300);
      CHECK(to_one_line(text) == text);
    }
  }
}
