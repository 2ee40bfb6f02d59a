#include "agent/hands/children.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/hands/privileges.h"
#include "engine/base/log.h"

namespace riposte::agent {
namespace {

constexpr int kFailed = 1;

Descriptor handle_on(pid_t pid) { return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

void close_all_but(std::array<int, 2> kept) {
  std::ranges::sort(kept);
  unsigned int first = STDERR_FILENO + 1;
  for (const int number : kept) {
    if (number < static_cast<int>(first)) continue;
    if (number > static_cast<int>(first)) ::close_range(first, static_cast<unsigned int>(number) - 1, 0);
    first = static_cast<unsigned int>(number) + 1;
  }
  ::close_range(first, ~0U, 0);
}

void end_with(pid_t program) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != program) ::_exit(kFailed);
}

/// But for the one that asks the program to read its policy anew: it may be sent to the whole service.
void take_signals_again() {
  sigset_t kept{};
  sigemptyset(&kept);
  sigaddset(&kept, SIGHUP);
  ::pthread_sigmask(SIG_SETMASK, &kept, nullptr);
}

std::optional<std::string> hear(int talk, int flags) {
  std::string bytes(kTalkBytesMax, '\0');
  ssize_t count = -1;
  do count = ::recv(talk, bytes.data(), bytes.size(), flags);
  while (count < 0 && errno == EINTR);
  if (count <= 0) return {};
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

void say(int talk, std::string_view bytes, int flags) {
  while (::send(talk, bytes.data(), bytes.size(), flags | MSG_NOSIGNAL) < 0 && errno == EINTR) continue;
}

}  // namespace

Children::~Children() {
  // Not waited for: one that the kernel holds would hold the program, too.
  for (const auto& [id, child] : children_) ::kill(child.pid, SIGKILL);
}

bool Children::start(TaskId id, const Task& task, const Scene& scene) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
  Descriptor ours(ends[0]);
  const Descriptor theirs(ends[1]);
  const pid_t program = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return false;
  if (pid == 0) {
    end_with(program);
    live(task, scene, theirs);
  }
  Descriptor handle = handle_on(pid);
  if (!handle.valid()) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return false;
  }
  children_.emplace(id, Child{pid, std::move(handle), std::move(ours)});
  return true;
}

void Children::live(const Task& task, const Scene& scene, const Descriptor& talk) const {
  try {
    close_all_but({talk.number(), lock_});
    ::setsid();
    take_signals_again();
    if (const auto kept = keep_privileges_of(task.realm); !kept) {
      log::error("a child could not drop its privileges", {{"why", kept.error().text()}});
      ::_exit(kFailed);
    }
    do_task(task, craft_, scene,
            {[&](const std::string& bytes) { say(talk.number(), bytes, 0); },
             [&] { return hear(talk.number(), 0) == kGo; }});
    ::_exit(0);
  } catch (const std::exception& error) {
    log::error("a child failed", {{"why", std::string(error.what())}});
    ::_exit(kFailed);
  }
}

void Children::go(TaskId id) {
  const auto found = children_.find(id);
  if (found != children_.end()) say(found->second.talk.number(), kGo, MSG_DONTWAIT);
}

void Children::kill(TaskId id) {
  const auto found = children_.find(id);
  if (found != children_.end())
    ::syscall(SYS_pidfd_send_signal, found->second.handle.number(), SIGKILL, nullptr, 0);
}

void Children::add_to(std::vector<pollfd>& polled) const {
  for (const auto& [id, child] : children_) {
    polled.push_back({child.handle.number(), POLLIN, 0});
    // What has said its last word is only waited for.
    if (!child.ending) polled.push_back({child.talk.number(), POLLIN, 0});
  }
}

void Children::listen(TaskId id, Child& child, std::vector<News>& news) {
  while (const auto bytes = hear(child.talk.number(), MSG_DONTWAIT)) {
    FromChild message = read_message(*bytes);
    if (message.plan) news.push_back({id, std::move(message.plan)});
    if (message.ending && !child.ending) child.ending = std::move(message.ending);
  }
}

std::vector<Children::News> Children::collect() {
  std::vector<News> news;
  std::vector<TaskId> gone;
  for (auto& [id, child] : children_) {
    // First whether it has ended, then what it said: nothing can come after that.
    siginfo_t seen{};
    const bool ended =
        ::waitid(P_PID, static_cast<id_t>(child.pid), &seen, WEXITED | WNOHANG) == 0 && seen.si_pid != 0;
    listen(id, child, news);
    if (!ended) continue;
    news.push_back({id, {}, true, std::move(child.ending)});
    gone.push_back(id);
  }
  for (const TaskId id : gone) children_.erase(id);
  return news;
}

}  // namespace riposte::agent
