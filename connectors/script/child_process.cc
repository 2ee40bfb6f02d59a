#include "connectors/script/child_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connectors/script/child_files.h"

namespace riposte {
namespace {

/// Longest wait without a look at the stop request.
constexpr Duration kStopLookInterval = std::chrono::milliseconds(100);
constexpr std::size_t kReadBytes = std::size_t{16} * 1024;
/// Bytes taken in one go, so that a flood of output cannot keep the clock from being looked at.
constexpr std::size_t kReadRoundBytes = 64 * kReadBytes;
constexpr mode_t kPrivateUmask = 077;

/// Everything the child needs, laid out before the fork: after it nothing may allocate or lock.
struct Launch {
  std::vector<char*> argv;
  std::vector<char*> environment;
  const char* directory;
  int stdin_fd;
  int output_fd;
  int status_fd;
  pid_t engine;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

bool default_signals() {
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) ::sigaction(signal, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  return ::pthread_sigmask(SIG_SETMASK, &none, nullptr) == 0;
}

/// Runs in the child: async-signal-safe calls only, because other threads may have held any lock.
[[noreturn]] void become(const Launch& launch) {
  const bool ready = ::setsid() >= 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
                     ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                     ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
                     ::dup2(launch.stdin_fd, STDIN_FILENO) >= 0 &&
                     ::dup2(launch.output_fd, STDOUT_FILENO) >= 0 &&
                     ::dup2(launch.output_fd, STDERR_FILENO) >= 0 &&
                     ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0 &&
                     ::chdir(launch.directory) == 0 && default_signals();
  ::umask(kPrivateUmask);
  // The engine may have died before the death signal was armed.
  if (ready && ::getppid() == launch.engine)
    ::execve(launch.argv.front(), launch.argv.data(), launch.environment.data());
  const int error = errno;
  // Nobody is left to tell when this fails.
  [[maybe_unused]] const auto told = ::write(launch.status_fd, &error, sizeof error);
  ::_exit(127);
}

/// A child from its start to the moment when its status is collected.
class Child {
 public:
  static Result<Child> start(const ChildCommand& command);

  Result<ChildResult> watch(const ChildCommand& command, const std::stop_token& stop);

 private:
  Child(pid_t pid, ChildFile output, ChildFile status)
      : pid_(pid),
        output_(std::move(output)),
        status_(std::move(status)),
        handle_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))) {}

  void wait(Duration longest);
  void read_output(std::size_t limit);
  void read_status();
  bool has_exited() const;
  void signal_group(int signal) const;
  void wait_for_exit(const ChildCommand& command, const std::stop_token& stop);
  void drain(std::size_t limit);
  void collect();

  pid_t pid_;
  ChildFile output_;
  ChildFile status_;  ///< closes when the program starts, else tells why it does not
  ChildFile handle_;  ///< wakes the wait at the exit; without it the exit is noticed a little later
  std::optional<int> start_error_;
  std::optional<ChildResult::End> forced_end_;
  ChildResult result_;
};

Result<Child> Child::start(const ChildCommand& command) {
  const ChildFile input = TRY(open_sealed_bytes(command.stdin_bytes));
  ChildPipe output = TRY(open_child_pipe());
  ChildPipe status = TRY(open_child_pipe());
  const Launch launch{.argv = pointers(command.argv),
                      .environment = pointers(command.environment),
                      .directory = command.directory.c_str(),
                      .stdin_fd = input.fd(),
                      .output_fd = output.write_end.fd(),
                      .status_fd = status.write_end.fd(),
                      .engine = ::getpid()};
  // No handler of the engine may run in the child.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) become(launch);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0)
    return fail(Errc::unavailable, "starting a process: " + std::generic_category().message(error));
  return Child(pid, std::move(output.read_end), std::move(status.read_end));
}

void Child::wait(Duration longest) {
  std::array<pollfd, 3> watched{{{.fd = output_.fd(), .events = POLLIN, .revents = 0},
                                 {.fd = status_.fd(), .events = POLLIN, .revents = 0},
                                 {.fd = handle_.fd(), .events = POLLIN, .revents = 0}}};
  const auto milliseconds =
      std::chrono::ceil<std::chrono::milliseconds>(std::clamp(longest, Duration::zero(), kStopLookInterval));
  ::poll(watched.data(), watched.size(), static_cast<int>(milliseconds.count()));
}

void Child::read_output(std::size_t limit) {
  std::array<char, kReadBytes> buffer{};
  for (std::size_t taken = 0; output_.fd() >= 0 && taken < kReadRoundBytes;) {
    const ssize_t count = ::read(output_.fd(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return output_.reset();
    const auto bytes = static_cast<std::size_t>(count);
    const std::size_t kept = std::min(bytes, limit - std::min(limit, result_.output.size()));
    result_.output.append(buffer.data(), kept);
    result_.discarded += bytes - kept;
    taken += bytes;
  }
}

void Child::read_status() {
  if (status_.fd() < 0) return;
  int error = 0;
  const ssize_t count = ::read(status_.fd(), &error, sizeof error);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count == sizeof error) start_error_ = error;
  status_.reset();
}

bool Child::has_exited() const {
  siginfo_t exited{};
  const int answer = ::waitid(P_PID, static_cast<id_t>(pid_), &exited, WEXITED | WNOHANG | WNOWAIT);
  return (answer == 0 && exited.si_pid == pid_) || (answer < 0 && errno == ECHILD);
}

/// The child is not collected yet, so neither number can belong to anybody else.
void Child::signal_group(int signal) const {
  ::kill(-pid_, signal);
  if (!has_exited()) ::kill(pid_, signal);
}

void Child::wait_for_exit(const ChildCommand& command, const std::stop_token& stop) {
  Deadline deadline = Deadline::after(command.timeout);
  int next_signal = SIGTERM;
  while (!has_exited()) {
    wait(deadline.left());
    read_output(command.output_limit);
    read_status();
    const bool late = deadline.left() == Duration::zero();
    if (!forced_end_ && (late || stop.stop_requested())) {
      forced_end_ = late ? ChildResult::End::timed_out : ChildResult::End::stopped;
    } else if (!forced_end_ || !late) {
      continue;
    }
    if (next_signal == 0) return;
    signal_group(next_signal);
    deadline = Deadline::after(next_signal == SIGTERM ? command.term_grace : kKillWait);
    next_signal = next_signal == SIGTERM ? SIGKILL : 0;
  }
}

void Child::drain(std::size_t limit) {
  const Deadline deadline = Deadline::after(kDrainWait);
  handle_.reset();
  read_output(limit);
  while (output_.fd() >= 0 && deadline.left() > Duration::zero()) {
    wait(deadline.left());
    read_output(limit);
  }
  result_.left_behind = output_.fd() >= 0;
  read_status();
}

void Child::collect() {
  signal_group(SIGKILL);
  int status = 0;
  pid_t collected = 0;
  do collected = ::waitpid(pid_, &status, WNOHANG);
  while (collected < 0 && errno == EINTR);
  if (collected != pid_) {
    result_.end = ChildResult::End::timed_out;
  } else if (WIFEXITED(status)) {
    result_.code = WEXITSTATUS(status);
  } else {
    result_.end = ChildResult::End::signalled;
    result_.code = WTERMSIG(status);
  }
  if (forced_end_) result_.end = *forced_end_;
}

Result<ChildResult> Child::watch(const ChildCommand& command, const std::stop_token& stop) {
  wait_for_exit(command, stop);
  drain(command.output_limit);
  collect();
  if (start_error_)
    return fail(Errc::invalid, "starting " + command.argv.front() + " in " + command.directory + ": " +
                                   std::generic_category().message(*start_error_));
  return std::move(result_);
}

}  // namespace

Result<ChildResult> run_child(const ChildCommand& command, const std::stop_token& stop) {
  if (command.argv.empty()) return fail(Errc::invalid, "no program is named");
  Child child = TRY(Child::start(command));
  return child.watch(command, stop);
}

}  // namespace riposte
