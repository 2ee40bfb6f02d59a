/// A few Linux hosts of a test's own, each with its network, mounts, processes and name, joined by switches.
///
///     Lab lab;
///     Host& web = lab.host("web01");
///     Host& attacker = lab.host("attacker");
///     Network& lan = lab.network({web, attacker});
///     web.output_of({"nft", "-f", "-"}, rules);
///     EXPECT_EQ(knock(attacker, Listener(web, lan.v6(web))), Knock::silent);
///
/// A program of tests that links riposte_lab runs as root in namespaces of its own (lab_main.cc), so nothing
/// that a test does to processes, networks, mounts or host names reaches the machine, and nothing is left of
/// it when the program ends. Files are those of the machine, but for /run and the folder of temporary files,
/// which are the lab's own and in memory.
///
/// Threads: one.
/// Errors:  throws std::system_error or std::runtime_error.
/// Limits:  254 hosts on a network. Started by an ordinary user, the lab has one user, root: nothing can be
///          given to another.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/lab_process.h"
#include "tests/support/owned_fd.h"

namespace riposte::test {

class Host {
 public:
  explicit Host(std::string name);
  ~Host();  ///< ends every process on it
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const std::string& name() const { return name_; }
  Place place() const { return {pidfd_.get()}; }
  /// Its first process, as the test sees it.
  pid_t init() const { return init_; }

  Ran run(const std::vector<std::string>& argv, std::string_view input = {}) const {
    return run_program(place(), argv, input);
  }
  /// Of a program that has to succeed.
  std::string output_of(const std::vector<std::string>& argv, std::string_view input = {}) const {
    return test::output_of(place(), argv, input);
  }
  /// Left running until it ends by itself or the host does. Its number as the test sees it.
  pid_t start(const std::vector<std::string>& argv) const { return start_program(place(), argv); }

  /// Work in a process on the host. Expectations may be used in it; nothing that it changes in memory is seen
  /// here, but for the text that it returns.
  std::string tells(const std::function<std::string()>& work) const {
    return told_from(place(), name_, work);
  }
  void does(const std::function<void()>& work) const {
    tells([&] { return work(), std::string(); });
  }
  /// Work in a thread of this process that sees the host's network, and the test's files and processes.
  void in_network(const std::function<void()>& work) const { with_network_of(place(), work); }
  /// A socket of the host's network, whoever uses it.
  OwnedFd socket(int family, int type) const;

 private:
  std::string name_;
  pid_t init_ = 0;
  OwnedFd pidfd_;
};

/// This thread in the network of a host for as long as it lives, with the threads and programs begun
/// meanwhile, which stay there.
class NetworkStay {
 public:
  explicit NetworkStay(const Host& host);
  ~NetworkStay();
  NetworkStay(const NetworkStay&) = delete;
  NetworkStay& operator=(const NetworkStay&) = delete;

 private:
  OwnedFd home_;
};

/// A switch that any of its hosts can be taken from. A host's interface is named after the network.
class Network {
 public:
  explicit Network(int number);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  void join(const Host& host);
  std::string interface() const { return "lan" + std::to_string(number_); }
  std::string v4(const Host& host) const;
  std::string v6(const Host& host) const;

  /// Pulls the host's cable: it keeps its addresses and hears nothing any more.
  void cut(const Host& host) { set_port(host, "down"); }
  void heal(const Host& host) { set_port(host, "up"); }

 private:
  std::string port_of(const Host& host) const;
  void set_port(const Host& host, const std::string& state) const;

  int number_;
  std::map<std::string, int> members_;  ///< by the host's name, from 1
};

class Lab {
 public:
  Host& host(const std::string& name);
  Network& network(std::initializer_list<std::reference_wrapper<Host>> members);

 private:
  std::vector<std::unique_ptr<Network>> networks_;
  std::vector<std::unique_ptr<Host>> hosts_;
};

}  // namespace riposte::test
