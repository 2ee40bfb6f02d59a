#include "engine/config/configuration.h"

#include <fstream>

#include <gtest/gtest.h>

#include "engine/access/token.h"
#include "engine/config/host_names.h"
#include "engine/config/loading.h"
#include "tests/support/temporary_directory.h"

namespace riposte {
namespace {

using test::TemporaryDirectory;

class ConfigurationFile : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) {
    const auto path = directory_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }

  ReadConfiguration read(const std::string& text) { return read_configuration(write("riposte.yaml", text)); }

  /// "line:column: severity: message" per line.
  std::string complaints(const std::string& text) {
    std::string result;
    const auto found = read(text).diagnostics;
    const std::string file = (directory_.path() / "riposte.yaml").string() + ":";
    for (const Diagnostic& diagnostic : found) result += diagnostic.text().substr(file.size()) + "\n";
    return result;
  }

  TemporaryDirectory directory_;
};

const std::string kSmallest = "data: d\nrules: [rules]\nsource: {stdin: {}}\n";

TEST_F(ConfigurationFile, HasSaneDefaults) {
  const auto configuration = read(kSmallest).configuration;
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->data_directory, (directory_.path() / "d").string());
  EXPECT_EQ(configuration->policy.verify_after, std::chrono::seconds(60));
  EXPECT_EQ(configuration->policy.approval_ttl, std::chrono::hours(24));
  EXPECT_EQ(configuration->event_limits.bytes_max, std::size_t{1} << 20);
  EXPECT_EQ(configuration->http.listen_address, "127.0.0.1");
  EXPECT_EQ(std::get<DeadLetterFile>(configuration->dead_letters).path,
            (directory_.path() / "d/dead-letters.ndjson").string());
  EXPECT_TRUE(configuration->policy.auto_response.empty());
  EXPECT_EQ(configuration->reload_on_error, ReloadOnError::refuse_all);
  EXPECT_EQ(configuration->rule_cost.limit, CostClass::dearest);
  EXPECT_EQ(configuration->schemas, std::vector<std::string>{"auto"});
}

TEST_F(ConfigurationFile, LetsNoAgentsInWithoutTheirSection) {
  EXPECT_FALSE(read(kSmallest).configuration->agents);
  const auto agents = read(kSmallest + "agents: {fleet: plant-7}\n").configuration->agents;
  ASSERT_TRUE(agents);
  EXPECT_EQ(agents->fleet, "plant-7");
  EXPECT_EQ(agents->listen_address, "0.0.0.0");
  EXPECT_EQ(agents->port, 7443);
  EXPECT_EQ(agents->order_life, std::chrono::minutes(5));
  const auto own =
      read(kSmallest + "agents: {fleet: f, listen: '::', port: 9, order_life: 1m}\n").configuration;
  EXPECT_EQ(own->agents->listen_address, "::");
  EXPECT_EQ(own->agents->port, 9);
  EXPECT_EQ(own->agents->order_life, std::chrono::minutes(1));
}

TEST_F(ConfigurationFile, RefusesAgentsThatCannotBeMeant) {
  EXPECT_EQ(complaints(kSmallest + "agents: {}\n"), "4:9: error: agents has no 'fleet'; it is required\n");
  EXPECT_EQ(complaints(kSmallest + "agents: {fleet: f, listen: example.org, order_life: 2h}\n"),
            "4:9: error: listen 'example.org' is no address; write one of this host, or 0.0.0.0 for all\n"
            "4:9: error: order_life is not between 30s and 1h\n");
  EXPECT_EQ(
      complaints(kSmallest + "agents: {fleet: 'two words'}\n"),
      "4:9: error: fleet 'two words' is no plain name; write at most 64 letters, digits, '.', '_' and '-', "
      "beginning with a letter or digit\n");
}

TEST_F(ConfigurationFile, HasMoreToExecuteWithAgents) {
  const auto types = [](bool agents) { return executable_types(agents).size(); };
  EXPECT_EQ(types(false), 4U);
  EXPECT_EQ(types(true), 10U);
  EXPECT_TRUE(parameters_not_honoured(false).contains("tree"));
  EXPECT_TRUE(parameters_not_honoured(true).empty());
}

TEST_F(ConfigurationFile, IsReadWhole) {
  const std::string hash = token_hash("x");
  const auto read_back = read(R"(
data: /var/lib/riposte
rules: [rules, more]
responses: [responses, one.yml]
schema: [elastic_security_alert, formats/own.yaml, auto]
workers: 3
reload: {on_error: refuse_rule}
rule_cost: {limit: fair, above: refuse}
source:
  kafka:
    brokers: a:9092,b:9092
    topics: [detections]
    group: riposte
    properties: {security.protocol: SASL_SSL}
dead_letters: {topic: dead}
limits: {event_bytes: 2048, event_depth: 10, free_disk_bytes: 1000, open_actions: 5000}
http: {port: 0, metrics_public: false}
host: {names: [ward-7], protected_executables: [/usr/sbin/sshd]}
active_hours:
  office: {time_zone: Europe/Berlin, windows: ["Mon-Fri 08:00-18:00"]}
placeholders: {servers: [web-*, db-1], admin: root}
policy:
  auto_response:
    kill_process: high
    isolate_host: {severity: critical, active_hours: office}
  require_approval: [run_script]
  never: {addresses: [10.0.0.0/8, "2001:db8::1"], hosts: broker-1, paths: [/srv/data],
          programs: [/usr/sbin/sshd, {program: /opt/pacs, reason: the ward's pictures, until: 2026-12-31T00:00:00Z}]}
  destructive: {resume_process: true}
  dry_run: true
  approval_ttl: 1h
  verify_after: 5s
roles:
  analyst: [read, "submit:kill_process", approve]
users:
  - {name: ann, token_hash: ")" +
                              hash + R"(", roles: [analyst], aliases: [Ann Lee]}
)");
  for (const Diagnostic& diagnostic : read_back.diagnostics) ADD_FAILURE() << diagnostic.text();
  const auto& configuration = read_back.configuration;
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->schemas,
            (std::vector<std::string>{"elastic_security_alert",
                                      (directory_.path() / "formats/own.yaml").string(), "auto"}));
  const auto& kafka = std::get<KafkaOptions>(configuration->input);
  EXPECT_EQ(kafka.brokers, "a:9092,b:9092");
  EXPECT_EQ(kafka.properties.at("security.protocol"), "SASL_SSL");
  EXPECT_EQ(kafka.event_bytes_max, 2048U);
  EXPECT_EQ(std::get<DeadLetterTopic>(configuration->dead_letters).topic, "dead");
  EXPECT_EQ(configuration->free_bytes_min, 1000U);
  EXPECT_EQ(configuration->responses, (std::vector{(directory_.path() / "responses").string(),
                                                   (directory_.path() / "one.yml").string()}));
  EXPECT_TRUE(configuration->policy.dry_run);
  EXPECT_EQ(configuration->policy.never.addresses.size(), 2U);
  using Names = std::vector<Spared<std::string>>;
  EXPECT_EQ(configuration->policy.never.hosts, Names{{"broker-1"}});
  EXPECT_EQ(configuration->policy.never.paths, Names{{"/srv/data"}});
  EXPECT_EQ(configuration->policy.never.programs,
            (Names{{"/usr/sbin/sshd"},
                   {"/opt/pacs", "the ward's pictures", parse_iso8601("2026-12-31T00:00:00Z")}}));
  EXPECT_EQ(configuration->reload_on_error, ReloadOnError::refuse_rule);
  EXPECT_EQ(configuration->rule_cost.limit, CostClass::fair);
  EXPECT_EQ(configuration->rule_cost.above, AboveRuleCost::refuse);
  EXPECT_EQ(configuration->open_actions_max, 5000U);
  EXPECT_EQ(configuration->placeholders.at("servers"), (std::vector<std::string>{"web-*", "db-1"}));
  EXPECT_EQ(configuration->placeholders.at("admin"), std::vector<std::string>{"root"});
  EXPECT_EQ(configuration->policy.auto_response.at(ActionType::kill_process).threshold, Severity::high);
  EXPECT_EQ(configuration->policy.auto_response.at(ActionType::isolate_host).active_hours->name(), "office");
  EXPECT_TRUE(configuration->policy.require_approval.contains(ActionType::run_script));
  EXPECT_TRUE(configuration->policy.is_destructive(ActionType::resume_process));
  const Principal& ann = configuration->users.front().principal;
  EXPECT_TRUE(ann.may(Permission::submit, "kill_process"));
  EXPECT_FALSE(ann.may(Permission::submit, "run_script"));
  EXPECT_EQ(ann.aliases, std::vector<std::string>{"Ann Lee"});
}

TEST_F(ConfigurationFile, ReportsEveryMistakeAtOnceWithItsPlaceAndCure) {
  const std::string text = R"(data: d
rules: [rules]
sorce: {stdin: {}}
reload: {on_error: refuse_rules}
policy:
  auto_response: {kil_process: high, run_script: hihg}
  verify_after: soon
  never:
    addresses: [{address: 10.0.0.0/33, reason: x}, {network: 10.0.0.0/8}]
    programs: [sshd, {program: /opt/pacs, until: tomorrow}]
active_hours:
  office: {time_zone: Europe/Berlni, windows: ["Mon 08:00-18:00"]}
roles: {analyst: [reed]}
users:
  - {name: ann, token_hash: secret, roles: [analist]}
)";
  const std::string found = complaints(text);
  for (const char* expected :
       {"3:1: error: ", "did you mean 'source'?",
        "unknown action type 'kil_process'; did you mean 'kill_process'?",
        "unknown severity 'hihg'; did you mean 'high'?", "7:17: error: ", "9:17: error: ", "10.0.0.0/33",
        "policy.never.addresses has no 'address'",
        "9:53: error: ", "10:16: error: ", "write it from the root: /srv/data",
        "10:50: error: 'tomorrow' is no time; write it with its zone: 2026-12-31T00:00:00Z",
        "did you mean 'refuse_rule'?", "unknown time zone 'Europe/Berlni'", "did you mean 'read'?",
        "token_hash of 'ann' is no hash; \"riposte token new\" makes a token and its hash",
        "unknown role 'analist'; did you mean 'analyst'?"})
    EXPECT_NE(found.find(expected), std::string::npos) << expected << "\nin:\n" << found;
}

TEST_F(ConfigurationFile, WantsExactlyOneSource) {
  EXPECT_NE(
      complaints("data: d\nrules: [r]\nsource: {stdin: {}, file: {path: x}}\n").find("exactly one source"),
      std::string::npos);
  EXPECT_NE(complaints("data: d\nrules: [r]\nsource: {}\n").find("exactly one source"), std::string::npos);
}

TEST_F(ConfigurationFile, WantsKafkaForADeadLetterTopic) {
  EXPECT_NE(complaints(kSmallest + "dead_letters: {topic: x}\n").find("needs a kafka source"),
            std::string::npos);
}

TEST_F(ConfigurationFile, ThatIsNotThereIsAnErrorAndNoCrash) {
  const auto missing = read_configuration((directory_.path() / "nowhere.yaml").string());
  EXPECT_FALSE(missing.configuration);
  ASSERT_EQ(missing.diagnostics.size(), 1U);
}

TEST_F(ConfigurationFile, AttachesResponsesToRulesThatStayAsTheyAre) {
  write("rules/a.yml", "title: a\nid: a\nauthor: x\nlevel: low\ndetection: {s: {f: v}, condition: s}\n");
  const std::string config = write("riposte.yaml", kSmallest + "responses: [responses]\n");
  write("responses/a.yml", "- author: y\n  attach: {rules: [a]}\n  response: [{action: kill_process}]\n");
  const Loaded loaded = load({.config_path = config});
  for (const Diagnostic& diagnostic : loaded.diagnostics) ADD_FAILURE() << diagnostic.text();
  ASSERT_EQ(loaded.rules->rule(RuleIndex(0)).responses.size(), 1U);
  const std::string digest = loaded.rules->digest();
  write("responses/a.yml", "- author: y\n  attach: {rules: [a]}\n  response: [{action: suspend_process}]\n");
  EXPECT_NE(load({.config_path = config}).rules->digest(), digest);
  write("responses/a.yml", "- author: y\n  attach: {rules: [a]}\n  response: [{action: nothing}]\n");
  const Loaded refused = load({.config_path = config});
  ASSERT_EQ(refused.diagnostics.size(), 1U);
  EXPECT_EQ(refused.diagnostics.front().kind, Diagnostic::Kind::error);
  EXPECT_EQ(refused.rules->size(), 1U) << "a bad response takes no rule down";
}

TEST_F(ConfigurationFile, LoadsTheGoodRulesBesideABadOne) {
  write("rules/good.yml", "title: a\nid: a\nauthor: x\nlevel: low\ndetection: {s: {f: v}, condition: s}\n");
  write("rules/bad.yml", "title: b\nid: b\ndetection: {s: {f: v}, condition: t}\n");
  const Loaded loaded = load({.config_path = write("riposte.yaml", kSmallest)});
  ASSERT_TRUE(loaded.rules);
  EXPECT_EQ(loaded.rules->size(), 1U);
  EXPECT_EQ(loaded.refused, 1U);
}

TEST(OwnHost, IsNeverContained) {
  Configuration configuration;
  configuration.host_names = {"alias"};
  configuration.policy.never.hosts = {{"broker-1"}};
  const Policy policy = policy_on_this_host(configuration);
  for (const std::string& host : {std::string("alias"), std::string("broker-1"), own_host_name()})
    EXPECT_EQ(std::ranges::count(policy.never.hosts, host, &Spared<std::string>::what), 1) << host;
  EXPECT_EQ(policy.never.addresses.size(), own_addresses().size());
}

}  // namespace
}  // namespace riposte
