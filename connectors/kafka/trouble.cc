#include "connectors/kafka/trouble.h"

#include <fmt/format.h>

#include "engine/base/log.h"

namespace riposte::kafka {

namespace {
constexpr Duration kRepeatInterval = std::chrono::minutes(1);
}

void Trouble::note(rd_kafka_resp_err_t code, const std::string& text) {
  const auto known = quiet_until_.find(code);
  if (known != quiet_until_.end() && known->second.left() > Duration::zero()) return;
  quiet_until_.insert_or_assign(code, Deadline::after(kRepeatInterval));
  log::warning("Kafka: trouble, trying again", {{"error", rd_kafka_err2name(code)}, {"text", text}});
}

void Trouble::over() {
  if (quiet_until_.empty()) return;
  quiet_until_.clear();
  log::info("Kafka: works again");
}

std::optional<Error> lasting(rd_kafka_resp_err_t code, std::string_view text, bool was_connected) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      return Error{
          Errc::fenced,
          fmt::format(
              "{}: another instance with the same group.instance.id has joined the group; stop one of "
              "them, or give each a group.instance.id of its own",
              text),
          {}};
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return Error{Errc::invalid, fmt::format("{}: allow this user READ on the topic", text), {}};
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return Error{Errc::invalid, fmt::format("{}: allow this user READ on the group", text), {}};
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      if (was_connected) return {};
      return Error{
          Errc::invalid, fmt::format("{}: check sasl.mechanism, sasl.username and sasl.password", text), {}};
    case RD_KAFKA_RESP_ERR__SSL:
      if (was_connected) return {};
      return Error{
          Errc::invalid, fmt::format("{}: check security.protocol, ssl.ca.location and the port", text), {}};
    case RD_KAFKA_RESP_ERR__FATAL:
      return Error{Errc::invalid, fmt::format("librdkafka cannot go on: {}; restart the engine", text), {}};
    default:
      return {};
  }
}

}  // namespace riposte::kafka
