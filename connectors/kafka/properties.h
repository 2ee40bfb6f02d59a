/// From options to librdkafka's configuration: our defaults, then the user's properties, then what is not
/// negotiable.
#pragma once

#include "connectors/kafka/handle.h"
#include "connectors/kafka/options.h"

namespace riposte::kafka {

/// Errors:  invalid (unknown property or value, in librdkafka's own words; a property that the guarantees
/// rest on).
Result<Conf> consumer_conf(const KafkaOptions& options);
/// Of a consumer that belongs to no group, whatever the options and the user's properties say of one.
Result<Conf> history_conf(const KafkaOptions& options);
Result<Conf> producer_conf(const KafkaDeadLetterOptions& options);

/// The values of those properties that are passwords, keys or tokens.
Secrets secrets_of(const KafkaProperties& properties);

}  // namespace riposte::kafka
