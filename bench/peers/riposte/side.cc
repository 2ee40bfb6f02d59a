#include "bench/peers/riposte/side.h"

#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

namespace riposte::bench {
namespace {

struct Command {
  std::string name;
  std::size_t stride = 0;
  std::size_t offset = 0;
  std::string path;
};

Command read_command(const std::string& line) {
  Command command;
  std::istringstream words(line);
  if (words >> command.name >> command.stride >> command.offset && command.stride > 0) {
    words >> command.path;
    return command;
  }
  throw std::runtime_error("no command: " + line);
}

std::string turn(Side& side, std::size_t events, const Command& command) {
  std::size_t asked = 0;
  std::size_t matches = 0;
  const auto begun = std::chrono::steady_clock::now();
  for (std::size_t event = command.offset; event < events; event += command.stride, ++asked)
    matches += side.matches(event);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  return fmt::format(R"({{"events": {}, "seconds": {}, "matches": {}}})", asked, taken.count(), matches);
}

std::string write_pairs(Side& side, std::size_t events, const Command& command) {
  std::ofstream file(command.path);
  std::size_t pairs = 0;
  for (std::size_t event = command.offset; event < events; event += command.stride) {
    pairs += side.matches(event);
    for (const std::string& name : side.names()) file << event << '\t' << name << '\n';
  }
  if (!file.flush()) throw std::runtime_error("cannot write " + command.path);
  return fmt::format(R"({{"pairs": {}}})", pairs);
}

}  // namespace

void serve(Side& side, std::size_t events, const Readiness& readiness, std::istream& commands,
           std::ostream& answers) {
  answers << fmt::format(R"({{"rules": {}, "refused": {}, "compile_seconds": {}, "rss_bytes": {}}})",
                         readiness.rules, readiness.refused, readiness.compile.count(),
                         readiness.resident_bytes)
          << std::endl;
  for (std::string line; std::getline(commands, line);) {
    const Command command = read_command(line);
    answers << (command.name == "pairs" ? write_pairs(side, events, command) : turn(side, events, command))
            << std::endl;
  }
}

std::size_t resident_bytes() {
  malloc_trim(0);
  std::size_t total_pages = 0;
  std::size_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> total_pages >> resident_pages;
  return resident_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace riposte::bench
