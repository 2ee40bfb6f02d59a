#include "bench/detections.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace riposte::bench {
namespace {

struct Program {
  std::string_view name;
  std::string_view path;
  std::string_view arguments;
  std::string_view user;
};

constexpr std::array<Program, 6> kQuiet{{
    {"sshd", "/usr/sbin/sshd", "-D -R", "root"},
    {"python3", "/usr/bin/python3", "-m http.server 8080 --directory /srv/share", "deploy"},
    {"curl", "/usr/bin/curl", "-fsSL https://packages.example.net/install/agent.sh -o agent.sh", "ci"},
    {"find", "/usr/bin/find", "/var/log -type f -mtime +30 -name *.gz -delete", "root"},
    {"nc", "/usr/bin/nc", "-lvnp 4444", "www-data"},
    {"systemctl", "/usr/bin/systemctl", "restart telemetry-forwarder.service --no-block", "ops"},
}};
constexpr Program kMiner{"xmrig", "/tmp/.cache/xmrig", "-o pool.example.net:3333 -u wallet -p x", "www-data"};
constexpr std::array<std::string_view, 3> kSeverities{"low", "medium", "high"};
constexpr std::array<int, 3> kScores{21, 47, 73};

/// More and less of it makes the sizes of real alerts.
std::string ancestors(std::uint64_t number) {
  std::string list;
  for (std::uint64_t i = 0; i <= number % 8; ++i)
    list +=
        fmt::format(R"({}{{"id":"{:020x}","type":"event","index":".ds-logs-endpoint.events","depth":{}}})",
                    i == 0 ? "" : ",", number * 8 + i, i);
  return list;
}

std::string words(std::string_view arguments) {
  std::string list;
  for (std::size_t begin = 0; begin < arguments.size();) {
    const std::size_t end = std::min(arguments.find(' ', begin), arguments.size());
    list += fmt::format(R"(,"{}")", arguments.substr(begin, end - begin));
    begin = end + 1;
  }
  return list;
}

std::string time_of_day(std::uint64_t number) {
  return fmt::format("2026-03-10T{:02}:{:02}:{:02}.{:03}Z", number / 3'600'000 % 24, number / 60'000 % 60,
                     number / 1000 % 60, number % 1000);
}

std::string detection(std::uint64_t number, const Program& program, std::size_t severity) {
  const std::string time = time_of_day(number);
  const std::string host = fmt::format("web-{}.example.net", number % 500);
  const std::string level(kSeverities.at(severity));
  std::string json = fmt::format(
      R"({{"@timestamp":"{0}","agent":{{"id":"{1:08x}-afe7-499b-a00e-99bc93ad1650","name":"{2}","type":"endpoint",)"
      R"("version":"8.19.12"}},"ecs":{{"version":"8.11.0"}},"event":{{"action":"exec","kind":"signal",)"
      R"("created":"{0}","dataset":"endpoint.events.process","module":"endpoint","category":["process"],)"
      R"("type":["start"]}},"host":{{"name":"{2}","hostname":"{2}","id":"{1:08x}-9ebb-4be9-aaab-945ae1f37894",)"
      R"("os":{{"type":"linux","platform":"debian","family":"debian"}}}},)",
      time, number % 500, host);
  json += fmt::format(
      R"("process":{{"pid":{0},"entity_id":"{1:016x}","name":"{2}","executable":"{3}","command_line":"{3} {4}",)"
      R"("args":["{3}"{5}],"start":"{6}","parent":{{"pid":{7},"name":"bash","executable":"/usr/bin/bash",)"
      R"("command_line":"bash -c {2}"}}}},"user":{{"name":"{8}","id":"{9}"}},)",
      2000 + number, number, program.name, program.path, program.arguments, words(program.arguments), time,
      1000 + number % 1000, program.user, number % 1000);
  json += fmt::format(
      R"("kibana.alert.uuid":"{0:064x}","kibana.alert.status":"active","kibana.alert.workflow_status":"open",)"
      R"("kibana.alert.depth":1,"kibana.alert.severity":"{1}","kibana.alert.risk_score":{2},)"
      R"("kibana.alert.reason":"process event with process {3}, by {4} on {5} created {1} alert {3} started.",)"
      R"("kibana.alert.original_time":"{6}","kibana.alert.ancestors":[{7}],)"
      R"("kibana.alert.rule.name":"{3} started","kibana.alert.rule.rule_id":"{8:08x}-43ab-4d0c-9a5e-0d6a1c5a7f01"}})",
      number, level, kScores.at(severity), program.name, program.user, host, time, ancestors(number),
      number % 6);
  return json;
}

}  // namespace

std::string quiet_detection(std::uint64_t number) {
  return detection(number, kQuiet.at(number % kQuiet.size()), number % kSeverities.size());
}

std::string cryptominer_detection(std::uint64_t number) {
  return detection(number, kMiner, kSeverities.size() - 1);
}

}  // namespace riposte::bench
