#include "tests/host/fleet/lab_fleet.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "agent/ledger/journal.h"
#include "engine/access/token.h"
#include "engine/base/clock.h"

namespace riposte::test {
namespace {

namespace fs = std::filesystem;

constexpr int kPort = 7443;
constexpr int kApiPort = 8080;

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

/// A detection says which rule it is for.
std::string rule(int number, const std::string& wanted, const std::string& action,
                 const std::string& settings) {
  return fmt::format(R"(title: Answers with {3}
id: 5f2b6c1e-7a43-4d0c-9a5e-0d6a1c5a80{1:02}
status: test
description: Of the fleet's tests.
author: Olga Berg
level: critical
logsource: {{category: process_creation}}
detection:
  selection:
    event.action: wants_{3}
  condition: selection
response:
  - action: {0}
{2})",
                     action, number, settings, wanted);
}

std::string configuration(const std::string& source, const std::string& address,
                          const std::map<std::string, std::string>& hashes) {
  std::string users;
  for (const auto& [person, hash] : hashes)
    users += fmt::format("  - {{name: {}, token_hash: \"{}\", roles: [analyst, engineer]}}\n", person, hash);
  return fmt::format(R"(data: data
rules: [rules]
source: {}
http: {{listen: 127.0.0.1, port: {}}}
agents: {{fleet: lab, listen: {}, port: {}}}
policy:
  verify_after: 1s
  require_approval: []
  auto_response: {{quarantine_file: low, isolate_host: low, block_ip: low, kill_process: low, suspend_process: low}}
roles:
  analyst: [read, submit, approve, cancel]
  engineer: [admin]
users:
{})",
                     source, kApiPort, address, kPort, users);
}

constexpr const char* kPolicy =
    "allow: [kill_process, suspend_process, resume_process, isolate_host, unisolate_host, quarantine_file, "
    "restore_file, block_ip, unblock_ip]\n"
    "management: [\"{}:{}\"]\n"
    "rate:\n  block_ip: 100000\n  kill_process: 100000\n";

}  // namespace

LabFleet::LabFleet(const fs::path& parent)
    : folder_("riposte", parent), url_(fmt::format("http://127.0.0.1:{}", kApiPort)) {
  write_rules();
  for (const Server* server : servers_) write_host_files(*server);
}

void LabFleet::write_rules() const {
  const std::map<std::string, std::string> settings{
      {"kill_process", ""},
      {"suspend_process", ""},
      {"quarantine_file", ""},
      {"isolate_host", "    ttl: 1h\n"},
      {"block_ip", "    ttl: 1h\n    pickup_deadline: 1h\n"},
  };
  int number = 0;
  for (const auto& [action, lines] : settings)
    write_file(at("rules/" + action + ".yml"), rule(++number, action, action, lines));
  write_file(at("rules/recovery.yml"),
             rule(++number, "recovery", "quarantine_file", "    field: process.executable\n"));
}

void LabFleet::write_host_files(const Server& server) const {
  write_file(server.folder / "machine-id",
             fmt::format("{:032x}\n", std::hash<std::string>{}(server.host.name())));
  write_file(server.folder / "policy.yaml", fmt::format(fmt::runtime(kPolicy), lan_.v4(manager_), kPort));
  fs::permissions(server.folder / "policy.yaml", fs::perms(0644));
  fs::create_directories(server.folder / "state");
}

std::string LabFleet::token_of(const std::string& person) const {
  const std::string token = new_token();
  write_file(at(person + ".token"), token + "\n");
  fs::permissions(at(person + ".token"), fs::perms::owner_read);
  return token_hash(token);
}

void LabFleet::start_engine(const std::string& crash_at) {
  engine_.start(manager_, {"env", "-C", folder_.path(), RIPOSTE_PROGRAM, "run", "--config", "riposte.yaml"},
                at("engine.log"), crash_at);
}

void LabFleet::enroll(Server& server) {
  const fs::path token = server.folder / "token";
  const auto answer =
      nlohmann::json::parse(riposte("alice", {"agents", "enroll", server.host.name(), "--json"}));
  write_file(token, answer.at("token").get<std::string>() + "\n");
  fs::permissions(token, fs::perms::owner_read);
  server.host.output_of({RIPOSTE_AGENT_PROGRAM, "enroll", "--engine",
                         fmt::format("{}:{}", lan_.v4(manager_), kPort), "--token-file", token, "--state",
                         server.folder / "state", "--name", server.host.name(), "--user", "root",
                         "--machine-id-file", server.folder / "machine-id"});
}

void LabFleet::start_hands(Server& server, const std::string& crash_at) {
  server.hands.start(
      server.host,
      {RIPOSTE_HANDS_PROGRAM, "--state", server.folder / "state", "--policy", server.folder / "policy.yaml",
       "--socket", server.folder / "hands.sock", "--user", "root"},
      server.folder / "hands.log", crash_at);
}

void LabFleet::start_link(Server& server, const fs::path& socket) {
  server.link.start(server.host,
                    {RIPOSTE_AGENT_PROGRAM, "run", "--state", server.folder / "state", "--socket",
                     socket.empty() ? server.folder / "hands.sock" : socket},
                    server.folder / "link.log");
}

void LabFleet::start_all(std::unique_ptr<Feed> feed) {
  feed_ = feed ? std::move(feed) : std::make_unique<FileFeed>(at("detections.ndjson"));
  std::map<std::string, std::string> hashes;
  for (const std::string person : {"alice", "bob"}) hashes[person] = token_of(person);
  write_file(at("riposte.yaml"), configuration(feed_->source(), lan_.v4(manager_), hashes));
  start_engine();
  insist("an engine that runs",
         [&] { return contents_of(at("engine.log")).find("\"running\"") != std::string::npos; });
  for (Server* server : servers_) {
    enroll(*server);
    start_hands(*server);
    start_link(*server);
  }
  insist("connections of all agents", [&] { return all_connected(); });
}

void LabFleet::insist(const std::string& what, const std::function<bool()>& condition) const {
  if (!eventually(condition)) throw std::runtime_error("in vain waited for " + what + logs());
}

bool LabFleet::all_connected() const {
  const auto list = nlohmann::json::parse(riposte("alice", {"agents", "list", "--json"}));
  std::size_t connected = 0;
  for (const auto& agent : list.at("agents")) connected += agent.at("connected").get<bool>() ? 1U : 0U;
  return connected == servers_.size();
}

void LabFleet::detect(const std::string& response, const Server& server, const nlohmann::json& more) {
  nlohmann::json event{
      {"@timestamp", iso8601(SystemClock().now())},
      {"ecs", {{"version", "8.11.0"}}},
      {"agent", {{"type", "endpoint"}}},
      {"host", {{"name", server.host.name()}}},
      {"event", {{"kind", "alert"}, {"category", {"process"}}, {"action", "wants_" + response}}},
      {"kibana.alert.uuid", fmt::format("fleet-{}", ++detections_)},
      {"kibana.alert.severity", "critical"}};
  event.update(more);
  feed_->send(event.dump());
}

void LabFleet::detect_process(const std::string& response, const Server& server, std::int32_t pid) {
  detect(response, server, {{"process", {{"pid", pid}}}});
}

std::string LabFleet::riposte(const std::string& person, std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), RIPOSTE_PROGRAM);
  for (const std::string& argument :
       {std::string("--url"), url_, std::string("--token-file"), at(person + ".token").string()})
    arguments.push_back(argument);
  return manager_.output_of(arguments);
}

std::vector<nlohmann::json> LabFleet::actions() const {
  return nlohmann::json::parse(riposte("alice", {"actions", "list", "--limit", "1000", "--json"}))
      .at("actions");
}

std::optional<nlohmann::json> LabFleet::action(const std::string& type, const Server& server) const {
  for (const auto& action : actions())
    if (action.at("type") == type && action.at("host") == server.host.name()) return action;
  return {};
}

std::string LabFleet::await(const std::string& type, const Server& server, const std::string& state,
                            const std::string& verification) const {
  std::optional<nlohmann::json> found;
  const bool came = eventually([&] {
    found = action(type, server);
    return found && found->at("state") == state && found->at("verification") == verification;
  });
  if (!came)
    throw std::runtime_error(fmt::format("{} on {} is not {}, {}: {}", type, server.host.name(), state,
                                         verification, found ? found->dump(2) : "there is none") +
                             logs());
  return found->at("id");
}

void LabFleet::undo(const std::string& id) const {
  riposte("alice", {"actions", "undo", id, "--comment", "over"});
  for (const auto& action : actions())
    if (action.at("state") == "pending_approval")
      riposte("bob", {"actions", "approve", action.at("id"), "--comment", "seen"});
}

std::int32_t LabFleet::sleeper(const Server& server) {
  return std::stoi(server.host.output_of({"sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!"}));
}

char LabFleet::state_of(const Server& server, std::int32_t pid) {
  const std::string stat = server.host.run({"cat", fmt::format("/proc/{}/stat", pid)}).output;
  const auto behind_name = stat.rfind(") ");
  return behind_name == std::string::npos ? '-' : stat[behind_name + 2];
}

std::map<std::string, int> LabFleet::starts_on(const Server& server) {
  std::map<std::string, int> starts;
  std::string machine;
  std::ifstream(server.folder / "machine-id") >> machine;
  const auto journal =
      agent::Journal::open(server.folder / "state" / "journal", machine, [&](const agent::Entry& entry) {
        if (const auto* started = std::get_if<agent::Started>(&entry))
          ++starts[started->order.action.value()];
        if (const auto* disowned = std::get_if<agent::Cancelled>(&entry))
          starts.erase(disowned->action.value());
      });
  if (!journal) throw std::runtime_error(journal.error().text());
  return starts;
}

std::vector<fs::path> LabFleet::log_files() const {
  std::vector<fs::path> files{at("engine.log")};
  for (const Server* server : servers_) {
    files.push_back(server->folder / "hands.log");
    files.push_back(server->folder / "link.log");
  }
  return files;
}

std::string LabFleet::logs() const {
  constexpr std::size_t kTail = 3000;
  std::string text;
  for (const fs::path& file : log_files()) {
    const std::string all = contents_of(file);
    text += "\n--- " + file.string() + "\n" + all.substr(all.size() - std::min(all.size(), kTail));
  }
  return text;
}

std::string LabFleet::lines_about(const std::string& action) const {
  std::string text = "\n";
  for (const fs::path& file : log_files()) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);)
      if (line.find(action) != std::string::npos || line.starts_with("killed")) text += line + "\n";
  }
  return text;
}

}  // namespace riposte::test
