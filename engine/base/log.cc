#include "engine/base/log.h"

#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "engine/base/clock.h"

namespace riposte::log {
namespace {

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made =
        std::make_shared<spdlog::logger>("riposte", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

std::string timestamp() {
  static SystemClock clock;
  return iso8601(clock.now());
}

void write(spdlog::level::level_enum level, std::string_view name, std::string_view message,
           std::initializer_list<Field> fields) {
  if (!logger().should_log(level)) return;
  nlohmann::ordered_json line{{"time", timestamp()}, {"level", name}, {"message", message}};
  for (const Field& field : fields)
    std::visit([&](const auto& value) { line[std::string(field.key)] = value; }, field.value);
  logger().log(level, "{}", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

void set_level(Level level) {
  switch (level) {
    case Level::debug:
      return logger().set_level(spdlog::level::debug);
    case Level::info:
      return logger().set_level(spdlog::level::info);
    case Level::warning:
      return logger().set_level(spdlog::level::warn);
    case Level::error:
      return logger().set_level(spdlog::level::err);
    case Level::off:
      return logger().set_level(spdlog::level::off);
  }
}

void debug(std::string_view message, std::initializer_list<Field> fields) {
  write(spdlog::level::debug, "debug", message, fields);
}
void info(std::string_view message, std::initializer_list<Field> fields) {
  write(spdlog::level::info, "info", message, fields);
}
void warning(std::string_view message, std::initializer_list<Field> fields) {
  write(spdlog::level::warn, "warning", message, fields);
}
void error(std::string_view message, std::initializer_list<Field> fields) {
  write(spdlog::level::err, "error", message, fields);
}

}  // namespace riposte::log
