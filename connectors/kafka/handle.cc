#include "connectors/kafka/handle.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include <fmt/format.h>
#include <sys/syslog.h>

#include "engine/base/log.h"

namespace riposte::kafka {

namespace {

/// Shorter than this, hiding it would blot out ordinary words.
constexpr std::size_t kSecretBytesMin = 3;

void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  const auto* context = static_cast<const Context*>(rd_kafka_opaque(handle));
  const std::string line = context == nullptr ? text : context->secrets.hide(text);
  const std::string_view kind = facility;
  // Failed connections come again and again; Trouble reports them once a minute.
  const bool repeated = kind == "FAIL" || kind == "ERROR";
  if (level <= LOG_CRIT)
    log::error("librdkafka", {{"facility", facility}, {"text", line}});
  else if (level <= LOG_WARNING && !repeated)
    log::warning("librdkafka", {{"facility", facility}, {"text", line}});
  else
    log::debug("librdkafka", {{"facility", facility}, {"text", line}});
}

}  // namespace

Partitions make_partitions() { return Partitions(rd_kafka_topic_partition_list_new(1)); }

void Secrets::add(std::string value) {
  if (value.size() >= kSecretBytesMin) values_.push_back(std::move(value));
}

std::string Secrets::hide(std::string text) const {
  for (const std::string& value : values_)
    for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + 3))
      text.replace(at, value.size(), "***");
  return text;
}

Result<Handle> make_handle(rd_kafka_type_t type, Conf conf, const Secrets& secrets) {
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  std::array<char, 512> text{};
  rd_kafka_t* handle = rd_kafka_new(type, conf.get(), text.data(), text.size());
  if (handle == nullptr)
    return fail(Errc::invalid,
                fmt::format("librdkafka refuses the properties: {}", secrets.hide(text.data())));
  [[maybe_unused]] rd_kafka_conf_t* const taken = conf.release();  // by rd_kafka_new, when it succeeds
  return Handle(handle);
}

std::string text_of(rd_kafka_resp_err_t code) { return rd_kafka_err2str(code); }

int milliseconds(std::chrono::milliseconds duration) {
  return static_cast<int>(std::clamp<std::int64_t>(duration.count(), 0, std::numeric_limits<int>::max()));
}

}  // namespace riposte::kafka
