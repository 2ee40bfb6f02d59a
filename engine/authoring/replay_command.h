/// `riposte replay` as the command line calls it.
#pragma once

#include <functional>
#include <memory>

#include "engine/cli/command_line.h"
#include "engine/config/configuration.h"
#include "engine/ports/history.h"

namespace riposte::authoring {

/// A part of a topic on the brokers of a Kafka source.
using OpenTopic = std::function<Result<std::unique_ptr<History>>(KafkaOptions, const HistoryRange&)>;

/// The exit code.
int replay(const cli::ReplayOptions& options, const OpenTopic& open_topic);

}  // namespace riposte::authoring
