#include "tests/crash/scene.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "connectors/http/client.h"
#include "engine/access/token.h"
#include "tests/crash/workload.h"

namespace riposte::test {
namespace {

namespace fs = std::filesystem;

std::string configuration(const SceneInput& input, std::uint16_t port, const std::string& token) {
  return fmt::format(R"(data: data
rules: [rules]
scripts: [scripts]
workers: 2
limits: {{event_bytes: {bytes}, event_depth: {depth}}}
source:
  kafka:
    brokers: {brokers}
    topics: [{topic}]
    group: {group}
    properties: {{session.timeout.ms: 6000, heartbeat.interval.ms: 500}}
dead_letters: {{topic: {dead_letters}}}
http: {{port: {port}, metrics_public: true}}
policy:
  auto_response: {{run_script: low, kill_process: high, suspend_process: high}}
  verify_after: 1s
roles:
  everything: [read, submit, approve, cancel]
users:
  - {{name: {approver}, token_hash: "{hash}", roles: [everything]}}
)",
                     fmt::arg("bytes", kEventBytesMax), fmt::arg("depth", kEventDepthMax),
                     fmt::arg("brokers", input.bootstrap), fmt::arg("topic", input.topic),
                     fmt::arg("group", input.group), fmt::arg("dead_letters", input.dead_letter_topic),
                     fmt::arg("port", port), fmt::arg("approver", kApprover),
                     fmt::arg("hash", token_hash(token)));
}

std::string manifest(const std::string& id, const fs::path& ledger, bool proves) {
  return fmt::format("id: {}\ncommand: [ledger, append]\n{}timeout: 20s\nenvironment: {{LEDGER_FILE: {}}}\n",
                     id, proves ? "verify: [ledger, prove]\n" : "", ledger.string());
}

}  // namespace

Scene::Scene(const SceneInput& input) : token_(new_token()) {
  folder_.write("riposte.yaml", configuration(input, port_.number(), token_));
  for (const auto& [name, text] : workload_rules()) folder_.write("rules/" + name, text);
  for (const std::string id : {"ledger", "proved-ledger"}) {
    const auto file =
        folder_.write("scripts/" + id + "/plugin.yaml", manifest(id, ledger(), id == "proved-ledger"));
    fs::copy_file(RIPOSTE_LEDGER_PROGRAM, file.parent_path() / "ledger");
  }
}

std::unique_ptr<ChildProcess> Scene::start_engine(const std::string& crash_at) {
  ++engines_;
  Command command{.argv = {"env"},
                  .directory = folder_.path(),
                  .output = folder_.path() / fmt::format("engine-{}.log", engines_)};
  if (!crash_at.empty()) command.argv.push_back("RIPOSTE_CRASH_AT=" + crash_at);
  for (const char* argument : {RIPOSTE_PROGRAM, "run", "--config", "riposte.yaml"})
    command.argv.emplace_back(argument);
  return std::make_unique<ChildProcess>(command);
}

std::string Scene::engine_log() const { return folder_.read(fmt::format("engine-{}.log", engines_)); }

bool Scene::died_at(const std::string& point) const {
  return engine_log().find("killed at crash point " + point + "\n") != std::string::npos;
}

Result<http::Json> Scene::get(const std::string& target) const {
  return TRY(http::HttpClient::make(fmt::format("http://127.0.0.1:{}", port_.number()), token_)).get(target);
}

Result<http::Json> Scene::approve(const std::string& action_id) const {
  const auto client = TRY(http::HttpClient::make(fmt::format("http://127.0.0.1:{}", port_.number()), token_));
  return client.post("/v1/actions/" + action_id + "/approve", http::Json{{"comment", "crash test"}});
}

}  // namespace riposte::test
