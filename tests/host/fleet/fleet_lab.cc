#include "tests/host/fleet/fleet_lab.h"

#include <csignal>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "engine/access/token.h"
#include "engine/base/clock.h"
#include "tests/support/throw_errno.h"

namespace riposte::test {
namespace {

namespace fs = std::filesystem;

constexpr int kPort = 7443;
constexpr int kApiPort = 8080;
constexpr std::chrono::milliseconds kLook{20};

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

/// What of it can be read: that of a process may go while it is looked at.
std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  for (std::string line; std::getline(file, line);) text += line + "\n";
  return text;
}

/// One rule for each type: a detection says which one it is for.
std::string rule(int number, const std::string& action, const std::string& settings) {
  return fmt::format(R"(title: Answers with {0}
id: 5f2b6c1e-7a43-4d0c-9a5e-0d6a1c5a80{1:02}
status: test
description: Of the fleet's tests.
author: Olga Berg
level: critical
logsource: {{category: process_creation}}
detection:
  selection:
    event.action: wants_{0}
  condition: selection
response:
  - action: {0}
{2})",
                     action, number, settings);
}

std::string configuration(const std::string& address, const std::map<std::string, std::string>& hashes) {
  std::string users;
  for (const auto& [person, hash] : hashes)
    users += fmt::format("  - {{name: {}, token_hash: \"{}\", roles: [analyst, engineer]}}\n", person, hash);
  return fmt::format(R"(data: data
rules: [rules]
source: {{file: {{path: detections.ndjson, follow: true}}}}
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
                     kApiPort, address, kPort, users);
}

constexpr const char* kPolicy =
    "allow: [kill_process, suspend_process, resume_process, isolate_host, unisolate_host, quarantine_file, "
    "restore_file, block_ip, unblock_ip]\n"
    "management: [\"{}:{}\"]\n"
    "rate:\n  block_ip: 100000\n  kill_process: 100000\n";

}  // namespace

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

void Program::start(const Host& host, const std::vector<std::string>& argv, const fs::path& log,
                    const std::string& crash_at) {
  std::vector<std::string> command{"sh", "-c", "exec 2>>\"$0\" >&2; exec \"$@\"", log.string(), "env"};
  if (!crash_at.empty()) command.push_back("RIPOSTE_CRASH_AT=" + crash_at);
  command.insert(command.end(), argv.begin(), argv.end());
  pid_ = host.start(command);
}

bool Program::runs() const {
  if (pid_ == 0) return false;
  const std::string stat = read_file(fmt::format("/proc/{}/stat", pid_));
  const auto behind_name = stat.rfind(") ");
  return behind_name != std::string::npos && stat[behind_name + 2] != 'Z';
}

void Program::kill() {
  if (pid_ != 0) ::kill(pid_, SIGKILL);
  eventually([&] { return !runs(); });
}

bool Program::end() {
  if (pid_ != 0) ::kill(pid_, SIGTERM);
  if (eventually([&] { return !runs(); })) return true;
  kill();
  return false;
}

FleetLab::FleetLab() : url_(fmt::format("http://127.0.0.1:{}", kApiPort)) {
  std::map<std::string, std::string> hashes;
  for (const std::string person : {"alice", "bob"}) hashes[person] = tokens_of(person);
  write_file(at("riposte.yaml"), configuration(lan_.v4(manager_), hashes));
  write_file(at("detections.ndjson"), "");
  const std::map<std::string, std::string> settings{
      {"kill_process", ""},
      {"suspend_process", ""},
      {"quarantine_file", ""},
      {"isolate_host", "    ttl: 1h\n"},
      {"block_ip", "    ttl: 1h\n    pickup_deadline: 1h\n"},
  };
  int number = 0;
  for (const auto& [action, lines] : settings)
    write_file(at("rules/" + action + ".yml"), rule(++number, action, lines));
  for (const Server* server : servers_) {
    write_file(server->folder / "machine-id",
               fmt::format("{:032x}\n", std::hash<std::string>{}(server->host.name())));
    write_file(server->folder / "policy.yaml", fmt::format(fmt::runtime(kPolicy), lan_.v4(manager_), kPort));
    fs::permissions(server->folder / "policy.yaml", fs::perms(0644));
    fs::create_directories(server->folder / "state");
  }
}

std::string FleetLab::tokens_of(const std::string& person) {
  const std::string token = new_token();
  write_file(at(person + ".token"), token + "\n");
  fs::permissions(at(person + ".token"), fs::perms::owner_read);
  return token_hash(token);
}

void FleetLab::start_engine(const std::string& crash_at) {
  engine_.start(manager_, {"env", "-C", folder_.path(), RIPOSTE_PROGRAM, "run", "--config", "riposte.yaml"},
                at("engine.log"), crash_at);
}

void FleetLab::enroll(Server& server) {
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

void FleetLab::start_hands(Server& server, const std::string& crash_at) {
  server.hands.start(
      server.host,
      {RIPOSTE_HANDS_PROGRAM, "--state", server.folder / "state", "--policy", server.folder / "policy.yaml",
       "--socket", server.folder / "hands.sock", "--user", "root"},
      server.folder / "hands.log", crash_at);
}

void FleetLab::start_link(Server& server, const fs::path& socket) {
  server.link.start(server.host,
                    {RIPOSTE_AGENT_PROGRAM, "run", "--state", server.folder / "state", "--socket",
                     socket.empty() ? server.folder / "hands.sock" : socket},
                    server.folder / "link.log");
}

void FleetLab::start_all() {
  start_engine();
  ASSERT_TRUE(eventually([&] {
    return read_file(at("engine.log")).find("\"running\"") != std::string::npos;
  })) << logs();
  for (Server* server : servers_) {
    enroll(*server);
    start_hands(*server);
    start_link(*server);
  }
  ASSERT_TRUE(eventually([&] { return all_connected(); })) << logs();
}

bool FleetLab::all_connected() {
  const auto list = nlohmann::json::parse(riposte("alice", {"agents", "list", "--json"}));
  std::size_t connected = 0;
  for (const auto& agent : list.at("agents")) connected += agent.at("connected").get<bool>() ? 1U : 0U;
  return connected == servers_.size();
}

void FleetLab::detect(const std::string& response, const Server& server, const nlohmann::json& more) {
  nlohmann::json event{
      {"@timestamp", iso8601(SystemClock().now())},
      {"ecs", {{"version", "8.11.0"}}},
      {"agent", {{"type", "endpoint"}}},
      {"host", {{"name", server.host.name()}}},
      {"event", {{"kind", "alert"}, {"category", {"process"}}, {"action", "wants_" + response}}},
      {"kibana.alert.uuid", fmt::format("fleet-{}", ++detections_)},
      {"kibana.alert.severity", "critical"}};
  event.update(more);
  std::ofstream(at("detections.ndjson"), std::ios::app) << event.dump() << '\n' << std::flush;
}

void FleetLab::detect_process(const std::string& response, const Server& server, std::int32_t pid) {
  detect(response, server, {{"process", {{"pid", pid}}}});
}

std::string FleetLab::riposte(const std::string& person, std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), RIPOSTE_PROGRAM);
  for (const std::string& argument :
       {std::string("--url"), url_, std::string("--token-file"), at(person + ".token").string()})
    arguments.push_back(argument);
  return manager_.output_of(arguments);
}

std::vector<nlohmann::json> FleetLab::actions() const {
  return nlohmann::json::parse(riposte("alice", {"actions", "list", "--limit", "1000", "--json"}))
      .at("actions");
}

std::optional<nlohmann::json> FleetLab::action(const std::string& type, const Server& server) const {
  for (const auto& action : actions())
    if (action.at("type") == type && action.at("host") == server.host.name()) return action;
  return {};
}

std::string FleetLab::await(const std::string& type, const Server& server, const std::string& state,
                            const std::string& verification) {
  std::string id;
  const bool came = eventually([&] {
    const auto found = action(type, server);
    if (!found || found->at("state") != state || found->at("verification") != verification) return false;
    id = found->at("id");
    return true;
  });
  const auto found = came ? std::nullopt : action(type, server);
  EXPECT_TRUE(came) << type << " on " << server.host.name() << " is not " << state << ", " << verification
                    << ": " << (found ? found->dump(2) : "there is none") << logs();
  return id;
}

void FleetLab::undo(const std::string& id) const {
  riposte("alice", {"actions", "undo", id, "--comment", "over"});
  for (const auto& action : actions())
    if (action.at("state") == "pending_approval")
      riposte("bob", {"actions", "approve", action.at("id"), "--comment", "seen"});
}

std::int32_t FleetLab::sleeper(const Server& server) {
  return std::stoi(server.host.output_of({"sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!"}));
}

char FleetLab::state_of(const Server& server, std::int32_t pid) {
  const std::string stat = server.host.run({"cat", fmt::format("/proc/{}/stat", pid)}).output;
  const auto behind_name = stat.rfind(") ");
  return behind_name == std::string::npos ? '-' : stat[behind_name + 2];
}

std::vector<fs::path> FleetLab::log_files() const {
  std::vector<fs::path> files{at("engine.log")};
  for (const Server* server : servers_) {
    files.push_back(server->folder / "hands.log");
    files.push_back(server->folder / "link.log");
  }
  return files;
}

std::string FleetLab::logs() const {
  constexpr std::size_t kTail = 3000;
  std::string text;
  for (const fs::path& file : log_files()) {
    const std::string all = read_file(file);
    text += "\n--- " + file.string() + "\n" + all.substr(all.size() - std::min(all.size(), kTail));
  }
  return text;
}

std::string FleetLab::lines_about(const std::string& action) const {
  std::string text = "\n";
  for (const fs::path& file : log_files()) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);)
      if (line.find(action) != std::string::npos || line.starts_with("killed")) text += line + "\n";
  }
  return text;
}

}  // namespace riposte::test
