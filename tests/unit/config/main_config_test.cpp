// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/main_config.hpp"

#include "daemon/config/credentials.hpp"
#include "daemon/config/load.hpp"
#include "daemon/config/packs.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace tocsin;

namespace {

Environment environment_in(const TempDir& folder) {
  Environment e;
  e.credentials_directory = folder.path("credentials");
  e.credentials_fallback = folder.path("etc-credentials");
  e.host_name = "host";
  e.pack_directories = {folder.path("packs")};
  return e;
}

LoadOptions options_in(const TempDir& folder) {
  LoadOptions options;
  options.environment = environment_in(folder);
  return options;
}

std::string shown(const LoadedConfiguration& loaded) {
  return loaded.sources.render(loaded.diagnostics, false);
}

const char* const kRules = R"(rules:
  - name: root-login
    log_group: auth
    pattern: 'root'
    alarm: { count: ">= 1", within: 5m }
    notify: [security]
)";

const char* const kPack = R"(rules:
  - { name: p-1, pattern: '{ $.a = 1 }', alarm: { count: ">= 1", within: 5m } }
  - { name: p-2, pattern: '{ $.a = 2 }', alarm: { count: ">= 1", within: 5m } }
)";

}  // namespace

TEST_CASE("the contract's main configuration loads but for what is not built", "[config]") {
  const TempDir folder;
  const Environment environment = environment_in(folder);
  folder.write("credentials/slack", "https://hooks.slack.com/services/T/B/x\n");
  folder.write("credentials/tocsin_smtp", "secret\n");
  folder.write(
      "packs/cis-aws/rules.yaml",
      "rules:\n  - { name: cis-4.1, pattern: '{ $.a = 1 }', alarm: { count: \">= 1\", within: 5m } "
      "}\n"
      "  - { name: cis-4.2, pattern: '{ $.a = 1 }', alarm: { count: \">= 1\", within: 5m } }\n");
  folder.write("rules.d/a.yaml", kRules);
  folder.write("rules.d/a.test.yaml", "tests: []\n");
  const std::string file = folder.write("tocsin.yaml", R"(
identity: { account_id: "000000000000", region: us-east-1, name: prod }   # for ARNs and SNS messages; defaults as shown, name = host name
log_groups:
  cloudtrail: { input: cloudtrail, path: /var/log/cloudtrail }     # a tree of delivery files: {"Records":[...]} .json / .json.gz, or NDJSON
  auth:       { input: file, path: /var/log/auth.log }             # globs; rotation by rename and copytruncate
  journal:    { input: journald, match: [_SYSTEMD_UNIT=ssh.service] }
  edge:       { input: syslog, listen: [udp://0.0.0.0:5514, tcp://0.0.0.0:5514] }
  app:        { input: http, path: /ingest/app }                   # POST NDJSON
  trail-s3:   { input: s3, bucket: my-trail, prefix: AWSLogs/, queue_url: https://sqs... }
  pipe:       { input: stdin }
  # any group: lateness, time, start_at, dedup, max_age, max_stall (spec/time.md), max_line (1MiB)
rules: [rules.d/*.yaml]        # relative to this file
packs:                         # rule packs that ship with Tocsin; also just a name
  - { name: cis-aws, log_group: cloudtrail, notify: [security], disable: [cis-4.1] }
topics:
  security:
    time_zone: Europe/Paris
    subscriptions:
      - email:   { to: [secops@example.com] }
      - slack:   { webhook_url: "${credential:slack}" }
      - webhook: { url: https://hooks.example.com/x, format: sns, filter: { NewStateValue: [ALARM] }, retry_for: 24h }
email: { smtp: "smtp://mail.example.com:587", from: tocsin@example.com, starttls: required, username: ..., password: "${credential:smtp}" }
state: /var/lib/tocsin         # default $STATE_DIRECTORY
durability: full               # or normal: survives a crash of Tocsin, may lose the last commits in a power cut
api: { listen: 127.0.0.1:8686, socket: /run/tocsin/tocsin.sock }
)");
  LoadOptions options;
  options.environment = environment;
  const LoadedConfiguration loaded = load_configuration(file, options);
  INFO(shown(loaded));
  for (const Diagnostic& d : loaded.diagnostics.list()) {
    INFO(d.text);
    CHECK((d.code == "not-built" || input_types().empty()));
  }
  CHECK(loaded.config.mail->password.reveal() == "secret");
  CHECK(loaded.config.identity.name == "prod");
  CHECK(loaded.config.topics.at(0).topic.time_zone == "Europe/Paris");
  CHECK(loaded.config.log_groups.at(0).group.lateness == minutes{15});
  CHECK(loaded.config.log_groups.at(0).group.dedup);
  CHECK(loaded.config.log_groups.at(0).start_at == StartAt::age);
  CHECK(loaded.config.log_groups.at(1).group.lateness == seconds{5});
  CHECK_FALSE(loaded.config.log_groups.at(1).group.dedup);
  CHECK(loaded.config.log_groups.at(1).line_bytes_max == 1u << 20);
}

TEST_CASE("a credential is taken from its places in order", "[config]") {
  const TempDir folder;
  const Environment environment = environment_in(folder);
  const auto value = [&] { return resolve_credentials("<${credential:smtp}>", environment); };
  const auto missing = value();
  REQUIRE_FALSE(missing.ok());
  for (const char* place : {"credentials/smtp", "credentials/tocsin_smtp", "etc-credentials/smtp"})
    CHECK(missing.error().text.find(folder.path(place)) != std::string::npos);
  folder.write("etc-credentials/smtp", "three\n");
  CHECK(value()->reveal() == "<three>");
  folder.write("credentials/tocsin_smtp", "two\r\n");
  CHECK(value()->reveal() == "<two>");
  folder.write("credentials/smtp", "one");
  CHECK(value()->reveal() == "<one>");
}

TEST_CASE("a faulty reference to a credential is refused without showing a value", "[config]") {
  const TempDir folder;
  const Environment environment = environment_in(folder);
  folder.write("credentials/empty", "\n");
  for (const char* text : {"${credential:}", "${credential:../x}", "${credential:A}",
                           "${credential:x", "${credential:empty}"}) {
    INFO(text);
    const auto secret = resolve_credentials(text, environment);
    REQUIRE_FALSE(secret.ok());
    CHECK(secret.error().code == "bad-credential");
  }
  CHECK(resolve_credentials("plain", environment)->reveal() == "plain");
}

TEST_CASE("a missing credential is reported where it is used", "[config]") {
  const TempDir folder;
  const std::string file = folder.write("t.yaml",
                                        "email: { smtp: \"smtp://m:25\", from: a@b, username: u, "
                                        "password: \"${credential:smtp}\" }\n");
  LoadOptions options;
  options.environment = environment_in(folder);
  const LoadedConfiguration loaded = load_configuration(file, options);
  CHECK(shown(loaded).find(
            "t.yaml:1:65: error[bad-credential]: credential \"smtp\" cannot be read") !=
        std::string::npos);
}

TEST_CASE("rules know when the newest of their files was changed", "[config]") {
  const TempDir folder;
  LoadOptions options;
  options.environment = environment_in(folder);
  options.rule_files = {folder.write("r.yaml", "rules: []\n")};
  const LoadedRules loaded = load_rules(options, {});
  REQUIRE(loaded.rules);
  CHECK(loaded.rules->configured_at > instant_from_ms(1'700'000'000'000));
}

TEST_CASE("a configuration that does not exist says so", "[config]") {
  const TempDir folder;
  const LoadedConfiguration loaded =
      load_configuration(folder.path("none.yaml"), options_in(folder));
  CHECK(shown(loaded).find("error[no-file]") != std::string::npos);
  CHECK(loaded.rules == nullptr);
  CHECK(loaded.diagnostics.list().size() == 1);
}

TEST_CASE("rule globs are relative to the configuration, sorted, without tests of rules",
          "[config]") {
  const TempDir folder;
  const auto rule = [](const std::string& name) {
    return "rules:\n  - { name: " + name +
           ", log_group: auth, pattern: x, alarm: { count: \">= 1\", within: 5m }, notify: [t] }\n";
  };
  folder.write("rules.d/b.yaml", rule("b"));
  folder.write("rules.d/a.yaml", rule("a"));
  folder.write("rules.d/a.test.yaml", "tests: []\n");
  const std::string file =
      folder.write("t.yaml", "rules: [rules.d/*.yaml, rules.d/a.yaml, none.d/*.yaml, gone.yaml]\n");
  const LoadedConfiguration loaded = load_configuration(file, options_in(folder));
  const std::string text = shown(loaded);
  INFO(text);
  CHECK(text.find("warning[no-file]: no rule file matches " + folder.path("none.d/*.yaml")) !=
        std::string::npos);
  CHECK(text.find("error[no-file]: cannot read " + folder.path("gone.yaml")) != std::string::npos);
  const std::size_t a = text.find("a.yaml:2:"), b = text.find("b.yaml:2:");
  CHECK(a < b);
  CHECK(b != std::string::npos);
  CHECK(text.find("a.test.yaml") == std::string::npos);
}

TEST_CASE("a pack reads the only trail, and several are an error that names them", "[config]") {
  std::vector<LogGroup> groups(3);
  groups[0].name = "auth";
  groups[0].input = "file";
  groups[1].name = "trail";
  groups[1].input = "cloudtrail";
  groups[2].name = "bucket";
  groups[2].input = "s3";
  Diagnostics out;
  CHECK(only_trail(groups, "p", {}, out).empty());
  CHECK(out.list().at(0).hint == "one of trail, bucket");
  groups.pop_back();
  CHECK(only_trail(groups, "p", {}, out) == "trail");
  groups.pop_back();
  CHECK(only_trail(groups, "p", {}, out).empty());
  CHECK(out.list().at(1).hint == "give it `log_group:`, one of auth");
}

TEST_CASE("packs are found as a folder or a file and a wrong name gets a suggestion", "[config]") {
  const TempDir folder;
  folder.write("packs/one/rules.yaml", kPack);
  folder.write("packs/one/rules.test.yaml", "tests: []\n");
  folder.write("packs/two.yaml", "rules: []\n");
  const Environment environment = environment_in(folder);
  CHECK(list_packs(environment) == std::vector<std::string>{"one", "two"});
  LoadOptions options;
  options.environment = environment;
  options.packs = {"one"};
  const LoadedRules loaded = load_rules(options);
  REQUIRE(loaded.rules);
  CHECK(loaded.rules->filters.at(1).log_group == "cloudtrail");
  options.packs = {"onr"};
  const LoadedRules wrong = load_rules(options);
  CHECK(wrong.diagnostics.list().at(0).hint == "did you mean \"one\"?");
  options.packs = {"../packs/one"};
  CHECK(load_rules(options).rules == nullptr);
}

TEST_CASE("a rule file inside a pack's folder is checked as of that pack", "[config]") {
  const TempDir folder;
  LoadOptions options;
  options.environment = environment_in(folder);
  options.rule_files = {folder.write("packs/one/rules.yaml", kPack)};
  const LoadedRules loaded = load_rules(options);
  REQUIRE(loaded.rules);
  CHECK(loaded.rules->filters[0].log_group == "cloudtrail");
}

namespace {

LoadedConfiguration load_text(const TempDir& folder, const std::string& text) {
  return load_configuration(folder.write("t.yaml", text), options_in(folder));
}

std::vector<std::string> codes_of(const LoadedConfiguration& loaded) {
  std::vector<std::string> codes;
  for (const Diagnostic& d : loaded.diagnostics.list()) codes.push_back(d.code);
  return codes;
}

}  // namespace

TEST_CASE("https takes an address, a plain https URL and a pair of files", "[config]") {
  using Codes = std::vector<std::string>;
  const TempDir folder;
  const auto codes = [&](const std::string& https) {
    return codes_of(load_text(folder, "api: { https: " + https + " }\n"));
  };
  CHECK(codes("off").empty());
  CHECK(codes("{ listen: \"0.0.0.0:8687\", url: \"https://alarms.example.com/tocsin/\" }").empty());
  CHECK(codes("{ certificate: /etc/a.pem, key: /etc/a.key }").empty());
  CHECK(codes("{ url: \"http://alarms.example.com\" }") == Codes{"bad-value"});
  CHECK(codes("{ url: \"https://alarms.example.com/?a=b\" }") == Codes{"bad-value"});
  CHECK(codes("{ listen: \"8687\" }") == Codes{"bad-value"});
  CHECK(codes("{ certificate: /etc/a.pem }") == Codes{"missing-key"});
  CHECK(codes("{ certificate: a.pem, key: /etc/a.key }") == Codes{"bad-value"});
  CHECK(codes("{ urll: x }") == Codes{"unknown-key"});
}

TEST_CASE("what cannot be signed, and what is signed weakly, is warned of", "[config]") {
  using Codes = std::vector<std::string>;
  const TempDir folder;
  const auto codes = [&](const std::string& topic, const std::string& https) {
    return codes_of(load_text(folder, "topics: { ops: { " + topic +
                                          " subscriptions: [ { webhook: { url: "
                                          "\"https://h.example.com\", format: sns } } ] } }\n"
                                          "api: { https: " +
                                          https + " }\n"));
  };
  CHECK(codes("", "{}").empty());
  CHECK(codes("", "off") == Codes{"unsigned"});
  CHECK(codes("", "{ listen: off, url: \"https://alarms.example.com\" }").empty());
  CHECK(codes("signature_version: 1,", "{}") == Codes{"weak-signature"});
  CHECK(codes("signature_version: 3,", "{}") == Codes{"bad-value"});
}

TEST_CASE("a filter looks at attributes where its scope says so", "[config]") {
  using Codes = std::vector<std::string>;
  const TempDir folder;
  const auto load = [&](const std::string& options) {
    return load_text(folder, "topics: { ops: { subscriptions: [ { file: { path: /tmp/a, " +
                                 options + " } } ] } }\n");
  };
  const auto codes = [&](const std::string& options) { return codes_of(load(options)); };
  CHECK(codes("filter_scope: MessageBody") == Codes{"missing-key"});
  CHECK(codes("filter_scope: Body, filter: { a: [b] }") == Codes{"bad-value"});
  CHECK(codes("filter_scope: MessageAttributes, filter: { a: { b: [c] } }") ==
        Codes{"nested_in_attributes"});
  const LoadedConfiguration loaded =
      load("filter_scope: MessageAttributes, filter: { Severity: [critical] }");
  REQUIRE(codes_of(loaded).empty());
  Notification n;
  n.cloudwatch_message = "{}";
  const auto& wants = loaded.config.topics.at(0).endpoints.at(0).wants;
  CHECK_FALSE(wants(n));
  n.severity = Severity::critical;
  CHECK(wants(n));
}

TEST_CASE("copies of dead letters go to one file or directory of a topic", "[config]") {
  using Codes = std::vector<std::string>;
  const TempDir folder;
  const auto load = [&](const std::string& redrive) {
    return load_text(
        folder, "topics: { ops: { subscriptions: [ { file: { path: /tmp/a, redrive: " + redrive +
                    " } }, { file: { path: /tmp/b, redrive: " + redrive + " } } ] } }\n");
  };
  const LoadedConfiguration loaded = load("{ file: /var/log/dead.ndjson }");
  REQUIRE(codes_of(loaded).empty());
  const TopicConfig& topic = loaded.config.topics.at(0);
  REQUIRE(topic.copies.size() == 1);
  for (const Endpoint& endpoint : topic.endpoints)
    CHECK(endpoint.dead_letters_to == topic.copies[0].id);
  CHECK(codes_of(load("{ directory: /var/spool/dead }")).empty());
  for (const char* fault : {"{}", "{ file: dead }", "{ file: /a, directory: /b }"})
    CHECK(codes_of(load(fault)) == Codes{"bad-value", "bad-value"});
}
