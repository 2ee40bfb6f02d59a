#include "connectors/kafka/properties.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <limits.h>
#include <unistd.h>

namespace riposte::kafka {

namespace {

/// A property that is not the user's to choose, and why.
struct Owned {
  std::string name;
  std::string value;
  std::string reason;
  bool alias = false;  // refused, but set under its real name only
};

constexpr std::string_view kPositionsAreOurs =
    "positions are stored together with the actions; Kafka's own offset only follows for lag tools";

std::vector<Owned> owned_by_consumer(const KafkaOptions& options) {
  const std::string ours(kPositionsAreOurs);
  return {
      {"bootstrap.servers", options.brokers, "it is given by `brokers`"},
      {"metadata.broker.list", options.brokers, "it is given by `brokers`", true},
      {"group.id", options.group, "it is given by `group`"},
      {"enable.auto.commit", "false", ours},
      {"auto.commit.enable", "false", ours, true},
      {"enable.auto.offset.store", "false", ours},
      {"auto.offset.reset", "error",
       "a lost position must stop the engine, never skip or repeat records silently"},
      {"isolation.level", "read_committed", "a record that its producer took back must cause no action"},
      {"partition.assignment.strategy", "range",
       "positions are handed over eagerly, and cooperative-sticky aborts the process in librdkafka 2.0.2"},
      {"enabled_events", "0", "events are taken through callbacks"},
  };
}

std::vector<Owned> owned_by_history(const KafkaOptions& options) {
  const std::string why = "reading the past leaves no trace";
  return {
      {"bootstrap.servers", options.brokers, "it is given by `brokers`"},
      {"metadata.broker.list", options.brokers, "it is given by `brokers`", true},
      {"enable.auto.commit", "false", why},
      {"auto.commit.enable", "false", why, true},
      {"enable.auto.offset.store", "false", why},
      {"auto.offset.reset", "error", "what was deleted must not be passed over in silence"},
      {"isolation.level", "read_committed", "a record that its producer took back was never acted on"},
      {"enable.partition.eof", "true", "it says that a partition's last offsets hold no record"},
      {"enabled_events", "0", "events are taken through callbacks"},
  };
}

std::vector<Owned> owned_by_producer(const KafkaDeadLetterOptions& options) {
  const std::string why = "a dead letter counts as delivered only when every in-sync replica has it";
  return {
      {"bootstrap.servers", options.brokers, "it is given by `brokers`"},
      {"metadata.broker.list", options.brokers, "it is given by `brokers`", true},
      {"enable.idempotence", "true", why},
      {"acks", "all", why},
      {"request.required.acks", "all", why, true},
      {"enabled_events", "0", "events are taken through callbacks"},
  };
}

/// The same engine on the same host comes back as the same member: after a crash it need not wait until its
/// former self times out, and two engines on one host cannot share a group by mistake.
std::string instance_of_this_host() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "riposte";
  return fmt::format("riposte-{}", name.data());
}

KafkaProperties consumer_defaults() {
  return {
      {"client.id", "riposte"},
      {"group.instance.id", instance_of_this_host()},
      {"session.timeout.ms", "15000"},    // how long a dead instance keeps its partitions
      {"heartbeat.interval.ms", "3000"},  // a fifth of it
      {"max.poll.interval.ms", "60000"},  // an intake that hangs for a minute gives its partitions away
      {"check.crcs", "true"},             // off in librdkafka: a flipped bit would reach a rule
      {"allow.auto.create.topics", "false"},
      {"queued.max.messages.kbytes", "32768"},  // what waits to be polled; bounds memory
      {"queued.min.messages", "20000"},        // over it nothing is fetched until prefetch.h wakes librdkafka
      {"fetch.message.max.bytes", "1048576"},  // per partition; grows by itself for a larger record
      {"fetch.max.bytes", "16777216"},         // per answer
      // A broker answers one fetch at a time. One that waits for news of partitions that have been read to
      // their end holds up those that could not be fetched a moment ago because they had enough to be polled.
      {"fetch.wait.max.ms", "20"},
      {"receive.message.max.bytes", "134217728"},  // a record beyond it would block its partition for ever
      {"socket.keepalive.enable", "true"},
      {"reconnect.backoff.max.ms", "2000"},
  };
}

KafkaProperties producer_defaults() {
  return {
      {"client.id", "riposte-dead-letters"},
      {"message.max.bytes", "134217728"},  // let the broker decide what is too large
      {"message.timeout.ms", "10000"},     // then the letters are still in the store, and are tried again
      {"linger.ms", "1"},
      {"compression.type", "lz4"},
      {"socket.keepalive.enable", "true"},
      {"reconnect.backoff.max.ms", "2000"},
  };
}

bool is_secret(std::string_view name) {
  constexpr std::array<std::string_view, 7> kMarks{"password", "secret",        "passphrase",        "token",
                                                   "key.pem",  "ssl.key.value", "oauthbearer.config"};
  return std::ranges::any_of(kMarks, [&](std::string_view mark) { return name.find(mark) != name.npos; });
}

Result<void> set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value,
                 const Secrets& secrets) {
  std::array<char, 512> text{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size()) == RD_KAFKA_CONF_OK)
    return {};
  return fail(Errc::invalid, fmt::format("Kafka property '{}': {}", name, secrets.hide(text.data())));
}

Result<void> refuse_owned(const KafkaProperties& properties, std::span<const Owned> owned) {
  for (const Owned& ours : owned) {
    const auto found = properties.find(ours.name);
    if (found == properties.end() || found->second == ours.value) continue;
    return fail(Errc::invalid,
                fmt::format("Kafka property '{}' is always '{}': {}; remove it from the properties",
                            ours.name, ours.value, ours.reason));
  }
  return {};
}

Result<Conf> build(KafkaProperties properties, const KafkaProperties& users, std::span<const Owned> owned) {
  TRY(refuse_owned(users, owned));
  for (const auto& [name, value] : users) properties[name] = value;
  const Secrets secrets = secrets_of(users);
  Conf conf(rd_kafka_conf_new());
  for (const auto& [name, value] : properties)
    if (!value.empty()) TRY(set(conf.get(), name, value, secrets));
  for (const Owned& ours : owned)
    if (!ours.alias) TRY(set(conf.get(), ours.name, ours.value, secrets));
  return conf;
}

}  // namespace

Secrets secrets_of(const KafkaProperties& properties) {
  Secrets secrets;
  for (const auto& [name, value] : properties)
    if (is_secret(name)) secrets.add(value);
  return secrets;
}

Result<Conf> consumer_conf(const KafkaOptions& options) {
  if (options.brokers.empty())
    return fail(Errc::invalid, "`brokers` is empty: give host:port of at least one broker");
  if (options.group.empty()) return fail(Errc::invalid, "`group` is empty: give the consumer group's name");
  if (options.topics.empty() || std::ranges::any_of(options.topics, &std::string::empty))
    return fail(Errc::invalid, "`topics` must name at least one topic, and none may be empty");
  return build(consumer_defaults(), options.properties, owned_by_consumer(options));
}

Result<Conf> history_conf(const KafkaOptions& options) {
  if (options.brokers.empty())
    return fail(Errc::invalid, "`brokers` is empty: give host:port of at least one broker");
  KafkaProperties defaults = consumer_defaults();
  KafkaProperties users = options.properties;
  for (const char* ours : {"group.id", "group.instance.id", "enable.partition.eof"}) {
    defaults.erase(ours);
    users.erase(ours);
  }
  return build(std::move(defaults), users, owned_by_history(options));
}

Result<Conf> producer_conf(const KafkaDeadLetterOptions& options) {
  if (options.brokers.empty())
    return fail(Errc::invalid, "`brokers` is empty: give host:port of at least one broker");
  if (options.topic.empty()) return fail(Errc::invalid, "`topic` is empty: name the dead-letter topic");
  return build(producer_defaults(), options.properties, owned_by_producer(options));
}

}  // namespace riposte::kafka
