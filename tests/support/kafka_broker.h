/// A real Kafka broker in its own process and directory, alone on loopback, ready when the object exists.
///
/// Threads: one, and it must outlive the broker (see child_process.h).
/// Errors:  throws std::runtime_error with the tail of the broker's log.
/// Owns:    the process, its directory and its two ports, which stay reserved while it is down. All end with
///          it, except an archive of loaded classes beside the jars, which halves the later starts.
/// Limits:  one node, so replication factor 1; 512 MiB of heap; ready within 60 s or not at all.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/kafka_client.h"
#include "tests/support/reserved_port.h"
#include "tests/support/temporary_directory.h"

namespace riposte::test {

/// Why this machine cannot run a broker (no jars, no Java), or nothing when it can.
std::optional<std::string> why_no_broker();

class KafkaBroker {
 public:
  /// `properties` go over those of tests/broker/server.properties.in.
  explicit KafkaBroker(const KafkaConfig& properties = {});
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  std::string bootstrap() const;
  void create_topic(const std::string& name, int partitions, const KafkaConfig& config = {}) const;

  bool running() { return process_ && process_->running(); }
  void stop();   ///< SIGTERM and wait: the broker closes its logs
  void kill();   ///< SIGKILL: what the page cache holds survives
  void start();  ///< again, with the same data and ports; returns when ready

 private:
  void write_properties(const KafkaConfig& properties) const;
  void format() const;
  void await_ready();
  Command java(const std::vector<std::string>& flags, const std::vector<std::string>& program) const;
  [[noreturn]] void give_up(const std::string& what) const;

  ReservedPort port_;
  ReservedPort controller_port_;
  TemporaryDirectory directory_;
  std::filesystem::path archive_;    // of loaded classes
  std::filesystem::path recording_;  // what the running broker writes the archive to when it stops, or empty
  std::optional<ChildProcess> process_;  // nothing while the broker is down
};

}  // namespace riposte::test
