/// Ownership of librdkafka's C objects. The only header that shows librdkafka; nothing outside this folder
/// includes it.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "engine/base/error.h"

namespace riposte::kafka {

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};

/// What is left of a consumer was closed before, or never will be: destroying it must not wait for the group.
struct DestroyHandle {
  void operator()(rd_kafka_t* handle) const {
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
};

using Handle = std::unique_ptr<rd_kafka_t, DestroyHandle>;
using Conf = std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>>;
using Partitions =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy<rd_kafka_topic_partition_list_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Destroy<rd_kafka_message_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using ErrorObject = std::unique_ptr<rd_kafka_error_t, Destroy<rd_kafka_error_destroy>>;

Partitions make_partitions();

/// Values that must never be seen in a log or an error, whoever wrote the text.
class Secrets {
 public:
  void add(std::string value);
  std::string hide(std::string text) const;

 private:
  std::vector<std::string> values_;
};

/// What every callback of a handle finds behind its opaque pointer. Outlives the handle.
/// Threads: `secrets` is read by librdkafka's threads and never changes after the handle exists.
struct Context {
  Secrets secrets;
};

/// Turns a configuration into a running client; librdkafka's log lines go to ours.
/// Errors:  invalid (properties that do not fit together, unreadable key files).
Result<Handle> make_handle(rd_kafka_type_t type, Conf conf, const Secrets& secrets);

/// "Broker: Topic authorization failed"
std::string text_of(rd_kafka_resp_err_t code);

/// librdkafka counts its timeouts in int milliseconds.
int milliseconds(std::chrono::milliseconds duration);

}  // namespace riposte::kafka
