#include "tests/host/fleet/program.h"

#include <csignal>
#include <fstream>
#include <thread>

#include <fmt/format.h>

namespace riposte::test {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLook{20};

}  // namespace

std::string contents_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  for (std::string line; std::getline(file, line);) text += line + "\n";
  return text;
}

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
  const std::string stat = contents_of(fmt::format("/proc/{}/stat", pid_));
  const auto behind_name = stat.rfind(") ");
  return behind_name != std::string::npos && stat[behind_name + 2] != 'Z';
}

void Program::signal(int number) const {
  if (pid_ != 0) ::kill(pid_, number);
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

}  // namespace riposte::test
