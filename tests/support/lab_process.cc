#include "tests/support/lab_process.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/owned_fd.h"
#include "tests/support/throw_errno.h"

namespace riposte::test {
namespace {

constexpr int kAllNamespaces = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
constexpr int kNotExecutable = 127;  // as in a shell
constexpr int kFailed = 1;

struct Pipe {
  OwnedFd read_end, write_end;
};

Pipe open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe");
  return {OwnedFd(ends[0]), OwnedFd(ends[1])};
}

OwnedFd file_with(std::string_view bytes) {
  OwnedFd file(::memfd_create("input", MFD_CLOEXEC));
  if (!file || ::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
      ::lseek(file.get(), 0, SEEK_SET) != 0)
    throw_errno("an input for a program");
  return file;
}

std::string read_to_end(int fd) {
  std::string all;
  std::array<char, 65536> part{};
  for (ssize_t got = 0; (got = ::read(fd, part.data(), part.size())) != 0;) {
    if (got < 0 && errno != EINTR) throw_errno("reading what a process has to say");
    if (got > 0) all.append(part.data(), static_cast<std::size_t>(got));
  }
  return all;
}

int wait_for_end(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) throw_errno("waitpid");
  return exit_code_of(status);
}

[[noreturn]] void become(const std::vector<std::string>& argv, int input, int output) {
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  if (::dup2(input, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 &&
      ::dup2(output, STDERR_FILENO) >= 0) {
    ::close_range(STDERR_FILENO + 1, ~0U, 0);
    ::execvp(arguments.front(), arguments.data());
  }
  std::perror(arguments.front());
  ::_exit(kNotExecutable);
}

/// A PID namespace holds only the children of who enters it, so between this process and the one that works
/// stands a third. `after_fork` is what that one does with the number of the child.
pid_t fork_into(Place place, const std::function<void()>& work,
                const std::function<void(pid_t)>& after_fork) {
  std::fflush(nullptr);
  const pid_t between = ::fork();
  if (between < 0) throw_errno("fork");
  if (between > 0) return between;
  if (place.pidfd >= 0 && ::setns(place.pidfd, kAllNamespaces) != 0) {
    std::perror("entering a host");
    ::_exit(kNotExecutable);
  }
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    std::fflush(nullptr);
    ::_exit(0);
  }
  if (child > 0) after_fork(child);
  ::_exit(kFailed);
}

void end_with(pid_t child) { ::_exit(wait_for_end(child)); }

/// The exit code of a piece of a test: its exceptions and failed expectations are told on standard output.
void carry_out(const std::function<std::string()>& work, int answer) {
  std::string told;
  try {
    told = work();
  } catch (const std::exception& error) {
    std::printf("exception: %s\n", error.what());
    std::fflush(nullptr);
    ::_exit(kFailed);
  }
  const bool written = ::write(answer, told.data(), told.size()) == static_cast<ssize_t>(told.size());
  std::fflush(nullptr);
  ::_exit(written && !testing::Test::HasFailure() ? 0 : kFailed);
}

std::string line_of(const std::vector<std::string>& argv) {
  std::string line;
  for (const std::string& argument : argv) line += (line.empty() ? "" : " ") + argument;
  return line;
}

}  // namespace

int exit_code_of(int wait_status) {
  constexpr int kSignalled = 128;
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : kSignalled + WTERMSIG(wait_status);
}

Ran run_program(Place place, const std::vector<std::string>& argv, std::string_view input) {
  const OwnedFd given = file_with(input);
  Pipe said = open_pipe();
  const pid_t pid = fork_into(place, [&] { become(argv, given.get(), said.write_end.get()); }, end_with);
  said.write_end.reset();
  Ran ran;
  ran.output = read_to_end(said.read_end.get());
  ran.code = wait_for_end(pid);
  return ran;
}

std::string output_of(Place place, const std::vector<std::string>& argv, std::string_view input) {
  Ran ran = run_program(place, argv, input);
  if (ran.code != 0)
    throw std::runtime_error(line_of(argv) + " ended with " + std::to_string(ran.code) + ": " + ran.output);
  return std::move(ran.output);
}

std::string told_from(Place place, const std::string& name, const std::function<std::string()>& work) {
  Pipe answer = open_pipe();
  const pid_t pid = fork_into(place, [&] { carry_out(work, answer.write_end.get()); }, end_with);
  answer.write_end.reset();
  std::string told = read_to_end(answer.read_end.get());
  const int code = wait_for_end(pid);
  if (code > kFailed) throw std::runtime_error("the work on " + name + " ended with " + std::to_string(code));
  if (code == kFailed) ADD_FAILURE() << "on " << name << ": what is said above";
  return told;
}

pid_t start_program(Place place, const std::vector<std::string>& argv) {
  const OwnedFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Pipe number = open_pipe();
  const pid_t between = fork_into(
      place, [&] { become(argv, nothing.get(), STDERR_FILENO); },
      [&](pid_t child) {
        const bool told = ::write(number.write_end.get(), &child, sizeof(child)) == sizeof(child);
        ::_exit(told ? 0 : kFailed);
      });
  number.write_end.reset();
  pid_t pid = 0;
  const bool known = ::read(number.read_end.get(), &pid, sizeof(pid)) == sizeof(pid);
  if (wait_for_end(between) != 0 || !known) throw std::runtime_error("cannot start " + line_of(argv));
  return pid;
}

void with_network_of(Place place, const std::function<void()>& work) {
  std::exception_ptr failure;
  std::thread([&] {
    try {
      if (place.pidfd >= 0 && ::setns(place.pidfd, CLONE_NEWNET) != 0) throw_errno("entering a network");
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace riposte::test
