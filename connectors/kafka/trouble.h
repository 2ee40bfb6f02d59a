/// Passing trouble with the brokers: told once when it begins and once a minute while it lasts, not at every
/// attempt.
///
/// Threads: one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/kafka/handle.h"
#include "engine/base/clock.h"

namespace riposte::kafka {

class Trouble {
 public:
  void note(rd_kafka_resp_err_t code, const std::string& text);
  /// Something works again.
  void over();

 private:
  std::map<rd_kafka_resp_err_t, Deadline> quiet_until_;
};

/// What an error means for a client that cannot go on by itself; empty when librdkafka gets over it.
/// `was_connected`: credentials that once worked are not wrong when a restarting broker refuses them.
std::optional<Error> lasting(rd_kafka_resp_err_t code, std::string_view text, bool was_connected);

}  // namespace riposte::kafka
