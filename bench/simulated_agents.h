/// Many hosts that are connected to one engine, all in one thread.
///
/// Threads: one of its own, which also calls `obeyed`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

#include "bench/simulated_host.h"

namespace riposte::bench {

class SimulatedAgents {
 public:
  using Obeyed = std::function<void(const order::Order&)>;

  /// They begin to connect, one after the other: an engine lets few strangers of one address in at once.
  SimulatedAgents(std::vector<std::unique_ptr<SimulatedHost>> hosts, std::uint16_t port, Obeyed obeyed);
  ~SimulatedAgents();
  SimulatedAgents(const SimulatedAgents&) = delete;
  SimulatedAgents& operator=(const SimulatedAgents&) = delete;

  const std::vector<std::unique_ptr<SimulatedHost>>& hosts() const { return hosts_; }
  /// What went wrong first; empty: nothing.
  std::string complaint() const;

 private:
  struct Connection;
  using Connected = std::shared_ptr<Connection>;

  boost::asio::awaitable<void> connect_all(std::uint16_t port);
  boost::asio::awaitable<Result<void>> connect(Connected connection, std::uint16_t port);
  boost::asio::awaitable<void> serve(Connected connection);
  boost::asio::awaitable<Result<void>> obey(Connected connection);
  void complain(const std::string& what);
  void complain_of(const std::exception_ptr& failure);

  const std::vector<std::unique_ptr<SimulatedHost>> hosts_;
  const Obeyed obeyed_;
  mutable std::mutex mutex_;  ///< guards complaint_
  std::string complaint_;
  boost::asio::io_context io_;  // outlives what is bound to it
  std::vector<Connected> connections_;
  bool stopping_ = false;  ///< of the thread
  std::thread thread_;
};

}  // namespace riposte::bench
