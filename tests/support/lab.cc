#include "tests/support/lab.h"

#include <csignal>
#include <cstdio>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/lab_namespaces.h"
#include "tests/support/throw_errno.h"

namespace riposte::test {
namespace {

constexpr int kNetworksMax = 250;

/// The first process of a host. It tells its readiness by one byte and then only collects orphans.
[[noreturn]] void live_as_init(const std::string& name, int ready) {
  const std::string refused = furnish(name);
  const char mark = refused.empty() ? 'y' : 'n';
  if (!refused.empty()) std::fprintf(stderr, "%s\n", refused.c_str());
  if (::write(ready, &mark, 1) != 1 || mark == 'n') ::_exit(1);
  collect_orphans();
}

struct Announced {
  pid_t init;
  char ready;
};

/// Between the test and the first process stands one that makes the namespaces: a PID namespace holds only
/// the children of its maker.
[[noreturn]] void found_host(const std::string& name, int announce, int ready, int heard) {
  Announced said{.init = -1, .ready = 'n'};
  if (::unshare(kOwnNamespaces) == 0) {
    said.init = ::fork();
    if (said.init == 0) live_as_init(name, ready);
    ::close(ready);
    if (said.init > 0 && ::read(heard, &said.ready, 1) != 1) said.ready = 'n';
  }
  ::_exit(::write(announce, &said, sizeof(said)) == sizeof(said) ? 0 : 1);
}

/// The kernel gives a link-local address in its own time, after the link is up.
void wait_for_link_local(const Host& host, const std::string& interface) {
  constexpr int kLooksMax = 400;
  constexpr useconds_t kLookInterval = 5'000;
  for (int i = 0; i < kLooksMax; ++i) {
    const std::string settled =
        host.output_of({"ip", "-6", "addr", "show", "dev", interface, "scope", "link", "-tentative"});
    if (settled.find("fe80:") != std::string::npos) return;
    ::usleep(kLookInterval);
  }
  throw std::runtime_error("no link-local address on " + interface + " of " + host.name());
}

std::string batch_of_host(const std::string& interface, const std::string& v4, const std::string& v6) {
  return "addr add " + v4 + "/24 dev " + interface + "\naddr add " + v6 + "/64 dev " + interface +
         " nodad\nlink set " + interface + " up\n";
}

}  // namespace

Host::Host(std::string name) : name_(std::move(name)) {
  int announce[2]{}, ready[2]{};
  if (::pipe2(announce, O_CLOEXEC) != 0) throw_errno("pipe");
  const OwnedFd announce_read(announce[0]);
  OwnedFd announce_write(announce[1]);
  if (::pipe2(ready, O_CLOEXEC) != 0) throw_errno("pipe");
  OwnedFd ready_read(ready[0]), ready_write(ready[1]);
  const pid_t founder = ::fork();
  if (founder < 0) throw_errno("fork");
  if (founder == 0) found_host(name_, announce_write.get(), ready_write.get(), ready_read.get());
  announce_write.reset();
  ready_write.reset();
  Announced said{.init = -1, .ready = 'n'};
  const bool heard = ::read(announce_read.get(), &said, sizeof(said)) == sizeof(said);
  ::waitpid(founder, nullptr, 0);
  if (!heard || said.ready != 'y') throw std::runtime_error("host " + name_ + " could not be set up");
  init_ = said.init;
  pidfd_ = OwnedFd(static_cast<int>(::syscall(SYS_pidfd_open, init_, 0U)));
  if (!pidfd_) throw_errno("a handle on host " + name_);
}

Host::~Host() {
  if (!pidfd_) return;
  ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0U);
  pollfd ended{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
  ::poll(&ended, 1, -1);
}

OwnedFd Host::socket(int family, int type) const {
  OwnedFd made;
  in_network([&] { made = OwnedFd(::socket(family, type | SOCK_CLOEXEC, 0)); });
  if (!made) throw_errno("a socket on " + name_);
  return made;
}

NetworkStay::NetworkStay(const Host& host) : home_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
  if (!home_ || ::setns(host.place().pidfd, CLONE_NEWNET) != 0)
    throw_errno("entering the network of " + host.name());
}

NetworkStay::~NetworkStay() {
  if (::setns(home_.get(), CLONE_NEWNET) != 0) std::terminate();  // all that follows would be elsewhere
}

Network::Network(int number) : number_(number) {
  test::output_of(kHere, {"ip", "-batch", "-"},
                  "link add " + interface() + " type bridge stp_state 0 mcast_snooping 0\nlink set " +
                      interface() + " up\n");
}

Network::~Network() { run_program(kHere, {"ip", "link", "del", interface()}); }

void Network::join(const Host& host) {
  members_.emplace(host.name(), static_cast<int>(members_.size()) + 1);
  const std::string port = port_of(host);
  test::output_of(kHere, {"ip", "-batch", "-"},
                  "link add " + port + " type veth peer name " + interface() + " netns " +
                      std::to_string(host.init()) + "\nlink set " + port + " master " + interface() +
                      " up\n");
  host.output_of({"ip", "-batch", "-"}, batch_of_host(interface(), v4(host), v6(host)));
  wait_for_link_local(host, interface());
}

std::string Network::v4(const Host& host) const {
  return "10.77." + std::to_string(number_) + "." + std::to_string(members_.at(host.name()));
}

std::string Network::v6(const Host& host) const {
  return "fd77:" + std::to_string(number_) + "::" + std::to_string(members_.at(host.name()));
}

std::string Network::port_of(const Host& host) const {
  return interface() + "p" + std::to_string(members_.at(host.name()));
}

void Network::set_port(const Host& host, const std::string& state) const {
  test::output_of(kHere, {"ip", "link", "set", port_of(host), state});
}

Host& Lab::host(const std::string& name) { return *hosts_.emplace_back(std::make_unique<Host>(name)); }

Network& Lab::network(std::initializer_list<std::reference_wrapper<Host>> members) {
  // The kernel forgets interfaces a little later than their hosts, so no number is used again.
  static int last_number = 0;
  if (++last_number > kNetworksMax) throw std::runtime_error("one program of tests has no more networks");
  Network& made = *networks_.emplace_back(std::make_unique<Network>(last_number));
  for (const Host& member : members) made.join(member);
  return made;
}

}  // namespace riposte::test
