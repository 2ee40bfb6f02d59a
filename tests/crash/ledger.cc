// The script of the crash test: one line per run, on disk before it says that it is done.
//
//   ledger append    writes the action's id as one line
//   ledger prove     exit code 0 when the line is there, 1 when it is not

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace {

constexpr int kExitBroken = 3;

int append(const char* file, const std::string& line) {
  const int descriptor = ::open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return kExitBroken;
  // One write: a kill leaves the whole line or none.
  const ssize_t written = ::write(descriptor, line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size()) || ::fsync(descriptor) != 0) return kExitBroken;
  return EXIT_SUCCESS;
}

int prove(const char* file, const std::string& line) {
  std::ifstream ledger(file);
  for (std::string found; std::getline(ledger, found);)
    if (found + '\n' == line) return EXIT_SUCCESS;
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  const char* id = std::getenv("RIPOSTE_ACTION_ID");  // NOLINT(concurrency-mt-unsafe): one thread
  const char* file = std::getenv("LEDGER_FILE");      // NOLINT(concurrency-mt-unsafe): one thread
  if (argc != 2 || id == nullptr || file == nullptr) return kExitBroken;
  const std::string line = std::string(id) + '\n';
  return std::string_view(argv[1]) == "append" ? append(file, line) : prove(file, line);
}
