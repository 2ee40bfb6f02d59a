/// One JSON line per event on stderr, every value escaped: what an attacker wrote stays data.
///
/// Threads: any.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace riposte::log {

struct Field {
  std::string_view key;
  std::variant<std::string, std::int64_t, double, bool> value;
};

enum class Level : std::uint8_t { debug, info, warning, error, off };

/// Nothing below `level` is written. Default: info.
void set_level(Level level);

void debug(std::string_view message, std::initializer_list<Field> fields = {});
void info(std::string_view message, std::initializer_list<Field> fields = {});
void warning(std::string_view message, std::initializer_list<Field> fields = {});
void error(std::string_view message, std::initializer_list<Field> fields = {});

}  // namespace riposte::log
