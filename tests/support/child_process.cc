#include "tests/support/child_process.h"

#include <cerrno>
#include <csignal>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace riposte::test {
namespace {

constexpr std::chrono::milliseconds kExitPollInterval{5};
constexpr int kCannotExecute = 127;  // as in a shell

[[noreturn]] void give_up(const char* what) {
  const int error = errno;
  throw std::system_error(error, std::generic_category(), what);
}

// Between fork and exec of a process with threads only async-signal-safe calls are allowed: no allocation.
[[noreturn]] void become(char* const* argv, const char* directory, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const bool orphaned = getppid() != parent;  // the parent may have died before the line above
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  const int input = open("/dev/null", O_RDONLY);
  if (!orphaned && chdir(directory) == 0 && input >= 0 && dup2(input, STDIN_FILENO) >= 0 &&
      dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0) {
    // A connection of the test that the child inherits would stay open after the test closed it.
    close_range(STDERR_FILENO + 1, ~0U, 0);
    execvp(argv[0], argv);
  }
  _exit(kCannotExecute);
}

}  // namespace

ChildProcess::ChildProcess(const Command& command) {
  std::vector<char*> argv;
  argv.reserve(command.argv.size() + 1);
  for (const std::string& argument : command.argv) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const std::string directory = command.directory.string();
  const int output = open(command.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (output < 0) give_up(command.output.c_str());
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become(argv.data(), directory.c_str(), output, parent);
  const int fork_error = errno;
  close(output);
  errno = fork_error;
  if (pid_ < 0) give_up("fork");
}

ChildProcess::~ChildProcess() {
  if (!running()) return;
  signal(SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void ChildProcess::signal(int number) {
  // After the process is reaped its number may belong to another one.
  if (running()) ::kill(pid_, number);
}

std::optional<int> ChildProcess::wait_for(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!status_) {
    int status = 0;
    const pid_t ended = waitpid(pid_, &status, WNOHANG);
    if (ended == pid_)
      status_ = status;
    else if (ended < 0 && errno != EINTR)
      give_up("waitpid");
    else if (std::chrono::steady_clock::now() >= deadline)
      break;
    else
      std::this_thread::sleep_for(kExitPollInterval);
  }
  return status_;
}

}  // namespace riposte::test
